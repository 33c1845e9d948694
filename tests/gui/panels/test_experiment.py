"""The experiment panel: edits take effect at once where they can, and wait where they must."""

from __future__ import annotations

import dataclasses
import json

import pytest
from PyQt5.QtCore import Qt
from PyQt5.QtWidgets import QApplication

from engine.data.catalogue import DATASETS
from engine.model.spec import preset
from engine.training.config import RunConfig
from gui.panels.experiment import ExperimentPanel
from gui.presenters.experiment import CUSTOM
from gui.run.context import AppContext
from gui.run.model_registry import ModelRegistry
from gui.run.run import Run
from gui.run.session_bridge import SessionBridge
from gui.state.notices import Notices
from gui.state.selection import Selection
from gui.state.settings import Settings
from gui.style.theme import LIGHT
from gui.widgets.questions import Dialogs

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", "XDG_RUNTIME_DIR")


class StillBridge(SessionBridge):
    """A bridge without a thread: what it is told is noted, and the test answers."""

    def __init__(self, selection):
        super().__init__(selection)
        self.started = []
        self.changes = []

    def start(self, config, resume=None):
        self.started.append(config)
        self.run = Run(self.run.number + 1, config)
        self.run_started.emit(config)

    def change(self, live):
        self.changes.append(live)

    def train(self, steps=1):
        for step in range(steps):
            self.history.steps.append(*[step] * len(self.history.steps.names))
        self.history_grew.emit()


@pytest.fixture
def context(monkeypatch):
    entry = dataclasses.replace(DATASETS["mnist"], name="photos", title="Photos", in_shape=(3, 32, 32))
    monkeypatch.setitem(DATASETS, "photos", entry)
    selection = Selection()
    bridge = StillBridge(selection)
    return AppContext(bridge, selection, ModelRegistry(bridge), Notices(), Dialogs(), Settings())


@pytest.fixture
def panel(qtbot, context):
    widget = ExperimentPanel(context, LIGHT)
    qtbot.addWidget(widget)
    widget.resize(250, 560)
    widget.show()
    qtbot.waitExposed(widget)
    context.bridge.start(widget.config())
    return widget


def enter(qtbot, form, name, text):
    line = form.fields[name].editor.lineEdit()
    line.selectAll()
    qtbot.keyClicks(line, text)
    qtbot.keyClick(form.fields[name].editor, Qt.Key_Return)


def pick(qtbot, box, data):
    """Choose an entry with the keyboard."""
    box.setFocus()
    qtbot.keyClick(box, Qt.Key_Home)
    for _ in range(box.findData(data)):
        qtbot.keyClick(box, Qt.Key_Down)
    assert box.currentData() == data


def test_it_begins_with_the_defaults_of_a_run(panel):
    assert panel.config() == RunConfig(preset("classic"))
    assert not panel.notice.isVisible()


def test_the_learning_rate_changes_while_it_trains(qtbot, context, panel):
    context.bridge.train()
    enter(qtbot, panel.training.form, "learning_rate", "0.05")
    assert [live.learning_rate for live in context.bridge.changes] == [0.05]
    assert panel.config().learning_rate == 0.05
    assert not panel.notice.isVisible()
    assert len(context.bridge.started) == 1


def test_every_live_setting_reaches_the_session(qtbot, context, panel):
    context.bridge.train()
    for name, text in {"momentum": "0.5", "weight_decay": "1e-4", "batch_size": "64", "epochs": "7"}.items():
        enter(qtbot, panel.training.form, name, text)
    last = context.bridge.changes[-1]
    assert dataclasses.asdict(last) == {
        "learning_rate": 0.01,
        "momentum": 0.5,
        "weight_decay": 1e-4,
        "batch_size": 64,
        "epochs": 7,
    }


def test_what_the_session_uses_is_shown(context, panel):
    live = dataclasses.replace(context.bridge.live, learning_rate=0.2, epochs=3)
    context.bridge.settings_changed.emit(live)
    assert panel.training.form.fields["learning_rate"].editor.text() == "0.2"
    assert panel.config().epochs == 3


def test_a_late_echo_does_not_overwrite_a_newer_edit(qtbot, context, panel):
    context.bridge.train()
    field = panel.training.form.fields["learning_rate"].editor
    qtbot.keyClick(field, Qt.Key_Up)
    qtbot.keyClick(field, Qt.Key_Up)
    first, second = context.bridge.changes
    context.bridge.settings_changed.emit(first)
    assert field.text() == "0.05"
    context.bridge.settings_changed.emit(second)
    assert field.text() == "0.05"
    context.bridge.settings_changed.emit(first)  # now it is news again
    assert field.text() == "0.02"


def test_a_bad_value_is_explained_in_place_and_keeps_the_last_one(qtbot, context, panel):
    enter(qtbot, panel.training.form, "learning_rate", "-1")
    assert "allowed is more than 0" in panel.training.form.problems["learning_rate"]
    assert panel.config().learning_rate == 0.01
    assert context.bridge.changes == []


def test_without_steps_other_edits_begin_the_run_anew(qtbot, context, panel):
    panel.more.button.setChecked(True)
    enter(qtbot, panel.form, "seed", "5")
    enter(qtbot, panel.form, "seed", "6")
    qtbot.waitUntil(lambda: len(context.bridge.started) == 2)
    assert context.bridge.started[-1].seed == 6
    assert not panel.notice.isVisible()


def test_with_steps_other_edits_wait_for_the_next_run(qtbot, context, panel):
    context.bridge.train()
    panel.more.button.setChecked(True)
    enter(qtbot, panel.form, "seed", "5")
    assert panel.notice.isVisible()
    assert "seed" in panel._notice_text.text()
    with qtbot.waitSignal(panel.restart_requested) as wanted:
        qtbot.mouseClick(panel.restart, Qt.LeftButton)
    assert wanted.args[0].seed == 5
    enter(qtbot, panel.form, "seed", "1")
    assert not panel.notice.isVisible()
    assert len(context.bridge.started) == 1


def test_steps_that_come_before_the_new_run_keep_it_from_starting(qtbot, context, panel):
    panel.more.button.setChecked(True)
    enter(qtbot, panel.form, "seed", "5")
    context.bridge.train()
    qtbot.waitUntil(lambda: not panel._settle.isActive())
    assert len(context.bridge.started) == 1
    assert panel.notice.isVisible()


def test_an_optimiser_brings_its_own_options(qtbot, context, panel):
    context.bridge.train()
    chooser = panel.training.optimiser
    pick(qtbot, chooser.box, "adam")
    assert set(chooser.form.form.fields) == {"beta2", "epsilon"}
    enter(qtbot, chooser.form.form, "beta2", "0.99")
    assert panel.config().optimiser.beta2 == 0.99


def test_momentum_is_off_where_it_means_nothing(qtbot, panel):
    chooser = panel.training.optimiser
    pick(qtbot, chooser.box, "sgd")
    field = panel.training.form.fields["momentum"]
    assert not field.isEnabled()
    assert "does not use momentum" in field.editor.toolTip()


def test_a_schedule_is_chosen_with_its_options(qtbot, panel):
    chooser = panel.training.schedule
    pick(qtbot, chooser.box, "one_cycle")
    enter(qtbot, chooser.form.form, "peak", "0.4")
    assert panel.config().schedule.peak == 0.4


def test_a_preset_is_chosen(qtbot, context, panel):
    qtbot.keyClick(panel.network.box, Qt.Key_Down)
    assert panel.config().network == preset("lenet5")
    qtbot.waitUntil(lambda: len(context.bridge.started) == 2)
    assert "12 layers" in panel.network.facts.text()


def test_edited_layers_are_custom_and_a_preset_brings_the_old_ones_back(qtbot, panel):
    qtbot.mouseClick(panel.network.edit, Qt.LeftButton)
    editor = panel.editor
    editor.table.selectRow(1)
    qtbot.mouseClick(editor.remove, Qt.LeftButton)
    qtbot.mouseClick(editor.apply, Qt.LeftButton)
    assert panel.editor is None
    assert panel.network.box.currentData() == CUSTOM
    assert len(panel.config().network.layers) == 6
    panel.network.box.setCurrentIndex(panel.network.box.findData("classic"))
    panel.network.box.activated.emit(panel.network.box.currentIndex())
    assert panel.config().network == preset("classic")
    assert panel.network.box.findData(CUSTOM) == -1


def test_other_data_refits_the_network(qtbot, panel):
    box = panel.data.box
    pick(qtbot, box, "photos")
    config = panel.config()
    assert config.data == "photos"
    assert config.network.in_shape == (3, 32, 32)


def test_data_the_network_cannot_take_is_refused_in_place(qtbot, panel):
    classic = preset("classic", (3, 32, 32))
    big = dataclasses.replace(classic.layers[0], kernel=30)
    spec = dataclasses.replace(classic, name=CUSTOM, layers=(big, *classic.layers[5:]))
    panel.set_config(RunConfig(spec, data="photos"))
    panel.data.box.setFocus()
    qtbot.keyClick(panel.data.box, Qt.Key_Home)
    assert panel.config().data == "photos"
    assert panel.data.box.currentData() == "photos"
    assert panel.data.problem.isVisible()
    assert "30" in panel.data.problem.text()


def test_augmentation_is_chosen_or_set_in_detail(qtbot, panel):
    box = panel.data.augmentation
    qtbot.keyClick(box, Qt.Key_Down)
    assert box.currentData() == "light"
    assert not panel.config().augmentation.is_identity
    panel.data.advanced.button.setChecked(True)
    name = next(iter(panel.config().augmentation.options()))
    qtbot.keyClick(panel.data.form.form.fields[name].editor, Qt.Key_Up)
    assert box.currentData() == CUSTOM
    qtbot.keyClick(box, Qt.Key_Home)
    assert box.currentData() == "none"
    assert panel.config().augmentation.is_identity
    assert box.findData(CUSTOM) == -1


def test_settings_go_to_a_file_and_come_back(qtbot, context, panel, tmp_path):
    path = tmp_path / "settings.json"
    enter(qtbot, panel.training.form, "batch_size", "48")
    assert panel.save_file(path)
    assert json.loads(path.read_text(encoding="utf-8"))["batch_size"] == 48
    enter(qtbot, panel.training.form, "batch_size", "20")
    panel.load_file(path)
    qtbot.waitUntil(lambda: panel.config().batch_size == 48)
    assert panel.training.form.fields["batch_size"].editor.text() == "48"


@pytest.mark.parametrize(
    ("text", "words"),
    [("{", "not valid JSON"), ('{"batch_size": 0}', "batch size is 0"), ('{"data": "cats"}', "cats")],
)
def test_a_bad_file_changes_nothing_and_is_told(qtbot, context, panel, tmp_path, text, words):
    path = tmp_path / "bad.json"
    path.write_text(text, encoding="utf-8")
    before = panel.config()
    with qtbot.waitSignal(context.notices.posted) as told:
        panel.load_file(path)
    assert words in told.args[0]
    assert told.args[1] is True
    assert panel.config() is before


def test_settings_that_cannot_be_saved_are_told(qtbot, context, panel, tmp_path):
    with qtbot.waitSignal(context.notices.posted) as told:
        assert not panel.save_file(tmp_path / "missing" / "settings.json")
    assert told.args[1] is True


def test_a_new_run_is_shown(context, panel):
    config = RunConfig(preset("deep"), learning_rate=0.3, seed=8)
    context.bridge.start(config)
    assert panel.config() == config
    assert panel.network.box.currentData() == "deep"
    assert panel.form.fields["seed"].editor.text() == "8"


def test_everything_can_be_reached_with_the_keyboard(qtbot, panel):
    panel.activateWindow()
    panel.data.box.setFocus()
    seen = set()
    for _ in range(40):
        widget = QApplication.focusWidget()
        if widget is not None:
            seen.add(widget.accessibleName() or getattr(widget, "text", str)())
        qtbot.keyClick(widget or panel, Qt.Key_Tab)
    assert {"Data set", "Layers", "Optimiser", "Learning rate", "Batch size", "Schedule", "More"} <= seen
