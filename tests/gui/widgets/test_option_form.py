"""Forms are made from descriptions; only allowed values leave them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import pytest
from PyQt5.QtCore import QPoint, QPointF, Qt
from PyQt5.QtGui import QWheelEvent
from PyQt5.QtWidgets import QApplication, QCheckBox, QLineEdit

from engine.errors import ConfigError
from engine.options import Configurable, option
from gui.widgets.choice_box import ChoiceBox
from gui.widgets.fields import NumberBox
from gui.widgets.option_form import KindChooser, OptionForm, PartForm, defaults_of

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", "XDG_RUNTIME_DIR")


@dataclass(frozen=True)
class Filter(Configurable):
    """An option of every kind, and two that must fit each other."""

    type_name: ClassVar[str] = "filter"
    title: ClassVar[str] = "Filter"

    rate: float = option(0.01, "How fast.", low=0.0, high=100.0, above_low=True)
    count: int = option(20, "How many.", low=1, high=4096)
    bias: bool = option(True, "Whether to add a number.")
    mode: str = option("fast", "Which way.", choices=("fast", "slow"))
    padding: int | tuple[int, int] | str = option(
        0, "Rows and columns of zeros.", low=0, high=9, pair=True, words=("same",)
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.mode == "slow" and self.count > 100:
            raise ConfigError("filter: count is above 100; allowed is at most 100 in slow mode.")


@dataclass(frozen=True)
class Plain(Configurable):
    type_name: ClassVar[str] = "plain"
    title: ClassVar[str] = "Plain"


@pytest.fixture
def form(qtbot):
    widget = OptionForm(Filter.options(), defaults_of(Filter), live=frozenset({"rate"}))
    qtbot.addWidget(widget)
    widget.resize(240, 300)
    widget.show()
    qtbot.waitExposed(widget)
    return widget


def type_into(qtbot, editor, text):
    line = editor if isinstance(editor, QLineEdit) else editor.lineEdit()
    line.selectAll()
    qtbot.keyClicks(line, text)


def test_each_kind_of_option_gets_its_field(form):
    kinds = {name: type(field.editor) for name, field in form.fields.items()}
    assert kinds == {
        "rate": NumberBox,
        "count": NumberBox,
        "bias": QCheckBox,
        "mode": ChoiceBox,
        "padding": QLineEdit,
    }


def test_tooltips_explain_and_say_what_is_allowed(form):
    assert form.fields["rate"].editor.toolTip() == "How fast.\nAllowed: more than 0 and at most 100."
    assert form.fields["count"].editor.accessibleName() == "Count"


def test_a_number_takes_effect_at_enter(qtbot, form):
    editor = form.fields["rate"].editor
    type_into(qtbot, editor, "1e-3")
    assert form.fields["rate"].value == 0.01
    with qtbot.waitSignal(form.changed) as changed:
        qtbot.keyClick(editor, Qt.Key_Return)
    assert changed.args == ["rate", 0.001]


def test_arrows_step_and_take_effect_at_once(qtbot, form):
    seen = []
    form.changed.connect(lambda name, value: seen.append((name, value)))
    qtbot.keyClick(form.fields["rate"].editor, Qt.Key_Up)
    qtbot.keyClick(form.fields["count"].editor, Qt.Key_Down)
    assert seen == [("rate", 0.02), ("count", 19)]
    assert form.fields["rate"].editor.text() == "0.02"


@pytest.mark.parametrize("text", ["0", "101", "abc", ""])
def test_what_is_not_allowed_is_said_in_place_and_keeps_the_last_value(qtbot, form, text):
    seen = []
    form.changed.connect(lambda *args: seen.append(args[1]))
    editor = form.fields["rate"].editor
    type_into(qtbot, editor, text or " ")
    assert "allowed is more than 0 and at most 100" in form.problems["rate"]
    qtbot.keyClick(editor, Qt.Key_Return)
    assert form.fields["rate"].value == 0.01
    assert seen == []
    type_into(qtbot, editor, "0.5")
    assert form.problems == {}
    qtbot.keyClick(editor, Qt.Key_Return)
    assert seen == [0.5]


def test_half_a_filter_is_refused(qtbot, form):
    type_into(qtbot, form.fields["count"].editor, "2.5")
    assert "whole number" in form.problems["count"]


@pytest.mark.parametrize("text", ["1,000", "1 000", "1'000", "1e3"])
def test_a_thousand_is_a_thousand(qtbot, form, text):
    editor = form.fields["count"].editor
    type_into(qtbot, editor, text)
    qtbot.keyClick(editor, Qt.Key_Return)
    assert form.fields["count"].value == 1000
    assert form.problems == {}


@pytest.mark.parametrize(("name", "text"), [("count", "1.000"), ("rate", "1,000")])
def test_what_can_mean_two_numbers_is_asked_for_again(qtbot, form, name, text):
    before = form.fields[name].value
    editor = form.fields[name].editor
    type_into(qtbot, editor, text)
    assert "can mean 1 or 1000" in form.problems[name]
    qtbot.keyClick(editor, Qt.Key_Return)
    assert form.fields[name].value == before
    assert "can mean 1 or 1000" in form.problems[name]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("same", "same"),
        ("3", 3),
        ("2 x 1", (2, 1)),
        ("2,0", None),
        ("10", None),
        ("1 2 3", None),
        ("1 000", None),
        ("2,125", None),
    ],
)
def test_pairs_and_words_are_checked_while_they_are_typed(qtbot, form, text, value):
    field = form.fields["padding"]
    type_into(qtbot, field.editor, text)
    if value is None:
        assert "padding" in form.problems or field.value == 2
    else:
        assert field.value == value
        assert form.problems == {}


def test_switches_and_choices(qtbot, form):
    seen = []
    form.changed.connect(lambda name, value: seen.append((name, value)))
    qtbot.keyClick(form.fields["bias"].editor, Qt.Key_Space)
    qtbot.keyClick(form.fields["mode"].editor, Qt.Key_Down)
    assert seen == [("bias", False), ("mode", "slow")]


def test_showing_values_tells_no_one(qtbot, form):
    with qtbot.assertNotEmitted(form.changed):
        form.set_values({"rate": 0.5, "mode": "slow", "bias": False, "padding": (1, 2), "count": 7})
    assert {name: field.value for name, field in form.fields.items()} == {
        "rate": 0.5,
        "mode": "slow",
        "bias": False,
        "padding": (1, 2),
        "count": 7,
    }
    assert form.fields["padding"].editor.text() == "1 x 2"


def test_the_wheel_changes_only_a_field_with_the_focus(qtbot, form):
    form.fields["mode"].editor.setFocus()
    editor = form.fields["count"].editor
    where = QPointF(5, 5)
    wheel = QWheelEvent(
        where, where, QPoint(0, 120), QPoint(0, 120), Qt.NoButton, Qt.NoModifier, Qt.NoScrollPhase, False
    )
    QApplication.sendEvent(editor, wheel)
    assert form.fields["count"].value == 20


def test_what_cannot_be_used_says_why(form):
    form.enable("rate", False, "Plain descent has no rate.")
    assert not form.fields["rate"].isEnabled()
    assert "Plain descent has no rate." in form.fields["rate"].editor.toolTip()
    form.enable("rate", True)
    assert form.fields["rate"].editor.toolTip().endswith("at most 100.")


def test_a_part_comes_back_changed(qtbot):
    form = PartForm(Filter())
    qtbot.addWidget(form)
    with qtbot.waitSignal(form.changed) as changed:
        qtbot.keyClick(form.form.fields["count"].editor, Qt.Key_Up)
    assert changed.args == [Filter(count=21)]


def test_options_that_do_not_fit_each_other_wait_until_they_do(qtbot):
    form = PartForm(Filter(count=200))
    qtbot.addWidget(form)
    fields = form.form.fields
    with qtbot.assertNotEmitted(form.changed):
        qtbot.keyClick(fields["mode"].editor, Qt.Key_Down)
    assert "at most 100 in slow mode" in form.form.problems["mode"]
    type_into(qtbot, fields["count"].editor, "50")
    with qtbot.waitSignal(form.changed) as changed:
        qtbot.keyClick(fields["count"].editor, Qt.Key_Return)
    assert changed.args == [Filter(count=50, mode="slow")]
    assert form.form.problems == {}


def test_a_kind_is_remembered_while_another_is_chosen(qtbot):
    chooser = KindChooser("Kind", {"filter": Filter, "plain": Plain}, Filter(rate=0.3))
    qtbot.addWidget(chooser)
    chooser.show()
    with qtbot.waitSignal(chooser.changed) as changed:
        qtbot.keyClick(chooser.box, Qt.Key_Down)
    assert changed.args == [Plain()]
    with qtbot.waitSignal(chooser.changed) as changed:
        qtbot.keyClick(chooser.box, Qt.Key_Up)
    assert changed.args == [Filter(rate=0.3)]
