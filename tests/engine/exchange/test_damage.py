"""Files with wrong bytes: each is a model or a sentence, never a traceback."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest

from engine.errors import ModelFileError
from engine.exchange import export_model, read_model
from tests.engine.exchange.conftest import LAYER_CASES, build
from tests.engine.exchange.test_origin import parameters, python2

TRIES = 80


def content(form: str, folder: Path) -> bytes:
    """Return a whole file of that form."""
    if form == "python 2 pickle":
        return (python2(parameters(1, 28, 8)) + ".").encode("latin-1")
    if form == "pickle":
        return pickle.dumps(parameters(1, 28, 8), 2)
    export_model(build(LAYER_CASES["residual"][1]), form, folder / "whole")
    return (folder / "whole").read_bytes()


@pytest.mark.parametrize("form", ["onnx", "safetensors", "python 2 pickle", "pickle"])
def test_wrong_bytes_and_early_ends_are_told(form: str, tmp_path: Path) -> None:
    whole, rng = content(form, tmp_path), np.random.default_rng(8)
    path = tmp_path / "broken"
    refusals: list[str] = []
    for attempt in range(TRIES):
        broken = bytearray(whole)
        # Names, sizes and operations are near both ends; in between there is little but weights.
        near = int(rng.integers(0, 2500)) - (2500 if attempt % 2 else 0)
        broken[near] = int(rng.integers(0, 256))
        if attempt % 8 == 0:
            broken = broken[: int(rng.integers(0, len(whole)))]
        path.write_bytes(broken)
        try:
            model = read_model(path)
        except ModelFileError as error:
            refusals.append(str(error))
        else:
            assert all(np.isfinite(value).all() for value in model.network.named().values())
    assert len(refusals) >= TRIES // 8
    assert all(str(path) in message and message.endswith(".") for message in refusals)
