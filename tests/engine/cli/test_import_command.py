"""``import``: what is found out about a model of others, what can be told, and what is said."""

from __future__ import annotations

import contextlib
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import numpy_helper

from engine import signals
from engine.exchange import input_range
from engine.exchange.onnx_write import to_onnx
from engine.model.model_file import find_model, load_model
from main import main
from tests.processes import Command


@pytest.fixture(autouse=True)
def few_images(monkeypatch: pytest.MonkeyPatch) -> None:
    """Try on fewer images, for these tests to be quick."""
    monkeypatch.setattr(input_range, "IMAGES", 200)


def foreign(folder: Path, front: str) -> Path:
    """Write the shipped digits model as another program would: without our words, and with another front."""
    file = onnx.load_model_from_string(to_onnx(find_model("digits")))
    del file.metadata_props[:]
    for name in ("mean", "std"):
        tensor = next(tensor for tensor in file.graph.initializer if tensor.name == name)
        values = numpy_helper.to_array(tensor)
        if front == "nothing":
            values = np.full_like(values, 0 if name == "mean" else 1)
        elif front == "0..1":
            values = values / np.float32(255)
        tensor.CopyFrom(numpy_helper.from_array(values, name))
    path = folder / "theirs.onnx"
    path.write_bytes(file.SerializeToString())
    return path


@pytest.mark.parametrize(
    ("front", "title"),
    [
        ("nothing", "Mean and deviation of MNIST"),
        ("0..1", "Pixels from 0 to 1"),
        ("0..255", "Pixels from 0 to 255"),
    ],
)
def test_the_range_of_the_input_is_found_by_trying(
    front: str, title: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "model.safetensors"
    assert main(["import", str(foreign(tmp_path, front)), "--data", "mnist", "--out", str(out)]) == 0
    said = capsys.readouterr().out
    assert f"Input: {title}. Tried on 200 test images of MNIST: " in said
    assert "197,866 weights, 10 classes, images of 28x28 pixels in grey; conv, batch_norm, relu" in said
    for words in ("0..255", "0..1", "-1..1", "its mean and deviation"):
        assert f"{words} " in said
    model, ours = load_model(out), find_model("digits")
    np.testing.assert_allclose(model.preprocessing.mean, ours.preprocessing.mean, rtol=1e-3)
    np.testing.assert_allclose(model.preprocessing.std, ours.preprocessing.std, rtol=1e-3)
    assert model.record["input"] == title


def test_what_is_told_is_not_tried(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, out = foreign(tmp_path, "nothing"), tmp_path / "model.safetensors"
    options = [str(path), "--out", str(out)]
    assert main(["import", *options, "--input-range", "signed", "--classes", ",".join("abcdefghij")]) == 0
    said = capsys.readouterr().out
    assert "Input: Pixels from -1 to 1, as told." in said and "Tried" not in said
    model = load_model(out)
    assert (model.preprocessing.mean, model.preprocessing.std) == ((0.5,), (0.5,))
    assert model.class_names == tuple("abcdefghij")
    (tmp_path / "names.txt").write_text("\n".join(f"class {k}" for k in range(10)))
    mean = ["--mean", "0.13", "--std", "0.31", "--classes", str(tmp_path / "names.txt")]
    assert main(["import", *options, *mean]) == 0
    model = load_model(out)
    assert (model.preprocessing.mean, model.preprocessing.std) == ((0.13,), (0.31,))
    assert model.class_names[3] == "class 3"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--classes", "a,b"], "--classes gives 2 names; "),
        (["--classes", "a,a,b"], "--classes has the name 'a' twice; allowed is a name of its own"),
        (["--input-range", "imagenet"], "--input-range imagenet has no 1 channels; allowed are 0..255"),
        (["--input-range", "data"], "--input-range data needs --data"),
        (["--std", "0"], "--std is 0; allowed is more than 0"),
        (["--mean", "1,2"], "with one number each or 1 of them"),
        (["--mean", "nan"], "a mean is nan"),
        (["--output", "z"], "has no output 'z'; its outputs are 'logits', 'probabilities'"),
        (["--size", "9x9"], "takes images of 28x28 pixels, not 9x9"),
        (["--data", "nothing"], "There is no data set 'nothing'"),
    ],
)
def test_options_that_do_not_fit_are_told(
    options: list[str], words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "model.safetensors"
    assert main(["import", str(foreign(tmp_path, "0..1")), "--out", str(out), *options]) == 1
    assert words in capsys.readouterr().err
    assert not out.exists()


def test_a_model_that_says_everything_takes_no_range(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, out = tmp_path / "ours.onnx", tmp_path / "model.safetensors"
    path.write_bytes(to_onnx(find_model("digits")))
    assert main(["import", str(path), "--out", str(out), "--input-range", "0..1"]) == 1
    assert "says itself how its pixels are prepared; leave out --input-range" in capsys.readouterr().err
    assert main(["import", str(path), "--out", str(out), "--classes", ",".join("abcdefghij")]) == 0
    assert load_model(out).class_names == tuple("abcdefghij")


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_reading_of_a_large_model_and_leaves_nothing(
    number: signal.Signals, tmp_path: Path, start: Callable[..., Command]
) -> None:
    wide = 1500
    nodes, tensors, last, size = [onnx.helper.make_node("Flatten", ["x"], ["flat"])], [], "flat", 784
    for layer, units in enumerate((wide, wide, wide, wide, 10)):
        weights = np.full((units, size), 1 / size, np.float32)
        tensors.append(numpy_helper.from_array(weights, f"w{layer}"))
        tensors.append(numpy_helper.from_array(np.zeros(units, np.float32), f"b{layer}"))
        names = [last, f"w{layer}", f"b{layer}"]
        nodes.append(onnx.helper.make_node("Gemm", names, [f"y{layer}"], transB=1))
        last, size = f"y{layer}", units
    graph = onnx.helper.make_graph(
        nodes,
        "large",
        [onnx.helper.make_tensor_value_info("x", onnx.TensorProto.FLOAT, ["n", 1, 28, 28])],
        [onnx.helper.make_tensor_value_info(last, onnx.TensorProto.FLOAT, ["n", 10])],
        tensors,
    )
    path = tmp_path / "large.onnx"
    onnx.save(onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 13)]), path)
    command = start("import", path, "--out", tmp_path / "out.safetensors", "--data", "mnist")
    command.until_listening()
    command.until(lambda: str(path) in open_files(command.process.pid) or command.process.poll() is not None)
    command.send(number, group=False)
    assert command.end() == signals.EXIT_CODE
    assert command.error.splitlines()[-1].startswith("kernelscope import: interrupted")
    assert list(tmp_path.iterdir()) == [path]


def open_files(process: int) -> list[str]:
    """Return the files that a process has open."""
    found = []
    for link in Path(f"/proc/{process}/fd").glob("*"):
        with contextlib.suppress(OSError):
            found.append(str(link.readlink()))
    return found
