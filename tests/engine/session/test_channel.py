"""The two ways: events are complete and in order, of pictures only the newest counts."""

from __future__ import annotations

import threading

from engine.session.channel import Channel, Latest
from engine.session.messages import Pause, Play, Request, Validated


def test_the_newest_value_wins() -> None:
    slot: Latest[int] = Latest()
    assert slot.take() is None
    slot.put(1)
    slot.put(2)
    assert slot.take() == 2
    assert slot.take() is None


def test_no_event_is_lost_between_threads() -> None:
    channel = Channel(7)
    writer = threading.Thread(target=lambda: [channel.emit(Validated(7, i)) for i in range(10000)])
    seen: list[int] = []
    writer.start()
    while writer.is_alive() or len(seen) < 10000:
        seen += [event.row for event in channel.events() if isinstance(event, Validated)]
    writer.join()
    assert seen == list(range(10000))


def test_commands_keep_their_order_and_requests_replace_each_other() -> None:
    channel = Channel()
    channel.send(Play())
    channel.send(Pause())
    channel.ask(Request(kernels=True))
    channel.ask(Request(maps=True))
    assert [channel.command(), channel.command(), channel.command()] == [Play(), Pause(), None]
    assert channel.request() == Request(maps=True)
    assert channel.request() is None


def test_waiting_ends_when_something_is_sent() -> None:
    channel = Channel()
    waiting = threading.Thread(target=lambda: channel.wait(None))
    waiting.start()
    channel.ask(Request())
    waiting.join(5)
    assert not waiting.is_alive()
