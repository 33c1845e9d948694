"""Every reader of files from outside, with well-formed files to damage. A new reader gets an entry here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np

from engine.data.formats import FORMATS
from engine.data.own import load_own
from engine.data.pictures.opening import FORMATS as PICTURES
from engine.data.pictures.reading import read_picture
from engine.data.pictures.scan import scan
from engine.data.sources import gather
from engine.errors import ConfigError, ModelFileError
from engine.exchange import read_any
from engine.exchange.imported import Imported
from engine.exchange.origin import read_origin
from engine.io.idx import read_idx
from engine.lessons.reading import FILE, read_lesson
from engine.model.model_file import Model, find_model
from engine.model.spec import preset_or_file
from engine.publish.share import receive
from engine.recognise.judge import Source
from engine.recognise.pictures import open_picture
from engine.runs import names
from engine.runs.budget import Budget
from engine.runs.compare import setting_rows
from engine.runs.folder import RunFolder
from engine.runs.library import Library
from engine.runs.notes import change_notes
from engine.sweeps.plan_file import read_plan
from engine.task import Task
from engine.teaching.examples import Examples
from engine.training.checkpoint import load_checkpoint
from engine.training.config import RunConfig
from gui.presenters.runs import found
from gui.state.settings import Store
from tests.fuzz import seeds
from tests.fuzz.inside import in_gzip, in_json, in_onnx, in_pickle, in_png, in_safetensors, in_tar, in_zip
from tests.fuzz.mutations import Inside

IN_SHAPE = (1, 8, 8)


@dataclass(frozen=True)
class Reader:
    """A reader.

    Attributes:
        name: what it reads.
        file: name of the damaged file.
        seeds: makes well-formed files.
        read: reads the file; whatever it raises but an EngineError of one sentence is a fault.
        inside: ways to damage what such files wrap.
        forgiving: whether it refuses nothing, because what is damaged costs no more than itself.
    """

    name: str
    file: str
    seeds: Callable[[], Sequence[bytes]]
    read: Callable[[Path], object]
    inside: tuple[Inside, ...] = field(default=())
    forgiving: bool = False


def _used(model: Model) -> None:
    """Ask a model that could be read about an empty image, which shows what it costs to use."""
    image = np.zeros((1, *model.network.spec.in_shape), np.uint8)
    with np.errstate(all="ignore"):
        model.network.predict(model.preprocessing.apply(image))
        if model.familiar is not None:
            Source.of(model).ask(image[0])


def _import(path: Path) -> None:
    found = read_any(path)
    _used(found.model() if isinstance(found, Imported) else found)


def _pictures(path: Path) -> None:
    _beside(path)
    found = scan(path)
    assert len(found.labels) == len(found.names)


def _beside(path: Path) -> None:
    """Put the pictures there that tables name."""
    for number, content in enumerate(seeds.pictures("PNG")[:6]):
        (path.parent / f"{number}.png").write_bytes(content)


def _examples(path: Path) -> None:
    store = Examples(IN_SHAPE, seeds.CLASSES)
    store.path.parent.mkdir(parents=True, exist_ok=True)
    path.rename(store.path)
    store.all()


def _batches(path: Path) -> None:
    names = set(FORMATS["cifar-python"].names)
    found = gather([path], names.__contains__)
    if set(found) == names:
        FORMATS["cifar-python"].read(found, seeds.entry(), Task())


def _batch(path: Path) -> None:
    names = FORMATS["cifar-python"].names
    found = gather([path], lambda name: name == names[0])
    if found:
        FORMATS["cifar-python"].read(dict.fromkeys(names, found[names[0]]), seeds.entry(), Task())


def _settings(path: Path) -> None:
    from gui.app.build import remembered

    settings, problem = Store(path.parent, path.parent).load()
    remembered(settings)
    if problem:
        raise ConfigError(problem)


def _run(path: Path) -> None:
    """Read a run of whose folder one file is damaged."""
    if not (path.parent / names.RUN).exists():
        (path.parent / names.RUN).write_bytes(seeds.run_records()[0])
    folder = RunFolder(path.parent)
    folder.record.data.preprocessing()
    folder.status()
    folder.notes()
    setting_rows([folder, folder])
    history = folder.history()
    folder.settings(10)
    assert all(int(step) >= 0 for step in history.steps.column("step"))
    damaged = [notice for notice in folder.notices if path.name in notice]
    if damaged:
        raise ModelFileError(damaged[0])


def _shared(path: Path) -> None:
    folder, _ = receive(path, Library(path.parent / "runs"), Task())
    RunFolder(folder).history()


def _listed(path: Path) -> None:
    """List runs, of whose files one is damaged, and say something of one of them."""
    one = path.parent / "one"
    one.mkdir()
    (one / names.RUN).write_bytes(seeds.run_records()[0])
    (one / path.name).write_bytes(path.read_bytes())  # an index does no harm there
    library = Library(one.parent)
    for run in library.runs():
        found(run, "mine")
    change_notes(one, star=True)
    if library.problems:
        raise ModelFileError(library.problems[0])


def _of_form(form: str, number: int) -> Reader:
    """Return a reader of pictures of a form; the two functions that open pictures take turns."""
    read: Callable[[Path], object] = read_picture if number % 2 else open_picture
    inside = (in_png,) if form == "PNG" else ()
    return Reader(f"picture, {form}", f"p.{form.lower()}", partial(seeds.pictures, form), read, inside)


MODEL_FILES = (in_safetensors,)
READERS = (
    Reader("model", "m.safetensors", seeds.model_files, lambda path: _used(find_model(path)), MODEL_FILES),
    Reader("weights for PyTorch", "t.safetensors", seeds.torch_files, _import, MODEL_FILES),
    Reader("checkpoint", "c.safetensors", seeds.checkpoints, load_checkpoint, MODEL_FILES),
    Reader("ONNX", "o.onnx", seeds.onnx_files, _import, (in_onnx,)),
    Reader("trained.pickle", "trained.pickle", seeds.origin_files, read_origin, (in_pickle,)),
    Reader("own data set", "own-x.npz", seeds.own_sets, load_own, (in_zip,)),
    Reader("arrays of pictures", "a.npz", seeds.picture_arrays, _pictures, (in_zip,)),
    Reader("my examples", "e.npz", partial(seeds.examples, IN_SHAPE), _examples, (in_zip,)),
    Reader("IDX", "i-idx3-ubyte.gz", seeds.idx_files, read_idx, (in_gzip,)),
    Reader("batch of CIFAR-10", "data_batch_1", seeds.batch_files, _batch, (in_pickle,)),
    Reader("archive", "b.tar.gz", seeds.tars, _batches, (in_gzip, in_tar)),
    Reader("table", "t.csv", seeds.tables, _pictures),
    Reader("settings of a run", "r.json", seeds.run_settings, RunConfig.from_file, (in_json,)),
    Reader("network", "n.json", seeds.network_files, lambda path: preset_or_file(str(path)), (in_json,)),
    Reader("sweep", "s.toml", seeds.sweeps, read_plan),
    Reader("record of a run", names.RUN, seeds.run_records, _run, (in_json,)),
    Reader("status of a run", names.STATUS, seeds.run_statuses, _run, (in_json,)),
    Reader("notes of a run", names.NOTES, seeds.run_notes, _run, (in_json,)),
    Reader("listed notes", names.NOTES, seeds.run_notes, _listed, (in_json,), forgiving=True),
    Reader("listed status", names.STATUS, seeds.run_statuses, _listed, (in_json,), forgiving=True),
    Reader("index of runs", "index.json", seeds.run_indices, _listed, (in_json,), forgiving=True),
    Reader(
        "room for runs", "budget.json", seeds.run_budgets, lambda path: Budget.read(path.parent), (in_json,)
    ),
    Reader("curves of a run", names.STEPS, seeds.run_curves, _run),
    Reader("changes of a run", names.CHANGES, seeds.run_changes, _run),
    Reader("shared run", "s.kscope", seeds.shared_runs, _shared),
    Reader("settings of the window", "settings.json", seeds.settings_files, _settings, (in_json,)),
    Reader("lesson", FILE, seeds.lessons, lambda path: read_lesson(path.parent)),
    *(_of_form(form, number) for number, form in enumerate(PICTURES) if form != "HEIF"),
)
"""Every reader; each gets the same number of files. HEIF is read by an optional library."""
