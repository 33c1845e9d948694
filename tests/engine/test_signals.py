"""Signals that ask for an end, sent for real."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading

import pytest

from engine import signals
from tests.processes import ROOT

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows cannot send itself these signals")


def send(number: int) -> None:
    os.kill(os.getpid(), number)


@pytest.mark.parametrize("number", signals.ENDING)
def test_every_ending_signal_is_told_and_the_handler_goes_with_the_block(number: int) -> None:
    before = signal.getsignal(number)
    told: list[int] = []
    with signals.on_signal(lambda: told.append(1)):
        if before is signal.SIG_IGN:
            assert signal.getsignal(number) is signal.SIG_IGN
        else:
            send(number)
            send(number)
            assert told == [1, 1]
    assert signal.getsignal(number) is before


def test_a_signal_that_is_ignored_stays_so() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with signals.on_signal(lambda: pytest.fail("told of an ignored signal")):
            send(signal.SIGHUP)
    finally:
        signal.signal(signal.SIGHUP, before)


def test_other_threads_change_nothing() -> None:
    before = signal.getsignal(signal.SIGTERM)
    seen: list[object] = []

    def enter() -> None:
        with signals.on_signal(print):
            seen.append(signal.getsignal(signal.SIGTERM))

    thread = threading.Thread(target=enter)
    thread.start()
    thread.join()
    assert seen == [before]


def test_the_first_interrupts_and_the_next_does_not_cut_the_clearing_short() -> None:
    cleared = False

    def work() -> None:
        nonlocal cleared
        try:
            send(signal.SIGTERM)
        finally:
            send(signal.SIGTERM)
            cleared = True

    with pytest.raises(KeyboardInterrupt), signals.interrupting("test"):
        work()
    assert cleared


def test_an_error_made_of_an_interruption_is_one() -> None:
    def work() -> None:
        try:
            send(signal.SIGTERM)
        except KeyboardInterrupt:
            raise ImportError("half loaded") from None

    with pytest.raises(KeyboardInterrupt), signals.interrupting("test"):
        work()
    with pytest.raises(ImportError), signals.interrupting("test"):
        raise ImportError("no signal")


def test_leaving_says_so_and_exits_with_130() -> None:
    code = "from engine import signals; signals.leave('gone \\udce9')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False, cwd=ROOT)
    assert done.returncode == signals.EXIT_CODE
    assert done.stderr == b"\ngone \\udce9\n"


def test_a_process_that_is_held_back_misses_no_signal_before_it_ignores_them() -> None:
    code = (
        "import os, signal; from engine import signals\n"
        "for number in signals.ENDING: os.kill(os.getpid(), number)\n"
        "signals.ignore(); print('alive')"
    )
    with signals.held_back():
        process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, cwd=ROOT)
    out, _ = process.communicate(timeout=60)
    assert out == "alive\n"
    assert not signal.pthread_sigmask(signal.SIG_BLOCK, ()) & set(signals.ENDING)
