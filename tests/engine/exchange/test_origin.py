"""Parameter files of the origin: the answers of its equations, its curves, and what is refused."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.errors import ModelFileError
from engine.exchange import read_model
from engine.model.model_file import load_model
from main import main


def python2(value: Any) -> str:
    """Return a value as Python 2's pickle wrote it by default: protocol 0, text, without memo."""
    if isinstance(value, list):
        return "(l" + "".join(python2(item) + "a" for item in value)
    if isinstance(value, dict):
        return "(d" + "".join(python2(k) + python2(v) + "s" for k, v in value.items())
    if isinstance(value, np.ndarray | np.floating):
        raw = repr(value.tobytes())[1:]
        code = repr(value.dtype.str[1:])
        dtype = f"cnumpy\ndtype\n(S{code}\nI0\nI1\ntR(I3\nS'<'\nNNNI-1\nI-1\nI0\ntb"
        if isinstance(value, np.floating):
            return f"cnumpy.core.multiarray\nscalar\n({dtype}S{raw}\ntR"
        shape = "(" + "".join(f"I{n}\n" for n in value.shape) + "t"
        made = "cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(I0\ntS'b'\ntR"
        return f"{made}(I1\n{shape}{dtype}I00\nS{raw}\ntb"
    return f"F{value!r}\n" if isinstance(value, float) else f"I{value}\n"


def parameters(channels: int, side: int, filters: int) -> list[Any]:
    """Return the eight parts, random, in the shapes that the origin has."""
    rng = np.random.default_rng(6)
    pooled = (side - 8) // 2
    return [
        {n: rng.normal(size=(channels, 5, 5)) / 8 for n in range(filters)},
        {n: rng.normal(size=(filters, 5, 5)) / 8 for n in range(filters)},
        {n: np.float64(rng.normal()) for n in range(filters)},
        {n: 0 if n == 1 else np.float64(rng.normal()) for n in range(filters)},
        rng.normal(size=(10, filters * pooled * pooled)) / 30,
        rng.normal(size=(10, 1)),
        [np.array([2.3]), np.array([1.9]), np.array([1.2])],
        [0.1, 0.35, 0.6],
    ]


def twin(parts: list[Any], image: np.ndarray) -> np.ndarray:
    """Return the probabilities by the equations of the origin, one number at a time.

    ``conv[j,x,y] = sum image[:, x:x+5, y:y+5] w_j + b_j``, cut off at 0, twice; the largest of each 2x2; then
    ``softmax(theta v + b)`` with the maps laid end to end.
    """

    def convolve(maps: np.ndarray, kernels: dict[int, np.ndarray], biases: dict[int, float]) -> np.ndarray:
        side = maps.shape[1] - 4
        out = np.empty((len(kernels), side, side))
        for j in range(len(kernels)):
            for x in range(side):
                for y in range(side):
                    out[j, x, y] = max(0.0, (maps[:, x : x + 5, y : y + 5] * kernels[j]).sum() + biases[j])
        return out

    maps = convolve(convolve(image, parts[0], parts[2]), parts[1], parts[3])
    count, side, _ = maps.shape
    pooled = maps.reshape(count, side // 2, 2, side // 2, 2).max(axis=(2, 4))
    scores = parts[4] @ pooled.reshape(-1, 1) + parts[5]
    odds = np.exp(scores - scores.max())
    return (odds / odds.sum()).ravel()


@pytest.mark.parametrize(
    ("channels", "side", "filters", "mean", "deviation"), [(1, 28, 8, 33, 78), (3, 32, 16, 120, 64)]
)
def test_the_answers_are_those_of_the_origins_equations(
    channels: int, side: int, filters: int, mean: int, deviation: int, tmp_path: Path
) -> None:
    parts = parameters(channels, side, filters)
    path = tmp_path / "trained.pickle"
    path.write_text(python2(parts) + ".", encoding="latin-1")
    model = read_model(path)
    assert model.network.spec.in_shape == (channels, side, side)
    images = np.random.default_rng(1).integers(0, 256, (3, channels, side, side)).astype(np.uint8)
    got = model.network.predict(model.preprocessing.apply(images))
    for image, odds in zip(images, got, strict=True):
        np.testing.assert_allclose(odds, twin(parts, (image.astype(float) - mean) / deviation), atol=1e-5)
    assert model.class_names[3] == ("3" if channels == 1 else "cat")
    assert "those of the original project's programs" in model.record["note"]


@pytest.mark.parametrize("protocol", [0, 2, 4])
def test_the_curves_come_along(protocol: int, tmp_path: Path) -> None:
    path = tmp_path / "trained.pickle"
    path.write_bytes(pickle.dumps(parameters(1, 28, 8), protocol))
    steps = read_model(path).history.steps
    assert steps.column("step").tolist() == [1, 2, 3]
    assert steps.column("loss").tolist() == [2.3, 1.9, 1.2]
    assert steps.column("accuracy").tolist() == [0.1, 0.35, 0.6]
    assert np.isnan(steps.column("seconds")).all()


def test_costs_and_biases_in_long_numbers_are_read(tmp_path: Path) -> None:
    # The origin took the exponential in float128, which spread to the losses and to single biases.
    parts = parameters(1, 28, 8)
    parts[2] = {number: np.longdouble(value) for number, value in parts[2].items()}
    parts[6] = [np.array(value, np.longdouble) for value in parts[6]]
    path = tmp_path / "trained.pickle"
    path.write_text(python2(parts) + ".", encoding="latin-1")
    model = read_model(path)
    assert model.history.steps.column("loss").tolist() == [2.3, 1.9, 1.2]
    np.testing.assert_allclose(model.network.params[0]["bias"], np.array(list(parts[2].values()), np.float32))


def test_the_command_makes_a_normal_model(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, out = tmp_path / "trained.pickle", tmp_path / "model.safetensors"
    path.write_text(python2(parameters(1, 28, 8)) + ".", encoding="latin-1")
    assert main(["import", str(path), "--out", str(out)]) == 0
    assert "Curves of 3 steps; at the last: loss 1.2000, accuracy 60.00 %." in capsys.readouterr().out
    model = load_model(out)
    assert model.history.steps.column("loss").tolist() == [2.3, 1.9, 1.2]


def test_other_pickles_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "trained.pickle"
    whole = parameters(1, 28, 8)
    cases: list[tuple[Any, str]] = [
        ([1, 2], r"holds a list of 2; a trained.pickle of CNN-from-Scratch is a list of eight"),
        ({"a": 1}, "holds a dict"),
        ([*whole[:4], np.zeros((10, 7)), *whole[5:]], "is not a trained.pickle|cannot be used"),
        ([*whole[:7], [0.5]], "is not a trained.pickle"),
        ([*whole[:6], [10**400] * 3, whole[7]], "is not a trained.pickle"),
        ([*whole[:4], whole[4] * 1e300, *whole[5:]], "not finite"),
        ([{0: "words"}, *whole[1:]], "is not a trained.pickle"),
        ([print, *whole[1:]], "is refused: it asks for"),
    ]
    for value, message in cases:
        path.write_bytes(pickle.dumps(value, 2))
        with pytest.raises(ModelFileError, match=message):
            read_model(path)
