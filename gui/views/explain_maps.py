"""The image, the probabilities and the maps of three methods, for two classes below each other."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
from PyQt5.QtCore import QEvent, QObject, Qt, pyqtSignal
from PyQt5.QtGui import QMouseEvent, QResizeEvent
from PyQt5.QtWidgets import QGridLayout, QLabel, QVBoxLayout, QWidget

from engine.explain import METHODS
from engine.explain.question import SLOW, Reply
from engine.formatting import percent
from engine.look.colour import layer_scale
from engine.types import Array
from gui.presenters.explain import blend, pixel, plain, range_texts, reading
from gui.style.theme import GRID, Theme
from gui.views.explain_map import ExplainMap
from gui.widgets.bars import ProbabilityBars
from gui.widgets.choice_box import ChoiceBox
from gui.widgets.mosaic import map_table, signed_table
from gui.widgets.plain import Label, tooltip

_MOST_BARS, _FEW_BARS = 10, 6

_FOLLOWS = "This map follows: it takes longer."
_ALL = 420
"""In a narrower place, in pixels, the last column is left out."""
_STOPPED = "Stopped. Choose the method above once more to go on."
_FIRST = ("saliency", "grad_cam", "occlusion")
"""The methods whose maps are seen at first: one of each kind."""


class ExplainMaps(QWidget):
    """A column for the image and three for methods; a row for each class that is explained.

    Attributes:
        shown: the methods in the columns, by name, all different.
    """

    pointed = pyqtSignal(str)
    """What the pixel that is pointed at says; empty when none is."""
    chosen = pyqtSignal(int)
    """The user clicked the probability of this class."""
    picked = pyqtSignal(str)
    """The user wants to see the maps of this method."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        """Make the columns, empty."""
        super().__init__(parent)
        self.reply: Reply | None = None
        self.share = 0.7
        self._theme = theme
        self._listed: tuple[int, ...] = ()
        self._few = self._one = False
        self.image = ExplainMap(theme, "The image as the network sees it", legend=True)
        self.bars = ProbabilityBars(theme)
        self.bars.setAccessibleName("Probabilities")
        self.bars.installEventFilter(self)
        self.captions = [Label(), Label()]
        self.source = Label()
        self.shown = list(_FIRST)
        self.boxes: list[ChoiceBox] = []
        self._units: list[QLabel] = []
        self._places: list[tuple[ExplainMap, ExplainMap]] = []
        grid = self._grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(2 * GRID)
        grid.setVerticalSpacing(GRID // 2)
        heading = Label("Input")
        heading.setObjectName("heading")
        grid.addLayout(self._head(heading, self.source), 0, 0)
        grid.addWidget(self.image, 2, 0)
        self.hint = self._caption("Click a class to explain it")
        self.hint.setWordWrap(True)
        grid.addWidget(self.hint, 3, 0)
        grid.addWidget(self.bars, 4, 0, Qt.AlignTop)
        for column in range(len(_FIRST)):
            box = ChoiceBox(f"Method of column {column + 1}", "Which method's maps stand here.", letters=0)
            for name, method in METHODS.items():
                box.addItem(method.title, name)
            box.activated.connect(
                lambda _, column=column: self.show_method(column, self.boxes[column].currentData())
            )
            unit = Label()
            maps = ExplainMap(theme, "", legend=True), ExplainMap(theme, "", legend=True)
            for which, made in enumerate(maps):
                made.pointed.connect(
                    lambda place, column=column, which=which: self._point(self.shown[column], which, place)
                )
                grid.addWidget(made, 2 + 2 * which, 1 + column)
            self.boxes.append(box)
            self._units.append(unit)
            self._places.append(maps)
            grid.addLayout(self._head(box, unit), 0, 1 + column)
        for which, caption in enumerate(self.captions):
            grid.addWidget(caption, 1 + 2 * which, 1, 1, len(_FIRST))
        for column in range(1 + len(_FIRST)):
            grid.setColumnStretch(column, 1)
            grid.setColumnMinimumWidth(column, 64)
        grid.setRowStretch(2, 1)
        grid.setRowStretch(4, 1)
        self.image.pointed.connect(self._point_image)
        self._name_columns()

    @property
    def maps(self) -> dict[tuple[str, int], ExplainMap]:
        """The maps that are seen, by method and number of the class, 0 or 1."""
        return {
            (name, which): made
            for name, both in zip(self.shown, self._places, strict=True)
            for which, made in enumerate(both)
        }

    @property
    def units(self) -> dict[str, QLabel]:
        """The label under the name of each method that is seen."""
        return dict(zip(self.shown, self._units, strict=True))

    def show_method(self, column: int, name: str) -> None:
        """Show a method in a column; where it was seen before, the column's old one is seen instead."""
        old = self.shown[column]
        if name != old:
            if name in self.shown:
                self.shown[self.shown.index(name)] = old
            self.shown[column] = name
            self._name_columns()
            self._draw_all()
        self.picked.emit(name)

    def _name_columns(self) -> None:
        for name, box in zip(self.shown, self.boxes, strict=True):
            box.setCurrentIndex(box.findData(name))
            box.setToolTip(tooltip(METHODS[name].about))
        for (name, which), made in self.maps.items():
            made.setAccessibleName(f"{METHODS[name].title}, class {which + 1}")

    def set_theme(self, theme: Theme) -> None:
        """Use other colours."""
        self._theme = theme
        self.bars.set_theme(theme)
        for each in (self.image, *itertools.chain(*self._places)):
            each.set_theme(theme)
        self._draw_all()

    def set_room(self, *, few: bool, one: bool) -> None:
        """Take less height: list a ``few`` classes, or show the maps of ``one`` class alone."""
        if (few, one) == (self._few, self._one):
            return
        self._few, self._one = few, one
        for widget in (self.hint, self.bars):
            widget.setVisible(not one)
        self._show_columns()
        self._grid.setRowStretch(4, int(not one))
        self._show_probabilities()
        self._show_units()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave out what there is no room for: the last column, and the units."""
        super().resizeEvent(event)
        self._show_columns()
        self._show_units()

    def _show_columns(self) -> None:
        for column, (box, (first, second)) in enumerate(zip(self.boxes, self._places, strict=True)):
            there = column < len(_FIRST) - 1 or self.width() >= _ALL
            box.setVisible(there)
            first.setVisible(there)
            second.setVisible(there and not self._one)
            self._grid.setColumnMinimumWidth(1 + column, 64 if there else 0)
            self._grid.setColumnStretch(1 + column, int(there))

    def _show_units(self) -> None:
        widest = max(
            unit.fontMetrics().horizontalAdvance(unit.text()) for unit in (self.source, *self._units)
        )
        room = (self.width() - 2 * GRID * len(_FIRST)) // (1 + len(_FIRST))
        for unit in (self.source, *self._units):
            unit.setVisible(room >= widest and not self._few)
        self._units[-1].setVisible(not self._units[-1].isHidden() and self.width() >= _ALL)

    def set_share(self, share: float) -> None:
        """Blend the maps over the image with this opacity, 0 to 1."""
        self.share = share
        self._draw_all()

    def show_reply(self, reply: Reply, source: str) -> None:
        """Show what the quick methods found; a slow map stays if it answers the same question."""
        found = dict(reply.found)
        old = self.reply
        if old is not None and reply.question.like(old.question) and reply.targets == old.targets:
            found |= {name: each for name, each in old.found.items() if name in SLOW}
        self.reply = replace(reply, found=found)
        self.source.setText(source)
        self.image.show_colours(plain(reply.question.image))
        self._show_probabilities()
        self._draw_all()
        for name in SLOW & set(self.shown) - set(found):
            for which in range(len(reply.targets)):
                self.maps[name, which].show_note(_FOLLOWS)

    def show_more(self, reply: Reply) -> None:
        """Add what the slow methods found."""
        if self.reply is not None:
            found = {**self.reply.found, **reply.found}
            self.reply = replace(self.reply, found=found)
            for name in set(reply.found) & set(self.shown):
                self._draw(name)

    def show_progress(self, share: float) -> None:
        """Say in place of the maps that are not there yet how much of the work is done, 0 to 1."""
        for (name, _which), shown in self.maps.items():
            if name in SLOW and shown.colours is None:
                shown.show_note(f"This takes longer: {percent(share)}")

    def show_stopped(self) -> None:
        """Say in place of the maps that are not there that the user has stopped them."""
        for (name, which), shown in self.maps.items():
            if name in SLOW and shown.colours is None:
                shown.show_note(_STOPPED if which == 0 else "")

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Choose the class whose bar is clicked."""
        clicked = event.type() == QEvent.MouseButtonRelease
        if watched is self.bars and clicked and isinstance(event, QMouseEvent):
            row = self.bars.row_at(event.pos())
            if row is not None and row < len(self._listed):
                self.chosen.emit(self._listed[row])
        return super().eventFilter(watched, event)

    def _show_probabilities(self) -> None:
        if self.reply is None:
            return
        names, values = self.reply.question.model.class_names, self.reply.probabilities
        likeliest = np.argsort(-values, kind="stable")[: _FEW_BARS if self._few else _MOST_BARS]
        self._listed = tuple(sorted(int(k) for k in likeliest))
        listed: Array = values[list(self._listed)]
        known = listed if np.isfinite(listed).all() else None
        first = self.reply.targets[0]
        top = self._listed.index(first) if first in self._listed else None
        self.bars.show_values([names[k] for k in self._listed], known, top=top)
        for which, caption in enumerate(self.captions):
            there = which < len(self.reply.targets)
            if there:
                target = self.reply.targets[which]
                word = "Evidence for" if which == 0 else "Compared with: evidence for"
                caption.setText(f"{word} {names[target]}, {percent(float(values[target]))}")
            caption.setVisible(there and not (self._one and which))

    def _draw_all(self) -> None:
        for name in self.shown:
            self._draw(name)

    def _draw(self, name: str) -> None:
        """Draw the maps of a method, both on one scale so that they can be compared."""
        if self.reply is None:
            return
        found = self.reply.found.get(name, "")
        if isinstance(found, str):
            for which in (0, 1):
                self.maps[name, which].show_note(found if which == 0 else "")
            return
        signed = found[0].signed
        self.units[name].setText(found[0].unit)
        scale = layer_scale(np.stack([each.values for each in found]), signed=signed)
        table = signed_table(self._theme) if signed else map_table(self._theme)
        for which in (0, 1):
            shown = self.maps[name, which]
            if which >= len(found):
                shown.show_note("")
                continue
            image, values = self.reply.question.image, found[which].values
            colours = blend(image, values, scale, table, self.share, signed=signed)
            shown.show_colours(colours, table, range_texts(scale))

    def _point(self, name: str, which: int, place: tuple[int, int] | None) -> None:
        there = self.reply is not None and name in self.reply.found and place is not None
        if there and self.reply is not None and place is not None and which < len(self.reply.targets):
            self.pointed.emit(reading(self.reply, name, which, *place))
        else:
            self.pointed.emit("")

    def _point_image(self, place: tuple[int, int] | None) -> None:
        known = self.reply is not None and place is not None
        if known and self.reply is not None and place is not None:
            self.pointed.emit(pixel(self.reply.question.image, *place))
        else:
            self.pointed.emit("")

    def _head(self, heading: QWidget, caption: QLabel) -> QVBoxLayout:
        caption.setObjectName("caption")
        column = QVBoxLayout()
        column.setSpacing(0)
        for part in (heading, caption):
            part.setMinimumWidth(1)
            column.addWidget(part)
        return column

    def _caption(self, text: str) -> QLabel:
        label = Label(text)
        label.setObjectName("caption")
        label.setMinimumWidth(1)
        return label
