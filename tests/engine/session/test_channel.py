"""The two ways: events are complete and in order, of pictures only the newest counts."""

from __future__ import annotations

import threading
import time

import pytest

from engine.session.channel import Channel, Latest
from engine.session.messages import Command, Pause, Play, Request, Validated


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


@pytest.mark.parametrize("wake", [lambda c: c.send(Play()), lambda c: c.ask(Request())])
def test_what_is_sent_before_ends_the_wait_at_once_but_only_one(wake) -> None:
    channel = Channel()
    wake(channel)
    wake(channel)
    began = time.monotonic()
    channel.wait(30)
    assert time.monotonic() - began < 10
    # Nothing was sent since: a session that woke again and again would keep a processor busy.
    began = time.monotonic()
    channel.wait(0.05)
    assert time.monotonic() - began >= 0.045


def test_a_new_channel_is_empty() -> None:
    channel = Channel(7)
    assert channel.run_id == 7
    assert Channel().run_id == 0
    assert (channel.command(), channel.request(), channel.events()) == (None, None, [])
    assert (channel.snapshot.take(), channel.evaluation.take()) == (None, None)
    assert (channel.dataset, channel.epoch_size) == (None, 0)
    assert channel.history.steps.length == 0


def test_events_are_handed_out_once() -> None:
    channel = Channel()
    channel.emit(Validated(1, 0))
    channel.emit(Validated(1, 1))
    assert channel.events() == [Validated(1, 0), Validated(1, 1)]
    assert channel.events() == []


def test_a_waiting_session_is_woken_by_a_command() -> None:
    channel, got = Channel(), list[Command | None]()

    def session() -> None:
        while not got:
            channel.wait(None)
            if (command := channel.command()) is not None:
                got.append(command)

    waiting = threading.Thread(target=session)
    waiting.start()
    channel.send(Pause())
    waiting.join(10)
    assert got == [Pause()]
