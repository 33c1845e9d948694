"""What is mutated is there, and so are the tests that are to notice."""

from __future__ import annotations

from tests.mutation.__main__ import ROOT, undecorated
from tests.mutation.selection import SELECTION
from tests.mutation.survivors import SURVIVORS, Change, is_listed


def test_files_and_their_tests_are_there() -> None:
    for file, tests in SELECTION.items():
        assert (ROOT / file).is_file(), file
        for test in tests:
            assert (ROOT / test.partition("::")[0]).exists(), test


def test_survivors_are_of_these_files_and_have_a_reason() -> None:
    for change, reason, _ in SURVIVORS:
        assert change.file in SELECTION
        assert len(reason) > 20
    assert len({entry.change for entry in SURVIVORS}) == len(SURVIVORS)


def test_kinds_of_changes_that_make_no_difference() -> None:
    zipped = "return dict(zip(names, values, strict=True))"
    for after in (
        "return dict(zip(names, values, strict=False))",
        "return dict(zip(names, values, strict=None))",
        "return dict(zip(names, values, ))",
    ):
        assert is_listed(Change("f", "g", zipped, after))
    for after in ("return dict(zip(None, values, strict=True))", "return None"):
        assert not is_listed(Change("f", "g", zipped, after))
    assert not is_listed(Change("f", "g", "a = 1", "a = 2"))


def test_decorated_functions_are_given_back_to_the_mutator() -> None:
    source = '''
class A:
    @property
    def x(self) -> int:
        """Return one."""
        return 1

    @staticmethod
    def y() -> int:
        return 2


@contextmanager
def z():
    yield 3
'''
    changed = undecorated("from contextlib import contextmanager\n" + source)
    space: dict = {}
    exec(changed, space)  # noqa: S102 - our own code
    assert (space["A"]().x, space["A"].y()) == (1, 2)
    assert space["A"].plain_x(None) == 1
    with space["z"]() as value:
        assert value == 3
    assert "@property" not in changed and "@staticmethod" in changed
