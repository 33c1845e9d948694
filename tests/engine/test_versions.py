"""The versions that a bug report names."""

from __future__ import annotations

import platform

import numpy as np

from engine import VERSION
from engine.versions import as_text, versions


def test_they_name_what_runs_here() -> None:
    found = versions()
    assert found["Kernelscope"] == VERSION
    assert found["numpy"] == np.__version__
    assert found["Python"] == platform.python_version()
    assert "logical processors" in found["processor"] and "kernels" in found["processor"]


def test_they_are_one_line_each() -> None:
    assert len(as_text().splitlines()) == len(versions())
