"""The bin of deleted runs, from which they can be brought back for a while."""

from __future__ import annotations

import errno
import json
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from engine.errors import EngineError, ModelFileError
from engine.io.files import staging, write_text
from engine.io.gate import CONFIG
from engine.io.json_file import json_file
from engine.records import dataclass
from engine.runs.hold import Hold

BIN_DAYS = 30
"""How long a deleted run can be brought back."""
_BIN, _ORIGIN, _DAY = ".bin", "deleted.json", 86400.0


@dataclass(frozen=True)
class Deleted:
    """A run in the bin.

    Attributes:
        name: by which it is brought back.
        moment: when it was deleted, in seconds since 1970.
        path: where it lies now.
        origin: the folder that it had.
    """

    name: str
    moment: int
    path: Path
    origin: Path

    @property
    def days_left(self) -> int:
        """For how many days it can still be brought back, a day that has begun included."""
        return max(0, BIN_DAYS - int((time.time() - self.moment) // _DAY))


class Bin:
    """What was deleted of the runs in one folder, and of those that lay elsewhere."""

    def __init__(self, runs: Path) -> None:
        """Look after the bin in the folder ``runs``; it need not be there yet."""
        self._runs = runs
        self._folder = runs / _BIN

    def delete(self, path: Path) -> str:
        """Move the run in ``path`` to the bin; returns the name by which it can be brought back.

        Raises:
            ModelFileError: a program writes it, or it cannot be moved; it is where it was then.
        """
        path = Path(path)
        try:
            Hold(path).release()
            name, moment = path.resolve().name, int(time.time())
            while (place := self._folder / f"{moment}~{name}").exists():  # two of one name in a second
                moment += 1
            self._folder.mkdir(parents=True, exist_ok=True)
            _move(path, place)
        except OSError as error:
            raise ModelFileError(f"Cannot delete {path}: {error.strerror or error}.") from None
        if path.parent.resolve() != self._runs.resolve():
            with suppress(OSError):  # it comes back among the runs then
                write_text(place / _ORIGIN, json.dumps({"from": str(path.parent.resolve() / path.name)}))
        self.tidy()
        return name

    def deleted(self) -> list[Deleted]:
        """Return what is in the bin, the last deleted one first."""
        found = [
            Deleted(path.name.split("~", 1)[1], moment, path, self._origin(path))
            for moment, path in self._all()
        ]
        return sorted(found, key=lambda run: (run.moment, run.name), reverse=True)

    def restore(self, name: str) -> Path:
        """Bring the run called ``name``, the last deleted one of that name, back; returns its folder.

        It comes to where it was, or among the runs if the folder that it lay in is gone.

        Raises:
            ModelFileError: it is not in the bin, its place is taken, or it cannot be moved.
        """
        self.tidy()
        run = next((each for each in self.deleted() if each.name == name), None)
        if run is None:
            raise ModelFileError(f"There is no run {name!r} in the bin; runs stay there for {BIN_DAYS} days.")
        target = run.origin if run.origin.parent.is_dir() else self._runs / name
        if target.exists() or target.is_symlink():
            raise ModelFileError(
                f"There is a run {name!r} again in {target.parent}; rename its folder first."
            )
        try:
            _move(run.path, target)
        except OSError as error:
            raise ModelFileError(f"Cannot restore {name!r}: {error.strerror or error}.") from None
        with suppress(OSError):
            (target / _ORIGIN).unlink(missing_ok=True)
        return target

    def tidy(self) -> None:
        """Remove for good what was deleted longer ago than ``BIN_DAYS``."""
        self._remove(lambda moment: time.time() - moment > BIN_DAYS * _DAY)

    def empty(self) -> int:
        """Remove all of it for good; returns how many runs that were."""
        return self._remove(lambda _: True)

    def _remove(self, when: Callable[[int], bool]) -> int:
        gone = 0
        for moment, path in list(self._all()):
            if when(moment):
                shutil.rmtree(path, ignore_errors=True)
                gone += not path.exists()
        return gone

    def _all(self) -> Iterator[tuple[int, Path]]:
        with suppress(OSError):
            for path in self._folder.iterdir():
                moment, separator, _ = path.name.partition("~")
                if separator and moment.isdecimal() and len(moment) < 13:
                    yield int(moment), path

    def _origin(self, path: Path) -> Path:
        usual = self._runs / path.name.split("~", 1)[1]
        try:
            data = json_file(path / _ORIGIN, CONFIG)
        except EngineError:
            return usual
        return Path(data["from"]) if isinstance(data, dict) and isinstance(data.get("from"), str) else usual


def _move(source: Path, target: Path) -> None:
    """Move a folder, also to another disk; wherever that breaks off, one of both is whole."""
    try:
        source.rename(target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        with staging(target.parent) as place:
            shutil.copytree(source, place / "run", symlinks=True)
            (place / "run").rename(target)
        shutil.rmtree(source)
