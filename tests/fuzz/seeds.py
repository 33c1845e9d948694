"""Well-formed files of every kind that the program reads, made here; the fuzzer damages them."""

from __future__ import annotations

import gzip
import io
import json
import pickle
import struct
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
from onnx import TensorProto, helper, numpy_helper
from PIL import Image

from engine.data.dataset import Dataset
from engine.data.entry import Entry
from engine.data.preprocess import Preprocessing
from engine.exchange.onnx_write import to_onnx
from engine.exchange.torch_file import to_torch
from engine.model.familiar import Familiar
from engine.model.model_file import Model, save_model
from engine.model.network import Network
from engine.model.spec import NetworkSpec
from engine.publish.share import WINDOW
from engine.runs import names
from engine.runs.budget import Budget
from engine.runs.library import Library
from engine.runs.record import RunRecord, Status
from engine.training.checkpoint import Checkpoint, save_checkpoint
from engine.training.config import RunConfig
from engine.training.trainer import Trainer
from engine.training.workers import Workers
from gui.state.settings import Settings

CLASSES = ("cat", "dog", "äöü")
LAYERS: tuple[list[dict[str, Any]], ...] = (
    [
        {"kind": "conv", "filters": 2, "kernel": 3},
        {"kind": "relu"},
        {"kind": "max_pool"},
        {"kind": "flatten"},
    ],
    [{"kind": "residual", "filters": 2, "stride": 2}, {"kind": "global_average_pool"}],
    [{"kind": "flatten"}, {"kind": "batch_norm"}, {"kind": "dropout"}],
)


def written(write: Callable[[Path], object]) -> bytes:
    """Return what ``write`` writes to the path that it is given."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "seed"
        write(path)
        return path.read_bytes()


def spec(layers: list[dict[str, Any]]) -> NetworkSpec:
    """Return a small network that ends with three classes."""
    every = [*layers, {"kind": "dense", "units": len(CLASSES)}]
    return NetworkSpec.from_json({"name": "seed", "in_shape": [1, 8, 8], "layers": every})


def models() -> list[Model]:
    """Return small models, with records as training writes them."""
    record = {"config": {"data": "mnist"}, "steps": 3, "seconds": 1.5}
    made = []
    for layers in LAYERS:
        network = Network.new(spec(layers), 1)
        made.append(Model(network, Preprocessing((0.1,), (0.3,)), CLASSES, record))
        made[-1].history.steps.append(1, 0.1, 0.2, 2.3, 0.1, 0.01)
        made[-1].history.validations.append(1, 0.1, 0.2, 2.3, 0.1)
    return made


def model_files() -> list[bytes]:
    plain = models()
    return [
        written(lambda path, model=model: save_model(path, model)) for model in (*plain, knowing(plain[0]))
    ]


def knowing(model: Model) -> Model:
    """Return a model that knows what some pictures look like to it."""
    images = np.random.default_rng(2).integers(0, 256, (12, *model.network.spec.in_shape)).astype(np.uint8)
    labels = model.network.predict(model.preprocessing.apply(images)).argmax(axis=1)
    known = Familiar.of(model.network, model.preprocessing, images, images, labels, others=images[:3])
    return replace(model, familiar=known)


def torch_files() -> list[bytes]:
    return [to_torch(model) for model in models()]


def checkpoints() -> list[bytes]:
    config = RunConfig(spec(LAYERS[0]), batch_size=4, validation_images=4, averaging=0.9)
    with Workers(1) as workers:
        trainer = Trainer(config, dataset(), workers)
        trainer.step()
        arrays, values = trainer.state()
    model = models()[0]
    return [
        written(lambda path: save_checkpoint(path, Checkpoint(config, dict(arrays), values, model.history)))
    ]


def onnx_files() -> list[bytes]:
    """Return graphs that were written here, and one as another program could have written it."""
    rng = np.random.default_rng(5)
    weights = {
        "w": rng.normal(size=(2, 1, 3, 3)).astype(np.float32),
        "b": np.zeros(2, np.float32),
        "v": rng.normal(size=(3, 72)).astype(np.float32),
        "s": np.array([0, -1], np.int64),
        "scale": np.array(0.01, np.float32),
    }
    nodes = [
        helper.make_node("Mul", ["x", "scale"], ["0"]),
        helper.make_node("Conv", ["0", "w", "b"], ["1"], kernel_shape=[3, 3]),
        helper.make_node("Relu", ["1"], ["2"]),
        helper.make_node("Reshape", ["2", "s"], ["3"]),
        helper.make_node("Gemm", ["3", "v"], ["y"], transB=1),
    ]
    value = helper.make_tensor_value_info
    graph = helper.make_graph(
        nodes,
        "other",
        [value("x", TensorProto.FLOAT, [None, 1, 8, 8])],
        [value("y", TensorProto.FLOAT, [None, 3])],
        [numpy_helper.from_array(each, name) for name, each in weights.items()],
    )
    other = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    return [*(to_onnx(model) for model in models()), other.SerializeToString()]


def origin_files() -> list[bytes]:
    rng = np.random.default_rng(6)
    filters = [{n: rng.normal(size=(c, 5, 5)) for n in range(2)} for c in (1, 2)]
    biases = [dict.fromkeys(range(2), 0.1) for _ in range(2)]
    curves = [[2.3, 2.1], [0.1, 0.2]]
    parts = [*filters, *biases, rng.normal(size=(10, 8)), np.zeros((10, 1)), *curves]
    return [pickle.dumps(parts, protocol) for protocol in (0, 2, 5)]


def batch_files() -> list[bytes]:
    pixels = np.random.default_rng(7).integers(0, 256, (3, 3072)).astype(np.uint8)
    return [pickle.dumps({b"data": pixels, b"labels": [0, 1, 2]}, protocol) for protocol in (2, 4)]


def dataset() -> Dataset:
    rng = np.random.default_rng(8)
    images = [rng.integers(0, 256, (count, 1, 8, 8)).astype(np.uint8) for count in (24, 6)]
    labels = [np.arange(count) % 3 for count in (24, 6)]
    return Dataset("seed", "Seed", CLASSES, images[0], labels[0], images[1], labels[1])


def npz(compressed: bool = False, **arrays: Any) -> bytes:
    file = io.BytesIO()
    (np.savez_compressed if compressed else np.savez)(file, **arrays)
    return file.getvalue()


def own_sets() -> list[bytes]:
    each = dataset()
    names = ("train_images", "train_labels", "test_images", "test_labels")
    arrays = {name: getattr(each, name) for name in names}
    return [npz(title=np.array("Seed"), class_names=np.array(CLASSES), **arrays)]


def picture_arrays() -> list[bytes]:
    rng = np.random.default_rng(9)
    grey, labels = rng.integers(0, 256, (9, 8, 8)).astype(np.uint8), np.arange(9) % 3
    colour = rng.random((9, 8, 8, 3)).astype(np.float32)
    parts = {"x_train": grey[:6], "y_train": labels[:6], "x_test": grey[6:], "y_test": labels[6:, None]}
    return [
        npz(images=grey, labels=labels, class_names=np.array(CLASSES)),
        npz(compressed=True, images=colour, labels=np.array(CLASSES)[labels]),
        npz(**parts),
    ]


def examples(in_shape: tuple[int, ...]) -> list[bytes]:
    words = {name: np.array(["a", "b"]) for name in ("keys", "when", "source")}
    arrays = {
        "images": np.zeros((2, *in_shape), np.uint8),
        "labels": np.arange(2),
        "answers": -np.ones(2, int),
    }
    return [npz(class_names=np.array(CLASSES), **arrays, **words)]


def idx_files() -> list[bytes]:
    values = np.arange(2 * 8 * 8, dtype=np.uint8).reshape(2, 8, 8)
    plain = [
        struct.pack(f">HBB{v.ndim}I", 0, 8, v.ndim, *v.shape) + v.tobytes() for v in (values, values[0, 0])
    ]
    return [*plain, *(gzip.compress(each, mtime=0) for each in plain)]


def tars() -> list[bytes]:
    return [tar(batch_files()[0], packed=packed) for packed in (False, True)]


def tar(content: bytes, *, packed: bool) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz" if packed else "w", format=tarfile.PAX_FORMAT) as archive:
        for name in (*(f"data_batch_{n}" for n in range(1, 6)), "test_batch"):
            member = tarfile.TarInfo(f"cifar-10-batches-py/{name}")
            member.size, member.pax_headers = len(content), {"comment": "ä"}
            archive.addfile(member, io.BytesIO(content))
    return file.getvalue()


def entry() -> Entry:
    return Entry("seed", "Seed", "", (3, 32, 32), ("a", "b", "c"), 15, 3, dataset)


def json_bytes(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, indent=1).encode()


def run_settings() -> list[bytes]:
    config = RunConfig(spec(LAYERS[1]))
    short = {"network": "lenet5", "optimiser": {"kind": "adam"}, "augmentation": "strong", "epochs": 2}
    return [json_bytes(config.to_json()), json_bytes(short)]


def run_records() -> list[bytes]:
    return [json_bytes(RunRecord.new("seed", RunConfig(spec(LAYERS[0]), data="seed"), dataset()).to_json())]


def run_statuses() -> list[bytes]:
    status = Status("finished", 3, 1.5, "2026-01-01T00:00:00+00:00", "Done.", 2, 0.5, 0.5, 0.4, closed=True)
    return [json_bytes(asdict(status))]


def run_notes() -> list[bytes]:
    return [json_bytes({"name": "Mine", "text": "one\ntwo", "star": True, "colour": [1, 2]})]


def run_budgets() -> list[bytes]:
    return [json_bytes(asdict(Budget(8, 0.5)))]


def run_indices() -> list[bytes]:
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        (folder / "one").mkdir()
        (folder / "one" / names.RUN).write_bytes(run_records()[0])
        Library(folder).runs()
        return [(folder / "index.json").read_bytes()]


def run_curves() -> list[bytes]:
    return ["".join(model.history.steps.csv()).encode() for model in models()]


def run_changes() -> list[bytes]:
    return [b'step,setting,value\n1,learning_rate,0.5\n2,epochs,3\n3,data,"""mnist"""\n']


def shared_runs() -> list[bytes]:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in (
            (names.RUN, run_records()[0]),
            (names.STATUS, run_statuses()[0]),
            (names.NOTES, run_notes()[0]),
            (names.STEPS, run_curves()[0]),
            (f"{names.WEIGHTS}/{names.weights_file(3)}", model_files()[0]),
            (WINDOW, json_bytes({"drawing": [[1, 2], [3, 4]]})),
        ):
            archive.writestr(name, data)
    return [buffer.getvalue()]


def network_files() -> list[bytes]:
    return [json_bytes(spec(layers).to_json()) for layers in LAYERS]


def sweeps() -> list[bytes]:
    return [
        (
            b'name = "wide"\nmethod = "latin"\ntrials = 5\nseeds = [1, 2]\n'
            b"[halving]\neta = 2\nmin_steps = 10\n"
            b'[base]\nepochs = 1\noptimiser = { kind = "adam" }\n[space]\n'
            b"learning_rate = { log_uniform = [0.001, 0.1], points = 3 }\nnetwork.conv1.filters = [4, 8]\n"
        ),
        b'method = "grid"\n[space]\noptimiser = ["sgd", { kind = "adam", beta2 = 0.9 }]\nbatch_size = [8]\n',
    ]


def settings_files() -> list[bytes]:
    settings = Settings(
        theme="dark", layout="00ff", geometry="01", config=RunConfig(spec(LAYERS[0])).to_json()
    )
    return [json_bytes(settings.to_json())]


def lessons() -> list[bytes]:
    step = '[[steps]]\ntitle = "One"\ntext = "Press *Start*."\npoint = "toolbar.start"\n'
    check = 'check = [{kind = "loss", below = 0.5, after = 9}, {kind = "shown", place = "learn"}]\n'
    asked = '[steps.question]\nask = "Which?"\nanswers = ["a", "b"]\nright = 2\nbecause = "So."\n'
    read = '[steps.question]\nask = "How many?"\nvalue = 2.3\nwithin = 0.05\nbecause = "So."\n'
    head = 'format = 1\ntitle = "A lesson"\nminutes = 3\nviews = ["learn", "pad"]\n'
    settings = "[settings]\nlearning_rate = 0.1\nseed = 7\n"
    return [
        text.encode() for text in (head + settings + step + check + asked, head + step + check + step + read)
    ]


def tables() -> list[bytes]:
    rows = [("file", "label"), *((f"{n}.png", CLASSES[n % 3]) for n in range(6))]
    pixels = [["label", *(f"pixel{n}" for n in range(64))], *([n % 3, *range(n, n + 64)] for n in range(6))]
    return [
        "\n".join(mark.join(row) for row in rows).encode(code)
        for mark, code in ((",", "utf-8"), ("\t", "utf-8-sig"), (";", "utf-16"))
    ] + ["\n".join(",".join(map(str, row)) for row in pixels).encode()]


def pictures(form: str) -> list[bytes]:
    """Return small pictures of a form in the modes that it has."""
    ramp = Image.fromarray(np.add.outer(np.arange(12) * 9, np.arange(16) * 7).astype(np.uint8))
    clear = ramp.convert("RGBA")
    clear.putalpha(ramp)
    made = []
    for picture in (
        ramp,
        ramp.convert("RGB"),
        clear,
        ramp.convert("I;16"),
        ramp.convert("1"),
        ramp.convert("P"),
    ):
        file = io.BytesIO()
        try:
            picture.save(file, form)
        except (OSError, ValueError, KeyError):
            continue  # not every form has every mode
        made.append(file.getvalue())
    return made
