"""What a run was started with, how it stands, and what its user says of it: three small JSON files."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import datetime, timezone
from typing import Any

from engine.data.dataset import Dataset
from engine.data.preprocess import Preprocessing
from engine.runs.names import FORMAT, VERSION
from engine.training.config import RunConfig
from engine.versions import versions


@dataclass(frozen=True)
class Parent:
    """The recorded moment that a run was branched off from."""

    run: str
    step: int


@dataclass(frozen=True)
class RaceEntry:
    """The race that a run was part of.

    Attributes:
        race: names the race; all its runs have the same.
        entrant: names what ran in it.
        heat: how often the race was begun with another seed, from 1.
    """

    race: str
    entrant: str
    heat: int = 1

    @property
    def title(self) -> str:
        """The words that name the run."""
        return f"{self.race}: {self.entrant}" + (f", heat {self.heat}" if self.heat > 1 else "")

    @classmethod
    def from_json(cls, data: Any) -> RaceEntry | None:
        """Build it from what ``dataclasses.asdict`` gave; None for nothing.

        Raises:
            KeyError, TypeError, ValueError: something is missing or of another kind.
        """
        return cls(str(data["race"]), str(data["entrant"]), int(data["heat"])) if data else None


@dataclass(frozen=True)
class Trial:
    """The trial of a sweep that a run belongs to.

    Attributes:
        sweep: the name of the sweep.
        number: which of its combinations of settings this is, from 1.
        settings: what is varied, by name, and the values of this trial.
    """

    sweep: str
    number: int
    settings: dict[str, Any]


@dataclass(frozen=True)
class DataRecord:
    """What is remembered of the data set.

    Attributes:
        title: the words that name it.
        fingerprint: SHA-256 over images and labels, in hexadecimal.
        in_shape: shape of one image, ``(C, H, W)``.
        class_names: one for each logit.
        train: training images, those held out for validation included.
        test: test images.
        mean: mean of each channel, of pixels from 0 to 1.
        std: standard deviation of each channel.
    """

    title: str
    fingerprint: str
    in_shape: tuple[int, int, int]
    class_names: tuple[str, ...]
    train: int
    test: int
    mean: tuple[float, ...]
    std: tuple[float, ...]

    @classmethod
    def of(cls, dataset: Dataset) -> DataRecord:
        """Return what is to be remembered of ``dataset``."""
        channels, height, width = dataset.in_shape
        return cls(
            dataset.title,
            fingerprint(dataset),
            (channels, height, width),
            dataset.class_names,
            len(dataset.train_labels),
            len(dataset.test_labels),
            dataset.mean,
            dataset.std,
        )

    def preprocessing(self) -> Preprocessing:
        """Return what the images of this data set go through."""
        return Preprocessing(self.mean, self.std)


@dataclass(frozen=True)
class RunRecord:
    """What a run was started with; written once.

    Attributes:
        id: names the run; the folder has this name unless it was moved.
        created: when it began, ISO 8601 in UTC.
        config: its settings, the seed among them.
        data: its data set.
        versions: of the program, its packages, the system and the processor.
        parent: where it was branched off, if it was.
        race: the race that it is part of, if it is.
        trial: of which sweep it is a trial, if it is one.
    """

    id: str
    created: str
    config: RunConfig
    data: DataRecord
    versions: dict[str, str]
    parent: Parent | None = None
    race: RaceEntry | None = None
    trial: Trial | None = None

    @classmethod
    def new(
        cls,
        run: str,
        config: RunConfig,
        dataset: Dataset,
        parent: Parent | None = None,
        race: RaceEntry | None = None,
        trial: Trial | None = None,
    ) -> RunRecord:
        """Return the record of a run that begins now."""
        return cls(run, now(), config, DataRecord.of(dataset), versions(), parent, race, trial)

    def to_json(self) -> dict[str, Any]:
        """Return everything as plain JSON values."""
        data = {"format": FORMAT, "version": VERSION, "id": self.id, "created": self.created}
        return data | {
            "config": self.config.to_json(),
            "data": asdict(self.data),
            "versions": self.versions,
            "parent": asdict(self.parent) if self.parent else None,
            "race": asdict(self.race) if self.race else None,
            **({"trial": asdict(self.trial)} if self.trial else {}),
        }

    @classmethod
    def from_json(cls, data: Any) -> RunRecord:
        """Build it from what ``to_json`` gave.

        Raises:
            ConfigError: the settings are not allowed.
            KeyError, TypeError, ValueError: something is missing or of another kind.
        """
        about, parent, trial = data["data"], data.get("parent"), data.get("trial")
        channels, height, width = (int(n) for n in about["in_shape"])
        numbers = {name: tuple(float(v) for v in about[name]) for name in ("mean", "std")}
        return cls(
            str(data["id"]),
            str(data["created"]),
            RunConfig.from_json(data["config"]),
            DataRecord(
                str(about["title"]),
                str(about["fingerprint"]),
                (channels, height, width),
                tuple(str(name) for name in about["class_names"]),
                int(about["train"]),
                int(about["test"]),
                **numbers,
            ),
            {str(name): str(value) for name, value in data["versions"].items()},
            Parent(str(parent["run"]), int(parent["step"])) if parent else None,
            RaceEntry.from_json(data.get("race")),
            Trial(str(trial["sweep"]), int(trial["number"]), dict(trial["settings"])) if trial else None,
        )


@dataclass(frozen=True)
class Status:
    """How far a run is, and how it ended.

    Attributes:
        state: ``training``, ``paused``, ``finished`` or ``failed``; that of a killed program still says
            what it was doing.
        step: steps done.
        seconds: time spent training.
        changed: when this was written, ISO 8601 in UTC.
        message: what the user was told last.
        best_step: step of the best validation; None before the first.
        best_accuracy: its accuracy, 0 to 1.
        last_accuracy: accuracy of the last validation.
        test_accuracy: accuracy on the test images, where it was measured.
        closed: whether its user was done with it; False also where the program was killed.
    """

    state: str = "paused"
    step: int = 0
    seconds: float = 0.0
    changed: str = ""
    message: str = ""
    best_step: int | None = None
    best_accuracy: float | None = None
    last_accuracy: float | None = None
    test_accuracy: float | None = None
    closed: bool = False


@dataclass(frozen=True)
class Notes:
    """What the user says of a run."""

    name: str = ""
    text: str = ""
    star: bool = False
    extra: dict[str, Any] = field(default_factory=dict)


def fingerprint(dataset: Dataset) -> str:
    """Return what equal data sets have in common, as ``Dataset.fingerprint``."""
    return dataset.fingerprint


def now() -> str:
    """Return the time, ISO 8601 in UTC, to the second."""
    return datetime.now(timezone.utc).replace(microsecond=0).isoformat()
