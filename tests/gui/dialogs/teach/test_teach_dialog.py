"""Correcting an answer by hand: add, take back, relabel, remove, learn, keep, take it back."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from PyQt5.QtCore import Qt
from PyQt5.QtWidgets import QComboBox

from engine.data.dataset import Dataset
from engine.data.preprocess import Preprocessing
from engine.errors import MissingDataError
from engine.io.idx import read_idx
from engine.model.model_file import Model
from engine.model.network import Network
from engine.model.reference import THE_RUN, RunStep, Shipped, TaughtModel
from engine.model.spec import NetworkSpec
from engine.task import Progress
from engine.teaching.examples import Examples
from engine.teaching.fine_tune import Score
from gui.dialogs.teach import dialog as teach_dialog
from gui.dialogs.teach.box import TeachBox
from gui.dialogs.teach.dialog import TeachDialog
from gui.presenters.teach import difference, how_many, progress_line, result_line, thumbnail
from gui.run.model_registry import ModelRegistry
from gui.run.moment import Moment
from gui.run.moments import Moments
from gui.run.session_bridge import SessionBridge
from gui.state.notices import Notices
from gui.state.selection import Selection
from gui.style.theme import LIGHT
from gui.widgets.questions import Dialogs

PETS = Shipped("pets")
NAMES = ("cat", "dog", "hen")
SHAPE = (1, 6, 6)


class Answers(Dialogs):
    def __init__(self):
        self.path = None

    def open_folder(self, title):
        return self.path


@pytest.fixture
def model():
    layers = [{"kind": "flatten"}, {"kind": "dense", "units": 3}]
    spec = NetworkSpec.from_json({"name": "tiny", "in_shape": list(SHAPE), "layers": layers})
    return Model(Network.new(spec, 1), Preprocessing((0.5,), (0.5,)), NAMES, {"config": {"data": "pets"}})


@pytest.fixture
def dataset():
    rng = np.random.default_rng(1)
    images, labels = rng.integers(0, 256, (40, *SHAPE), np.uint8), rng.integers(0, 3, 40)
    return Dataset("pets", "Pets", NAMES, images, labels, images[:10], labels[:10])


@pytest.fixture
def context(model, qtbot):
    bridge = SessionBridge(Selection())
    registry = ModelRegistry(bridge)
    registry.add(PETS, "Pets", model)
    notices, moments = Notices(), Moments(bridge, Selection(), registry)
    said, offers = [], []
    notices.posted.connect(lambda sentence, _problem: said.append(sentence))
    notices.offered.connect(lambda *offer: offers.append(offer))
    return SimpleNamespace(
        bridge=bridge,
        models=registry,
        moments=moments,
        notices=notices,
        dialogs=Answers(),
        said=said,
        offers=offers,
    )


@pytest.fixture
def store(context):
    return Examples(SHAPE, NAMES)


def image(value=90):
    return np.full(SHAPE, value, np.uint8)


@pytest.fixture
def box(qtbot, context):
    made = TeachBox(context, LIGHT)
    qtbot.addWidget(made)
    made.show()
    return made


@pytest.fixture
def dialog(qtbot, context, store, dataset, monkeypatch):
    store.add(image(40), 1, answer=0)
    store.add(image(200), 2)
    monkeypatch.setattr(teach_dialog, "dataset_for", lambda _model: dataset)
    made = TeachDialog(context, LIGHT, PETS)
    qtbot.addWidget(made)
    made.show()
    qtbot.waitExposed(made)
    return made


def click(qtbot, button):
    assert button.isEnabled() and button.isVisible()
    qtbot.mouseClick(button, Qt.LeftButton)


def learn(qtbot, dialog):
    click(qtbot, dialog.learn)
    qtbot.waitUntil(lambda: not dialog._runner.busy, timeout=20000)


def test_nothing_can_be_added_without_an_image_or_a_class(qtbot, box):
    assert not box.add.isEnabled() and not box.classes.isEnabled() and not box.learn.isEnabled()
    box.show_case(image(), PETS, NAMES, 0)
    assert box.classes.isEnabled() and not box.add.isEnabled()
    box.classes.setFocus()
    qtbot.keyClick(box.classes, Qt.Key_Down)
    assert box.add.isEnabled()
    box.show_case(None, PETS, NAMES, None)
    assert not box.add.isEnabled()


def test_an_added_example_can_be_taken_back(qtbot, box, context, store):
    box.show_case(image(), PETS, NAMES, 0)
    box.classes.setCurrentText("hen")
    click(qtbot, box.add)
    (example,) = store.all()
    assert (example.label, example.answer) == (2, 0) and np.array_equal(example.image, image())
    assert box.count.text() == "1 example of mine" and not box.add.isEnabled()
    sentence, label, action = context.offers[-1]
    assert sentence == "Added as hen to My examples." and label == "Take back"
    action()
    assert store.all() == () and box.count.text() == "No examples of mine"


def test_broken_examples_are_told_once(box, context, store):
    store.path.parent.mkdir(parents=True)
    store.path.write_bytes(b"broken")
    box.show_case(image(), PETS, NAMES, 0)
    assert len(context.said) == 1 and "set aside" in context.said[0]
    box.show_case(image(), PETS, NAMES, 0)
    assert len(context.said) == 1


def test_the_box_opens_the_dialog(qtbot, box, store):
    store.add(image(), 1)
    box.show_case(None, PETS, NAMES, None)
    click(qtbot, box.learn)
    dialog = next(each for each in box.window().children() if isinstance(each, TeachDialog))
    click(qtbot, dialog.close_button)
    assert not dialog.isVisible()


def test_the_table_says_what_is_known(dialog):
    rows = [[dialog.table.item(row, column).text() for column in (1, 2)] for row in range(2)]
    assert rows == [["hen", "nothing"], ["dog", "cat"]]


def test_an_example_is_relabelled_in_the_table(qtbot, dialog, store):
    dialog.table.setCurrentCell(1, 1)
    dialog.table.setFocus()
    qtbot.keyClick(dialog.table, Qt.Key_F2)
    editor = dialog.table.findChild(QComboBox)
    qtbot.keyClick(editor, Qt.Key_Down)
    qtbot.keyClick(editor, Qt.Key_Return)
    qtbot.waitUntil(lambda: [each.label for each in store.all()] == [2, 2])


def test_examples_are_removed_with_the_delete_key(qtbot, dialog, store):
    dialog.table.selectRow(0)
    with qtbot.waitSignal(dialog.changed):
        qtbot.keyClick(dialog.table, Qt.Key_Delete)
    assert [each.label for each in store.all()] == [1]
    dialog.table.selectRow(0)
    click(qtbot, dialog.remove)
    assert store.all() == () and dialog.empty.isVisible()
    assert not dialog.learn.isEnabled() and not dialog.export.isEnabled()


def test_examples_are_exported(qtbot, dialog, context, tmp_path):
    context.dialogs.path = tmp_path
    click(qtbot, dialog.export)
    assert read_idx(tmp_path / "labels-idx1-ubyte.gz").tolist() == [1, 2]
    assert "images-idx3-ubyte.gz" in dialog.words.text()


def test_a_taught_network_is_kept_and_taken_back(qtbot, dialog, context, model):
    before = model.network.vector.copy()
    learn(qtbot, dialog)
    taught = dialog.taught
    cells = dialog.outcome.cells["My examples"]
    assert cells[1].text() == result_line(taught.examples_after) and dialog.outcome.isVisible()
    click(qtbot, dialog.keep)
    assert context.models.current == TaughtModel("taught-pets")
    assert context.models.title(context.models.current) == "Pets, taught"
    again = SimpleNamespace(**{**vars(context), "models": ModelRegistry(context.bridge)})
    box = TeachBox(again, LIGHT)  # the next start
    qtbot.addWidget(box)
    assert np.array_equal(
        again.models.get(TaughtModel("taught-pets")).network.vector, taught.model.network.vector
    )
    click(qtbot, dialog.back)
    assert context.models.current == PETS and TaughtModel("taught-pets") not in context.models.references
    assert context.models.get(PETS) is model and np.array_equal(model.network.vector, before)


def test_what_is_not_kept_is_taken_back_at_once(qtbot, dialog, context):
    learn(qtbot, dialog)
    click(qtbot, dialog.back)
    assert dialog.taught is None and not dialog.outcome.isVisible() and dialog.learn.isVisible()
    assert context.models.current == PETS


@pytest.fixture
def endless(monkeypatch):
    def work(*given):
        while True:
            given[-1].report(3, 100, "Learning")

    monkeypatch.setattr(teach_dialog, "fine_tune", work)


def test_teaching_can_be_cancelled(qtbot, dialog, endless):
    click(qtbot, dialog.learn)
    qtbot.waitUntil(lambda: "3 of 100 steps" in dialog.words.text())
    assert not dialog.learn.isEnabled() and not dialog.table.isEnabled()
    click(qtbot, dialog.close_button)
    qtbot.waitUntil(lambda: not dialog._runner.busy)
    assert dialog.isVisible() and "nothing has changed" in dialog.words.text()


def test_closing_the_dialog_ends_the_thread(qtbot, dialog, endless):
    click(qtbot, dialog.learn)
    assert dialog._runner.working
    dialog.close()
    assert not dialog._runner.busy


def test_a_missing_data_set_is_said(qtbot, dialog, monkeypatch):
    def missing(_model):
        raise MissingDataError("Pets is not on this computer.")

    monkeypatch.setattr(teach_dialog, "dataset_for", missing)
    learn(qtbot, dialog)
    assert dialog.problem.text() == "Pets is not on this computer." and dialog.problem.isVisible()
    assert dialog.learn.isEnabled()


def test_words():
    assert [how_many(number) for number in (0, 1, 2)] == ["No examples", "1 example", "2 examples"]
    assert result_line(Score(9964, 10000)) == "99.64 % (9,964 of 10,000)"
    assert difference(Score(5, 10), Score(3, 10)) == "2 fewer right"
    assert difference(Score(5, 10), Score(6, 10)) == "1 more right"
    assert progress_line(Progress(3, 9, "Learning"), 4.2) == "Learning: 3 of 9 steps, 4 s"


@pytest.mark.parametrize("shape", [(1, 28, 28), (3, 32, 32), (1, 64, 64)])
def test_thumbnails_are_magnified_by_whole_numbers(shape):
    pixels = np.random.default_rng(1).integers(0, 256, shape, np.uint8)
    colours = thumbnail(pixels)
    times = colours.shape[0] // shape[1]
    assert colours.shape == (times * shape[1], times * shape[2], 3)
    assert np.array_equal(colours[::times, ::times, 0], pixels[0])


def test_the_network_in_training_is_copied(qtbot, context, dataset, model, store, monkeypatch):
    store.add(image(40), 1)
    context.bridge.run.dataset = dataset
    untouched = Network.new(model.network.spec, 5)
    training = Model(untouched, model.preprocessing, NAMES, {"steps": 7})
    context.models.follow(Moment(THE_RUN, RunStep(1, 7), training, 7, True))
    before = untouched.vector.copy()
    dialog = TeachDialog(context, LIGHT, THE_RUN)
    qtbot.addWidget(dialog)
    dialog.show()
    assert "run in training is not touched" in dialog.about.text()
    learn(qtbot, dialog)
    click(qtbot, dialog.keep)
    assert np.array_equal(untouched.vector, before)
    assert context.models.title(context.models.current) == "Network trained here, taught"
    assert context.models.get(context.models.current).record["teaching"]["data"] == "pets"
