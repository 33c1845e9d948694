"""Logs of a run: CSV as the run has it, and TensorBoard's as TensorBoard's own reader understands it."""

from __future__ import annotations

import io
import json
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import main
from engine.errors import ConfigError
from engine.publish.log_files import write_log
from engine.publish.pictures import kernel_picture
from engine.runs import names
from engine.runs.folder import RunFolder
from engine.task import Cancelled, Task


@pytest.fixture
def read(path: Path, tmp_path: Path) -> Any:
    """Return TensorBoard's reader after it has read the log of a run of five steps."""
    accumulator = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    (written,) = write_log(RunFolder(path), "tensorboard", tmp_path / "logs", Task())
    reader = accumulator.EventAccumulator(str(written.parent), {"scalars": 0, "histograms": 0, "images": 0})
    return reader.Reload()


def test_tensorboard_reads_the_curves(read: Any, path: Path) -> None:
    history = RunFolder(path).history()
    tags = {"loss/batch": "loss", "accuracy/batch": "accuracy", "learning_rate": "learning_rate"}
    for tag, column in tags.items():
        events = read.Scalars(tag)
        assert [event.step for event in events] == [1, 2, 3, 4, 5]
        np.testing.assert_allclose([e.value for e in events], history.steps.column(column), rtol=1e-6)
    (validated,) = read.Scalars("accuracy/validation")
    assert (validated.step, validated.value) == (4, 0.75)
    created = RunFolder(path).record.created
    assert validated.wall_time == pytest.approx(datetime.fromisoformat(created).timestamp() + 0.1)


def test_tensorboard_reads_weights_and_kernels(read: Any, path: Path) -> None:
    folder = RunFolder(path)
    tag = next(tag for tag in read.Tags()["histograms"] if tag.endswith("/weight"))
    events = read.Histograms(tag)
    assert [event.step for event in events] == folder.steps()
    weight = folder.network(5).params[int(tag.split()[0]) - 1]["weight"]
    last = events[-1].histogram_value
    assert last.num == weight.size and last.sum == pytest.approx(float(weight.astype(float).sum()))
    assert (last.min, last.max) == (weight.min(), weight.max())
    assert sum(last.bucket) == weight.size
    kernels = read.Images(f"{tag} kernels")
    assert len(kernels) == 6
    picture = np.array(Image.open(io.BytesIO(kernels[-1].encoded_image_string)))
    np.testing.assert_array_equal(picture, kernel_picture(weight))


def test_a_picture_of_kernels() -> None:
    weight = np.zeros((2, 3, 2, 2), np.float32)
    weight[1, 2, 0, 1], weight[0, 0, 0, 0] = 2.0, -1.0
    picture = kernel_picture(weight)
    assert picture.shape == (8 * 5, 8 * 8)
    small = picture[::8, ::8]
    assert small[0, 0] == 64 and small[3, 7] == 255 and small[0, 1] == 128  # -1 of 2, 2 of 2, 0
    assert (small[2] == 0).all() and (small[:, 2] == 0).all()  # between them
    assert max(kernel_picture(np.ones((128, 128, 3, 3))).shape) == 128 * 4 - 1


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_weights_that_are_no_numbers_are_drawn_and_counted_out(bad: float) -> None:
    weight = np.ones((1, 2, 1, 1), np.float32)
    weight[0, 1] = bad
    picture = kernel_picture(weight)
    assert picture[0, 0] == 255 and picture[0, -1] == (128 if np.isnan(bad) else 255 if bad > 0 else 1)


def test_csv_is_what_the_run_has(path: Path, tmp_path: Path) -> None:
    written = write_log(RunFolder(path), "csv", tmp_path / "logs", Task())
    assert [file.name for file in written] == ["steps.csv", "validations.csv"]
    assert written[0].read_text() == (path / names.STEPS).read_text()


def test_a_damaged_file_is_named_and_the_rest_is_written(path: Path, tmp_path: Path) -> None:
    pytest.importorskip("tensorboard")
    (path / names.WEIGHTS / names.weights_file(3)).write_bytes(b"torn")
    folder = RunFolder(path)
    (written,) = write_log(folder, "tensorboard", tmp_path / "logs", Task())
    assert written.stat().st_size > 1000
    (notice,) = folder.notices
    assert names.weights_file(3) in notice


def test_what_is_cancelled_leaves_nothing(path: Path, tmp_path: Path) -> None:
    task = Task()
    task.cancel()
    with pytest.raises(Cancelled):
        write_log(RunFolder(path), "csv", tmp_path / "logs", task)
    assert [file for file in (tmp_path / "logs").rglob("*") if file.is_file()] == []


def test_a_run_that_names_itself_elsewhere_stays_where_it_is_put(path: Path, tmp_path: Path) -> None:
    data = json.loads((path / names.RUN).read_text())
    (path / names.RUN).write_text(json.dumps(data | {"id": "../../elsewhere", "created": "long ago"}))
    written = write_log(RunFolder(path), "csv", tmp_path / "logs", Task())
    assert {file.parent for file in written} == {tmp_path / "logs" / "copy"}


def test_without_tensorboard_it_says_what_to_install(
    path: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "tensorboard.compat.proto.event_pb2", None)
    with pytest.raises(ConfigError, match=r'pip install "kernelscope\[tensorboard\]"'):
        write_log(RunFolder(path), "tensorboard", tmp_path / "logs", Task())


def test_the_command(path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["export-log", str(path), "--format", "csv", "--out", str(tmp_path / "logs")]) == 0
    assert capsys.readouterr().out == f"{tmp_path / 'logs' / 'copy'}: 2 files\n"
