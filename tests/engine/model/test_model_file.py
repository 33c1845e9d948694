"""Models and checkpoints: what is written comes back, and nothing else is believed."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from safetensors.numpy import save_file

from engine.data.preprocess import Preprocessing
from engine.errors import ModelFileError
from engine.model.model_file import Model, described, find_model, load_model, save_model
from engine.model.network import Network
from engine.model.shipped import SHIPPED
from engine.model.spec import NetworkSpec
from engine.training.checkpoint import Checkpoint, load_checkpoint, save_checkpoint
from engine.training.config import RunConfig


@pytest.fixture
def model(spec: NetworkSpec) -> Model:
    result = Model(
        Network.new(spec, 5), Preprocessing((0.1,), (0.3,)), ("a", "b", "c"), {"steps": 3, "note": "\u00e4"}
    )
    result.history.steps.append(1, 0.1, 0.2, 2.3, 0.1, 0.01)
    result.history.validations.append(1, 0.1, 0.2, 2.2, 0.2)
    return result


def test_a_model_comes_back_as_it_was(model: Model, tmp_path: Path) -> None:
    path = tmp_path / "m.safetensors"
    save_model(path, model)
    back = load_model(path)
    assert back.network.spec == model.network.spec
    for name, value in model.network.named().items():
        np.testing.assert_array_equal(back.network.named()[name], value)
    assert (back.preprocessing, back.class_names, back.record) == (
        model.preprocessing,
        model.class_names,
        model.record,
    )
    np.testing.assert_array_equal(back.history.steps.table(), model.history.steps.table())
    np.testing.assert_array_equal(back.history.validations.table(), model.history.validations.table())


def test_a_checkpoint_comes_back_as_it_was(config: RunConfig, tmp_path: Path) -> None:
    path = tmp_path / "c.safetensors"
    arrays = {"network.x": np.arange(3.0, dtype=np.float32)}
    checkpoint = Checkpoint(
        config, arrays, {"step": 2, "live": {"momentum": 0.5}}, Model.__new__(Model) and _history()
    )
    save_checkpoint(path, checkpoint)
    back = load_checkpoint(path)
    assert back.config == config
    assert back.values == checkpoint.values
    np.testing.assert_array_equal(back.arrays["network.x"], arrays["network.x"])


def _history():
    from engine.model.history import History

    return History()


def test_a_truncated_file_is_told(model: Model, tmp_path: Path) -> None:
    path = tmp_path / "m.safetensors"
    save_model(path, model)
    whole = path.read_bytes()
    for length in (0, 4, 8, 100, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:length])
        with pytest.raises(ModelFileError, match=r"m\.safetensors"):
            load_model(path)


@given(data=st.binary(max_size=300))
def test_any_bytes_give_one_clear_error(data: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("bytes") / "x.safetensors"
    path.write_bytes(data)
    with pytest.raises(ModelFileError, match="is not a model"):
        load_model(path)


def rewritten(path: Path, model: Model, **changes: str) -> Path:
    """Write ``model`` with some metadata replaced."""
    from safetensors import safe_open

    save_model(path, model)
    with safe_open(str(path), framework="numpy") as file:
        metadata = {**file.metadata(), **changes}
        arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    save_file(arrays, path, metadata)
    return path


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"format": "other"}, "not a Kernelscope model"),
        ({"version": "2"}, "version 2; this program reads up to 1"),
        ({"version": "new"}, "version 'new'"),
        ({"kind": "checkpoint"}, "is a checkpoint, not a model"),
        ({"description": "{"}, "not valid JSON"),
        ({"description": "[]"}, "description is not an object"),
        ({"description": "{}"}, "is damaged, or it is not a model"),
    ],
)
def test_a_wrong_header_is_told(model: Model, tmp_path: Path, changes: dict[str, str], message: str) -> None:
    with pytest.raises(ModelFileError, match=message):
        load_model(rewritten(tmp_path / "m.safetensors", model, **changes))


def test_arrays_that_do_not_fit_are_told(model: Model, tmp_path: Path) -> None:
    path = tmp_path / "m.safetensors"
    description = {
        "network": model.network.spec.to_json(),
        "preprocessing": model.preprocessing.to_json(),
        "class_names": ["a", "b", "c"],
        "record": {},
    }
    layers = description["network"]["layers"]
    layers[0]["filters"] = 5
    with pytest.raises(ModelFileError, match=r"Array '0.bias' has the shape .4,.; network 'tiny' needs .5,."):
        load_model(rewritten(path, model, description=json.dumps(description)))
    layers[0]["filters"] = 4
    description["class_names"] = ["a"]
    with pytest.raises(ModelFileError, match="names 1 classes, but its network has 3"):
        load_model(rewritten(path, model, description=json.dumps(description)))
    layers[0]["kind"] = "magic"
    with pytest.raises(ModelFileError, match="no layer of kind 'magic'"):
        load_model(rewritten(path, model, description=json.dumps(description)))


def test_values_that_are_not_finite_are_refused(model: Model, tmp_path: Path) -> None:
    model.network.vector[0] = np.nan
    save_model(tmp_path / "m.safetensors", model)
    with pytest.raises(ModelFileError, match="not finite"):
        load_model(tmp_path / "m.safetensors")


def test_a_failed_write_keeps_the_old_file(
    model: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "m.safetensors"
    save_model(path, model)
    before = path.read_bytes()
    monkeypatch.setattr("os.fsync", lambda _: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    with pytest.raises(ModelFileError, match=r"Cannot write .*m\.safetensors: No space left on device"):
        save_model(path, dataclasses.replace(model, class_names=("x", "y", "z")))
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_models_that_are_not_there_are_told(tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match="No such file"):
        load_model(tmp_path / "none.safetensors")
    with pytest.raises(ModelFileError, match="no model 'nothing'; shipped are digits"):
        find_model("nothing")


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_models_load(name: str) -> None:
    model = find_model(name)
    assert model.network.classes == len(model.class_names)
    assert model.record["config"]["data"]


def test_a_description_without_end_is_told(tmp_path: Path) -> None:
    path = tmp_path / "deep.safetensors"
    metadata = {"format": "kernelscope", "kind": "model", "version": "1", "description": "[" * 100_000}
    save_file({"a": np.zeros(2, np.float32)}, path, metadata)
    with pytest.raises(ModelFileError, match="is nested deeper than the 64 levels"):
        load_model(path)


def test_numbers_in_a_form_that_is_not_here_are_named(tmp_path: Path) -> None:
    header = json.dumps({"a": {"dtype": "BF16", "shape": [2], "data_offsets": [0, 4]}}).encode()
    path = tmp_path / "m.safetensors"
    path.write_bytes(len(header).to_bytes(8, "little") + header + bytes(4))
    with pytest.raises(ModelFileError, match="keeps the array 'a' as BF16; allowed are F32"):
        load_model(path)


def test_names_of_classes_are_plain_words(model: Model) -> None:
    named = dataclasses.replace(model, class_names=(" a  b\n", "\u202ec", "d" * 5000))
    assert named.class_names[0] == "a b"
    assert "\u202e" not in named.class_names[1]
    assert len(named.class_names[2]) < 1000


@pytest.mark.parametrize("name", ["m.safetensors", "m"])
def test_a_model_is_found_by_its_file(model: Model, tmp_path: Path, name: str) -> None:
    save_model(tmp_path / name, model)
    for word in (tmp_path / name, str(tmp_path / name)):
        assert find_model(word).class_names == model.class_names


def test_what_is_wrong_with_a_file_is_said_with_its_name(model: Model, tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match=rf"{tmp_path / 'none.safetensors'}"):
        find_model(tmp_path / "none.safetensors")
    with pytest.raises(ModelFileError, match="There is no model 'none'; shipped are"):
        find_model("none")
    path = rewritten(tmp_path / "m.safetensors", model, description=json.dumps({"network": {}}))
    with pytest.raises(ModelFileError, match=rf"^{path} "):
        load_model(path)
    description = json.dumps({**described(model), "class_names": ["a"]})
    with pytest.raises(ModelFileError, match=rf"^{path} names 1 classes, but its network has 3\."):
        load_model(rewritten(path, model, description=description))
    (tmp_path / "x.onnx").write_bytes(onnx_bytes())
    with pytest.raises(ModelFileError, match="is an ONNX model; import it first"):
        find_model(tmp_path / "x.onnx")


def onnx_bytes() -> bytes:
    """Return the smallest ONNX model."""
    from onnx import helper

    graph = helper.make_graph([], "g", [], [])
    return bytes(helper.make_model(graph).SerializeToString())
