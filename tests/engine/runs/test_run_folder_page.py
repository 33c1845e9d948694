"""The page that documents a run's folder: its example runs, and it names every file and column."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from engine.model.history import STEP_COLUMNS, VALIDATION_COLUMNS
from engine.resources import RESOURCES
from engine.runs import names
from engine.runs.record import RunRecord, Status
from tests.engine.runs.test_recorder import CONFIG, Run, made

PAGE = (RESOURCES / "docs" / "run-folder.md").read_text(encoding="utf-8")


class Plots(ModuleType):
    """Stands for ``matplotlib.pyplot``, which need not be installed: remembers what it was given."""

    def __init__(self) -> None:
        super().__init__("matplotlib.pyplot")
        self.given: dict[str, Any] = {}

    def subplot(self, *_: object, **titles: str) -> Plots:
        self.given.update(titles)
        return self

    def plot(self, x: list[int], y: list[float]) -> None:
        self.given.update(x=x, y=y)

    def imshow(self, image: Any, cmap: str) -> None:
        self.given.update(image=image)

    def show(self) -> None:
        self.given.update(shown=True)


def test_the_example_plots_the_curve_and_a_kernel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = Run(tmp_path / "one", made())
    run.train(12)
    run.close()
    plots = Plots()
    package = ModuleType("matplotlib")
    package.pyplot = plots  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "matplotlib", package)
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", plots)
    monkeypatch.setattr(sys, "argv", ["example.py", str(tmp_path / "one")])
    (example,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    assert len([line for line in example.splitlines() if "import" not in line]) <= 10
    exec(compile(example, "run-folder.md", "exec"), {})  # noqa: S102 - it is our own page
    assert plots.given["x"] == list(range(1, 13)) and plots.given["shown"]
    np.testing.assert_allclose(plots.given["y"], run.history.steps.column("loss"), rtol=1e-8)
    kernel = run.trainer.network.params[0]["weight"][0, 0]
    assert np.array_equal(plots.given["image"], kernel)


def test_the_page_names_every_file_field_and_column() -> None:
    for name in (names.RUN, names.LOCK, *names.FILES, names.FORMAT):
        assert f"`{name}" in PAGE, name
    for columns in (STEP_COLUMNS, VALIDATION_COLUMNS, names.CHANGE_COLUMNS):
        assert f"`{','.join(columns)}`" in PAGE
    for field in Status.__dataclass_fields__:
        assert f"`{field}`" in PAGE, field
    record = RunRecord.new("one", CONFIG, made()).to_json()
    assert all(f"`{field}`" in PAGE for field in record)
