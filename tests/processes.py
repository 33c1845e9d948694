"""Commands as processes of their own, and signals to them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[1]
PATIENCE = 60.0


class Command:
    """A process in a group of its own, with what it said on standard error so far."""

    def __init__(
        self, *arguments: object, cwd: Path | None = None, prepare: Callable[[], None] = lambda: None
    ) -> None:
        def alone() -> None:
            os.setsid()
            signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job ignores it
            signal.signal(signal.SIGHUP, signal.SIG_DFL)  # and with nohup this one
            prepare()

        command = [sys.executable, str(ROOT / "main.py"), *map(str, arguments)]
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=cwd, preexec_fn=alone
        )
        assert self.process.stderr is not None
        os.set_blocking(self.process.stderr.fileno(), False)
        self.error = ""

    def until(self, condition: Callable[[], object]) -> None:
        deadline = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < deadline, f"waited in vain; it said {self.error!r}"
            if self.process.stderr is not None and not self.process.stderr.closed:
                self.error += (self.process.stderr.read() or b"").decode()
            time.sleep(0.005)

    def until_said(self, words: str) -> None:
        self.until(lambda: words in self.error or self.process.poll() is not None)

    def until_listening(self) -> None:
        def caught() -> bool:
            status = Path(f"/proc/{self.process.pid}/status").read_text()
            mask = int(next(line for line in status.splitlines() if line.startswith("SigCgt")).split()[1], 16)
            return bool(mask & 1 << signal.SIGHUP - 1)

        self.until(caught)

    def send(self, number: int, *, group: bool) -> None:
        if self.process.poll() is None:
            (os.killpg if group else os.kill)(self.process.pid, number)

    def group(self) -> list[int]:
        """Return the processes of the group that are not over."""
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                state, _, group = (folder / "stat").read_text().rpartition(")")[2].split()[:3]
            except OSError:
                continue
            if int(group) == self.process.pid and state != "Z":
                found.append(int(folder.name))
        return found

    def end(self) -> int:
        """Wait for the end of the process and of all that it has started; returns the exit code."""
        self.until(lambda: self.process.poll() is not None)
        _, rest = self.process.communicate(timeout=PATIENCE)
        self.error += rest.decode()
        self.until(lambda: not self.group())
        assert "Traceback" not in self.error, self.error
        return self.process.returncode

    def kill(self) -> None:
        for number in self.group():
            os.kill(number, signal.SIGKILL)
        self.process.communicate()
