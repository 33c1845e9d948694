"""A run's folder read back: what is damaged, missing or unusual is told, and the rest is read."""

from __future__ import annotations

import dataclasses
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.errors import ModelFileError
from engine.model.container import MOST_STEPS
from engine.runs import names
from engine.runs.folder import RunFolder, held_by
from engine.runs.record import Notes, Status
from tests.engine.runs.test_recorder import CONFIG, Run, made


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a run of five steps."""
    run = Run(tmp_path_factory.mktemp("runs") / "one", made())
    run.train(5)
    run.history.validations.append(4, 0.5, 0.1, 0.5, 0.75)
    run.recorder.settings(2, dataclasses.replace(CONFIG, momentum=0.5))
    run.recorder.settings(4, dataclasses.replace(CONFIG, momentum=0.25, learning_rate=0.5))
    run.recorder.status(state="paused", step=5, best_step=4)
    run.keep_state()
    run.close()
    return run.recorder.path


@pytest.fixture
def path(recorded: Path, tmp_path: Path) -> Path:
    """Return a copy of it."""
    return Path(shutil.copytree(recorded, tmp_path / "copy"))


def test_nothing_is_noticed_in_a_whole_run(path: Path) -> None:
    folder = RunFolder(path)
    folder.history(), folder.changes(), folder.status(), folder.notes()
    assert folder.notices == [] and folder.path == path
    assert folder.steps() == [0, 1, 2, 3, 4, 5]


@pytest.mark.parametrize("change", [{"format": "else"}, {"format": None}])
def test_what_is_no_run_is_refused(path: Path, change: dict[str, Any]) -> None:
    data = json.loads((path / names.RUN).read_text())
    (path / names.RUN).write_text(json.dumps(data | change))
    with pytest.raises(ModelFileError, match=f"^{path} holds no run of Kernelscope.$"):
        RunFolder(path)


@pytest.mark.parametrize("version", [0, 2, "1", None, 1.0])
def test_only_versions_that_are_known_are_read(path: Path, version: object) -> None:
    data = json.loads((path / names.RUN).read_text())
    (path / names.RUN).write_text(json.dumps(data | {"version": version}))
    with pytest.raises(ModelFileError, match=rf"is a run of version {version!r}; this program reads up to 1"):
        RunFolder(path)


@pytest.mark.parametrize("content", ["[]", "{", '{"format": "kernelscope-run", "version": 1}'])
def test_a_damaged_record_is_told(path: Path, content: str) -> None:
    (path / names.RUN).write_text(content)
    with pytest.raises(ModelFileError, match=f"{names.RUN}"):
        RunFolder(path)


def test_what_is_not_there_is_as_at_the_beginning(path: Path) -> None:
    (path / names.STATUS).unlink()
    folder = RunFolder(path)
    assert folder.status() == Status() and folder.notes() == Notes() and folder.notices == []


@pytest.mark.parametrize(
    ("values", "good"),
    [
        ({"step": 12, "seconds": 3, "best_accuracy": None, "best_step": 9, "closed": True}, True),
        ({"seconds": 2.5, "last_accuracy": 1, "unknown": [3]}, True),
        ({"step": 1.5}, False),
        ({"step": True}, False),
        ({"seconds": True}, False),
        ({"seconds": None}, False),
        ({"seconds": "3"}, False),
        ({"best_step": "3"}, False),
        ({"best_accuracy": False}, False),
        ({"closed": 1}, False),
        ({"message": None}, False),
    ],
)
def test_values_of_another_kind_are_told(path: Path, values: dict[str, Any], good: bool) -> None:
    (path / names.STATUS).write_text(json.dumps({"state": "failed", **values}))
    folder = RunFolder(path)
    status = folder.status()
    if good:
        known = {key: value for key, value in values.items() if key != "unknown"}
        assert status == Status(state="failed", **known) and folder.notices == []
    else:
        ((key, value),) = values.items()
        assert status == Status()
        assert folder.notices == [f"{path / names.STATUS}: {key} is {str(value)[:40]!r}."]
        folder.status()
        assert len(folder.notices) == 1  # said once


def test_a_long_value_is_told_shortly(path: Path) -> None:
    (path / names.NOTES).write_text(json.dumps({"star": "x" * 1000}))
    folder = RunFolder(path)
    assert folder.notes() == Notes()
    assert folder.notices == [f"{path / names.NOTES}: star is {'x' * 40!r}."]


BAD = ["a,0,0,0,0,0", "1,2,3", "-1,0,0,0,0,0", "1,-1,0,0,0,0", f"{MOST_STEPS},0,0,0,0,0", "nan,0,0,0,0,0"]
GOOD = ["0,0,0,0,0,0", "7,0.5,nan,inf,0.5,0", f"{MOST_STEPS - 1},0,-1,-2,0,0"]


def test_lines_that_cannot_be_read_are_left_out(path: Path) -> None:
    steps = path / names.STEPS
    whole = steps.read_text()
    for bad, told in (
        ([], None),
        (BAD[:1], "1 line was left out because they cannot be read."),
        (BAD, "6 lines were left out because they cannot be read."),
        (BAD * 200, "1,200 lines were left out because they cannot be read."),
    ):
        steps.write_text(whole + "\n".join([*bad, *GOOD]) + "\n")
        folder = RunFolder(path)
        rows = folder.history().steps
        assert rows.column("step").tolist() == [1, 2, 3, 4, 5, 0, 7, MOST_STEPS - 1]
        assert rows.last("loss") == -2 and np.isinf(rows.column("loss")[6])
        assert folder.notices == ([f"{steps}: {told}"] if told else [])


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        (names.STEPS, None, "There is no {path}; these figures are missing."),
        (names.VALIDATIONS, None, "There is no {path}; these figures are missing."),
        (names.VALIDATIONS, "", "{path} does not begin with the line '{head}'; it is left out."),
        (names.VALIDATIONS, "step\n1\n", "{path} does not begin with the line '{head}'; it is left out."),
        (
            names.VALIDATIONS,
            "{head}\n4,0.5,0.1,0.5,0.75\n5,0.6",
            "{path}: its last line was not written to its end and is left out.",
        ),
    ],
)
def test_curves_that_are_missing_or_torn_are_told(
    path: Path, name: str, content: str | None, told: str
) -> None:
    file, head = path / name, (path / name).read_text().partition("\n")[0]
    if content is None:
        file.unlink()
    else:
        file.write_text(content.format(head=head))
    folder = RunFolder(path)
    history = folder.history()
    assert folder.notices == [told.format(path=file, head=head)]
    assert history.steps.length == (0 if name == names.STEPS else 5)
    assert history.validations.length == (1 if name == names.STEPS or "end" in told else 0)


@pytest.mark.parametrize("damage", ["a folder", "a line without end"])
def test_a_table_that_cannot_be_read_at_all_is_told(path: Path, damage: str) -> None:
    steps = path / names.STEPS
    head = steps.read_text().partition("\n")[0]
    steps.unlink()
    if damage == "a folder":
        steps.mkdir()
    else:
        steps.write_text(f"{head}\n{'1' * 200_000}\n")
    folder = RunFolder(path)
    history = folder.history()
    assert history.steps.length == 0 and history.validations.length == 1
    assert len(folder.notices) == 1 and folder.notices[0].startswith(str(steps))


def test_changes_act_from_the_step_after(path: Path) -> None:
    folder = RunFolder(path)
    assert sorted(folder.changes()) == [
        (2, "momentum", "0.5"),
        (4, "learning_rate", "0.5"),
        (4, "momentum", "0.25"),
    ]
    seen = [(folder.settings(step).momentum, folder.settings(step).learning_rate) for step in (2, 3, 4, 5)]
    rate = CONFIG.learning_rate
    assert seen == [(CONFIG.momentum, rate), (0.5, rate), (0.5, rate), (0.25, 0.5)]


def test_changes_that_cannot_be_read_are_told(path: Path) -> None:
    file = path / names.CHANGES
    file.write_text("step,setting,value\n1,momentum,0.5\nx,y,z\n2,momentum\n3,epochs,{\n")
    folder = RunFolder(path)
    assert folder.changes() == [(1, "momentum", "0.5"), (3, "epochs", "{")]
    assert folder.notices == [
        f"{file}: the line 'x,y,z' cannot be read.",
        f"{file}: the line '2,momentum' cannot be read.",
    ]
    assert folder.settings(9) == dataclasses.replace(CONFIG, momentum=0.5)
    file.write_text("step,setting,value\n1,momentum,7\n")
    with pytest.raises(ModelFileError, match=f"^{file} .*momentum is 7"):
        RunFolder(path).settings(2)


def test_a_network_is_ready_to_be_used(path: Path) -> None:
    (path / names.WEIGHTS / "notes.safetensors").write_text("theirs")
    (path / names.WEIGHTS / "12.txt").write_text("theirs")
    folder = RunFolder(path)
    assert folder.steps() == [0, 1, 2, 3, 4, 5]
    model = folder.model(3)
    np.testing.assert_array_equal(model.network.state_vector, folder.network(3).state_vector)
    assert not np.array_equal(folder.network(3).state_vector, folder.network(4).state_vector)
    assert model.preprocessing == folder.record.data.preprocessing() and model.class_names == ("a", "b", "c")
    assert model.record == {"config": CONFIG.to_json(), "steps": 3, "run": "one"}
    assert folder.checkpoint().values["step"] == 5
    with pytest.raises(ModelFileError, match=r"The weights of step 1,234 are not kept in "):
        folder.network(1234)


def test_weights_that_are_damaged_are_named_and_torn_ones_known(path: Path) -> None:
    folder = RunFolder(path)
    assert folder.torn() == set()
    whole = folder.network(1).state_vector.nbytes
    for step, size in ((2, 10), (3, whole - 1), (4, whole)):
        file = path / names.WEIGHTS / names.weights_file(step)
        file.write_bytes(file.read_bytes()[:size])
    assert folder.torn() == {2, 3}  # of what is long enough only reading it tells
    for step in (2, 3, 4):
        name = names.weights_file(step)
        with pytest.raises(ModelFileError, match=f"{name}.* is damaged") as told:
            folder.network(step)
        assert len(str(told.value)) <= 300 and "\n" not in str(told.value)


@pytest.mark.parametrize(
    ("status", "who"),
    [
        ('{"process": 12, "host": "there"}', "process 12 on there"),
        ('{"process": "x", "host": "there"}', "another process"),
        ('{"process": null, "host": "there"}', "another process"),
        ('{"process": 12}', "another process"),
        ("{", "another process"),
        (None, "another process"),
    ],
)
def test_who_writes_a_run_is_named(path: Path, status: str | None, who: str) -> None:
    (path / names.STATUS).unlink()
    if status is not None:
        (path / names.STATUS).write_text(status)
    assert held_by(path) == f"The run in {path} is being written by {who}; it can be opened to look at."
