"""Files of a run are whole or absent, are made good where somebody damaged them, and leave others alone."""

from __future__ import annotations

import dataclasses
import errno
import json
import os
import platform
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from safetensors import safe_open

from engine.errors import ModelFileError
from engine.model.history import History
from engine.model.network import Network
from engine.runs import names
from engine.runs import writer as module
from engine.runs.folder import RunFolder
from engine.runs.hold import Hold, is_held
from engine.runs.record import RunRecord, Status
from engine.runs.writer import Writer
from engine.training.checkpoint import Checkpoint
from engine.training.trainer import Trainer
from engine.training.workers import Workers
from tests.engine.runs.test_recorder import CONFIG, SPEC, made

RECORD = RunRecord.new("one", CONFIG, made())
CHANGES = [(1, "momentum", "0.5"), (2, "epochs", "7")]


@pytest.fixture(scope="module")
def state() -> Checkpoint:
    """Return what a run stands at after two steps, whose curves have gone on."""
    with Workers(1) as workers:
        trainer = Trainer(CONFIG, made(), workers)
        trainer.step(), trainer.step()
        arrays, values = trainer.state()
        return Checkpoint(
            CONFIG, {name: value.copy() for name, value in arrays.items()}, values, curves(History(), 3)
        )


def curves(history: History, steps: int) -> History:
    """Append ``steps`` rows."""
    for _ in range(steps):
        step = history.steps.length + 1
        history.steps.append(step, step / 8, 0.1 * step, 1 / step, 0.5, 0.01)
    return history


@pytest.fixture
def history() -> History:
    return curves(History(), 2)


@pytest.fixture
def made_(tmp_path: Path, history: History, state: Checkpoint) -> Iterator[Writer]:
    """Return what has laid out a run in ``tmp_path / "run"``."""
    writer = Writer(tmp_path / "run", None, history)
    assert not writer.is_there()
    writer.make(RECORD, CHANGES[:1], state)
    yield writer
    writer.close()


def read_back(writer: Writer) -> RunFolder:
    """Return the run as others read it; nothing in it may be worth a word."""
    folder = RunFolder(writer.path)
    folder.history(), folder.changes()
    assert folder.notices == []
    return folder


def test_what_is_laid_out_is_a_run(made_: Writer) -> None:
    assert made_.is_there() and is_held(made_.path)
    folder = read_back(made_)
    assert folder.record == RECORD and folder.changes() == CHANGES[:1]
    assert folder.history().steps.length == 2 and folder.steps() == []
    assert folder.checkpoint().history.steps.length == 2  # what came later is not part of that state
    text = (made_.path / names.RUN).read_text()
    assert text.startswith('{\n  "format"') and text.endswith("}\n")
    made_.close()
    assert not is_held(made_.path)
    assert {each.name for each in made_.path.rglob("*")} == {
        names.RUN,
        names.STEPS,
        names.VALIDATIONS,
        names.CHANGES,
        names.WEIGHTS,
        names.STATE,
    }


def test_what_says_that_there_is_a_run_comes_last(
    tmp_path: Path, history: History, state: Checkpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    writer = Writer(tmp_path / "run", None, history)
    with monkeypatch.context() as patch:
        patch.setattr(module, "save_checkpoint", full)
        with pytest.raises(OSError, match="No space"):
            writer.make(RECORD, CHANGES, state)
    assert not (writer.path / names.RUN).exists() and not writer.is_there()
    writer.make(RECORD, CHANGES, state)
    assert writer.is_there()
    writer.close()


def test_a_claim_that_was_made_before_is_taken_over(
    tmp_path: Path, history: History, state: Checkpoint
) -> None:
    folder = tmp_path / "run"
    folder.mkdir()
    hold = Hold(folder)
    writer = Writer(folder, hold, history)
    writer.make(RECORD, [], state)
    shutil.rmtree(folder)
    assert not writer.is_there() and not is_held(folder)
    writer.make(RECORD, CHANGES, state)
    assert writer.is_there() and is_held(folder) and read_back(writer).changes() == CHANGES
    writer.close()
    assert not is_held(folder)


def test_the_run_of_another_is_left_alone(made_: Writer, history: History, state: Checkpoint) -> None:
    other = Writer(made_.path.parent / "other", None, history)
    other.make(dataclasses.replace(RECORD, id="other"), [], state)
    other.close()
    made_.path.rename(made_.path.parent / "moved")
    assert not made_.is_there()
    other.path.rename(made_.path)
    with pytest.raises(ModelFileError, match=f"^{made_.path} holds another run now.$"):
        made_.is_there()
    with pytest.raises(ModelFileError, match=f"^{made_.path} holds another run now.$"):
        made_.make(RECORD, [], state)
    assert RunFolder(made_.path).record.id == "other"


def test_a_file_in_the_way_means_that_it_is_not_there(tmp_path: Path, history: History) -> None:
    (tmp_path / "run").write_text("")
    assert not Writer(tmp_path / "run", None, history).is_there()


def test_a_run_that_was_there_is_gone_on_with(made_: Writer, state: Checkpoint) -> None:
    made_.close()
    history = curves(History(), 1)
    before = (made_.path / names.RUN).read_bytes()
    again = Writer(made_.path, None, history)
    assert not again.is_there()  # until it is made its own
    again.make(RECORD, [], state)
    assert again.is_there() and (made_.path / names.RUN).read_bytes() == before
    assert read_back(again).history().steps.length == 1 and read_back(again).changes() == []
    again.close()


def test_curves_grow_by_what_has_come(made_: Writer, history: History) -> None:
    steps = made_.path / names.STEPS
    kept = steps.stat().st_ino
    assert not made_.curves()
    for _ in range(3):
        curves(history, 2)
        assert made_.curves() and not made_.curves()
        assert steps.read_text() == history.steps.csv()
    history.validations.append(1, 2, 3, 4, 5)
    assert made_.curves()
    assert (made_.path / names.VALIDATIONS).read_text() == history.validations.csv()
    assert steps.stat().st_ino == kept  # appended to


@pytest.mark.parametrize("damage", [b"", b"step,ep", b"x" * 10_000, None])
def test_curves_that_somebody_changed_are_written_anew(
    made_: Writer, history: History, damage: bytes | None
) -> None:
    for grown in (0, 1):
        steps = made_.path / names.STEPS
        if damage is None:
            steps.unlink()
        else:
            steps.write_bytes(damage)
        curves(history, grown)
        assert made_.curves() and not made_.curves()
        assert steps.read_text() == history.steps.csv()


def test_half_a_line_that_was_written_is_taken_back(
    made_: Writer, history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = made_.path / names.STEPS
    before = steps.read_text()
    real = Path.open

    class Full:
        """A file on a disk that takes seven more bytes."""

        def __init__(self, file: object) -> None:
            self.file, self.room = file, 7

        def __enter__(self) -> Full:
            return self

        def __exit__(self, *_: object) -> None:
            self.file.close()

        def fileno(self) -> int:
            return self.file.fileno()

        def write(self, data: memoryview) -> int:
            if not self.room:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            part = data[: min(3, self.room)]
            self.room -= len(part)
            return self.file.write(part)

    curves(history, 1)

    def stuck(*_: object) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    for truncate, restored in ((os.truncate, True), (stuck, False)):
        with monkeypatch.context() as patch:
            patch.setattr(Path, "open", lambda *arguments, **options: Full(real(*arguments, **options)))
            patch.setattr(os, "truncate", truncate)
            with pytest.raises(OSError, match="No space"):  # which came first
                made_.curves()
        assert (steps.read_text() == before) == restored
    assert made_.curves() and steps.read_text() == history.steps.csv()


def test_changes_are_appended_or_written_anew(made_: Writer) -> None:
    file = made_.path / names.CHANGES
    kept = file.stat().st_ino
    for _ in range(2):
        made_.changes(CHANGES)
        assert file.read_text() == "step,setting,value\n1,momentum,0.5\n2,epochs,7\n"
        assert file.stat().st_ino == kept
    file.unlink()
    made_.changes(CHANGES)  # what somebody took away comes back without a new change
    assert read_back(made_).changes() == CHANGES
    file.write_text("")
    more = [*CHANGES, (3, "epochs", "8")]
    made_.changes(more)
    assert read_back(made_).changes() == more
    more += [(5, "epochs", "9"), (6, "epochs", "10")]
    made_.changes(more)
    assert read_back(made_).changes() == more


def test_weights_are_whole_or_absent(made_: Writer, monkeypatch: pytest.MonkeyPatch) -> None:
    vectors = {step: Network.new(SPEC, step).state_vector for step in (1, 2, 3)}
    for step, vector in vectors.items():
        made_.weights(step, SPEC, vector)
    folder = read_back(made_)
    assert folder.steps() == [1, 2, 3]
    for step, vector in vectors.items():
        np.testing.assert_array_equal(folder.network(step).state_vector, vector)
        with safe_open(made_.path / names.WEIGHTS / names.weights_file(step), "numpy") as file:
            assert file.metadata() == {"step": str(step)}

    real = Path.write_bytes

    def full(path: Path, data: bytes) -> None:
        real(path, data[:100])
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_bytes", full)
        with pytest.raises(OSError, match="No space"):
            made_.weights(2, SPEC, vectors[1])
    np.testing.assert_array_equal(folder.network(2).state_vector, vectors[2])
    made_.drop_after(2)
    assert folder.steps() == [1, 2]
    for _ in range(2):
        made_.remove_weights(1)
        assert folder.steps() == [2]


@pytest.mark.parametrize("durable", [True, False])
def test_the_status_says_who_wrote_it(made_: Writer, monkeypatch: pytest.MonkeyPatch, durable: bool) -> None:
    waited: list[int] = []
    monkeypatch.setattr(os, "fsync", waited.append)
    made_.status(Status(state="failed", message="für", step=3), durable=durable)
    assert bool(waited) == durable
    text = (made_.path / names.STATUS).read_text(encoding="utf-8")
    assert text.startswith('{\n  "state"') and text.endswith("}\n")
    data = json.loads(text)
    assert (data["process"], data["host"]) == (os.getpid(), platform.node())
    assert read_back(made_).status() == Status(state="failed", message="für", step=3)
    assert not list(made_.path.glob(".*.part"))
