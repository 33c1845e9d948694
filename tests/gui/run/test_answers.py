"""What was worked out is remembered within a bound."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gui.run.answers import Memory

ROOM = 100


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(1, 120), st.booleans()), max_size=60))
def test_it_never_holds_more_than_its_room_and_what_was_used_last_stays(
    acts: list[tuple[int, int, bool]],
) -> None:
    memory = Memory(ROOM)
    order: list[int] = []  # as a plain list would do it, the one used last at the end
    sizes: dict[int, int] = {}
    for key, size, ask in acts:
        if ask:
            assert memory.get(key) == (sizes.get(key) if key in order else None)
            if key in order:
                order.remove(key)
                order.append(key)
            continue
        memory.put(key, size, size)
        if key in order:
            order.remove(key)
        order.append(key)
        sizes[key] = size
        while sum(sizes[each] for each in order) > ROOM:
            order.pop(0)
    for key in range(10):
        assert (memory.get(key) is not None) == (key in order)
