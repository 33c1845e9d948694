"""A run of two epochs to make films of."""

from __future__ import annotations

from pathlib import Path

import pytest

import main


@pytest.fixture
def trained(tmp_path: Path, data: str) -> Path:
    """Return the folder of the run."""
    folder = tmp_path / "trained"
    options = ("--data", data, "--quiet", "--threads", "1", "--epochs", "2")
    assert main.main(["train", *options, "--out", str(folder)]) == 0
    return folder
