"""How a film of a run is to be, with one of its pictures beside the choices."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PyQt5.QtCore import QSize, Qt, QTimer, pyqtSignal
from PyQt5.QtGui import QImage, QPixmap
from PyQt5.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDoubleSpinBox,
    QFormLayout,
    QHBoxLayout,
    QPushButton,
    QSizePolicy,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from engine.errors import EngineError
from engine.publish.film import FORMS, SUBJECTS, Film, preview
from engine.publish.film.settings import NARROWEST, RATES, SECONDS, WIDEST, words
from engine.publish.film.writing import check
from engine.runs.folder import RunFolder
from engine.task import Task
from engine.types import Bytes
from gui.run.runner import Runner
from gui.style.theme import GRID
from gui.widgets.in_row import in_column
from gui.widgets.plain import Label, tooltip
from gui.widgets.qimages import from_pixels
from gui.widgets.whole_box import WholeBox

_SIZES = ((640, 360), (960, 540), (1280, 720), (1920, 1080), (720, 720), (1080, 1920))
_SOON_MS = 150
_SLIDER = 1000
_PREVIEW = QSize(480, 270)
_AHEAD = {".gif": "GIF, plays anywhere", ".webp": "WebP, smaller", ".mp4": "MP4, smallest"}


class FilmDialog(QDialog):
    """Chooses subject, form, length, size, scale and colours of a film, and shows one picture of it."""

    chosen = pyqtSignal(object, str)
    """The user wants this ``Film``, in the form with this ending."""

    def __init__(
        self,
        run: Path,
        theme: str,
        others: Sequence[tuple[str, str, str]] = (),
        sample: Bytes | None = None,
        parent: QWidget | None = None,
    ) -> None:
        """Offer films of the run in a folder.

        Args:
            run: it.
            theme: the colours that are chosen at first.
            others: key, title and sentence of what can be filmed besides ``SUBJECTS``.
            sample: the image that the window looks at, offered for films of one image.
            parent: the window.
        """
        super().__init__(parent)
        self.setWindowTitle("Make a film")
        self.setWindowModality(Qt.WindowModal)
        self.setAttribute(Qt.WA_DeleteOnClose)
        self._run, self._sample = run, sample
        self._runner = Runner(self)
        self._about = {kind.key: kind.about for kind in SUBJECTS} | {key: about for key, _, about in others}
        self._takes_image = {kind.key for kind in SUBJECTS if kind.takes_image}
        self.of = QComboBox()
        for key, title in [*((kind.key, kind.title) for kind in SUBJECTS), *(each[:2] for each in others)]:
            self.of.addItem(title, key)
        usual = Film()
        self.form = QComboBox()
        for suffix in FORMS:
            self.form.addItem(_AHEAD.get(suffix, suffix), suffix)
        self.form.setCurrentIndex(
            self.form.findData(".mp4" if importlib.util.find_spec("imageio_ffmpeg") else ".gif")
        )
        self.seconds = QDoubleSpinBox()
        self.seconds.setRange(*SECONDS)
        self.seconds.setDecimals(1)
        self.seconds.setValue(usual.seconds)
        self.seconds.setSuffix(" s")
        self.rate = WholeBox()
        self.rate.setRange(*RATES)
        self.rate.setValue(usual.rate)
        self.rate.setSuffix(" a second")
        self.size_box = QComboBox()
        self.size_box.setEditable(True)
        self.size_box.setToolTip(
            tooltip(f"Width and height in pixels, from {words(NARROWEST)} to {words(WIDEST)}")
        )
        self.size_box.addItems([words(size) for size in _SIZES])
        self.size_box.setCurrentText(words(usual.size))
        self.scale = QComboBox()
        self.scale.addItem("Logarithmic", "log")
        self.scale.addItem("Linear", "linear")
        self.scale.setToolTip("Logarithmic shows more of the beginning; linear gives each step as much time")
        self.theme = QComboBox()
        self.theme.addItem("Light", "light")
        self.theme.addItem("Dark", "dark")
        self.theme.setCurrentIndex(self.theme.findData(theme))
        self.captions = QCheckBox("Title, step and &accuracy")
        self.captions.setChecked(True)
        self.image = WholeBox()
        self.image.setRange(0, 9_999_999)
        self.image.setPrefix("test image ")
        self.own = QCheckBox("The image that the &window looks at")
        self.own.setChecked(sample is not None)
        self.picture = Preview()
        self.slider = QSlider(Qt.Horizontal)
        self.slider.setRange(0, _SLIDER)
        self.slider.setValue(_SLIDER)
        self.slider.setAccessibleName("Which picture of the film is shown")
        self._arrange()
        self._connect()
        self._changed()

    def _arrange(self) -> None:
        form = QFormLayout()
        form.setHorizontalSpacing(2 * GRID)
        form.setVerticalSpacing(GRID)
        form.addRow("&Film of", self.of)
        self.about = Label()
        self.about.setObjectName("note")
        self.about.setWordWrap(True)
        form.addRow("", self.about)
        image = QVBoxLayout()
        image.setSpacing(GRID // 2)
        image.addWidget(self.own)
        image.addWidget(self.image)
        self.image_row = QWidget()
        self.image_row.setLayout(image)
        image.setContentsMargins(0, 0, 0, 0)
        self.image_label = Label("Image")
        form.addRow(self.image_label, self.image_row)
        self.own.setVisible(self._sample is not None)
        for text, widget in (
            ("F&orm", self.form),
            ("&Length", self.seconds),
            ("&Pictures", self.rate),
            ("Si&ze", self.size_box),
            ("&Steps", self.scale),
            ("&Colours", self.theme),
            ("Captions", self.captions),
        ):
            form.addRow(text, widget)
        self.problem = Label()
        self.problem.setObjectName("problem")
        self.problem.setWordWrap(True)
        left = QVBoxLayout()
        left.addLayout(form)
        left.addStretch(1)
        right = QVBoxLayout()
        right.setSpacing(GRID)
        right.addWidget(self.picture, 1)
        right.addWidget(self.slider)
        body = QHBoxLayout()
        body.setSpacing(2 * GRID)
        body.addLayout(left)
        body.addLayout(right, 1)
        cancel = QPushButton("Cancel")
        cancel.clicked.connect(lambda _checked: self.reject())
        self.make_button = QPushButton("&Make\N{HORIZONTAL ELLIPSIS}")
        self.make_button.setObjectName("primary")
        self.make_button.setDefault(True)
        self.make_button.clicked.connect(lambda _checked: self._make())
        foot = QHBoxLayout()
        foot.addWidget(self.problem, 1)
        foot.addWidget(cancel)
        foot.addWidget(self.make_button)
        in_column(self, body, foot, tall=(body,))
        self.resize(900, 480)

    def _connect(self) -> None:
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(_SOON_MS)
        self._soon.timeout.connect(self._show_preview)
        signals: list[Any] = [
            *(box.currentIndexChanged for box in (self.of, self.form, self.scale, self.theme)),
            self.size_box.currentTextChanged,
            self.seconds.valueChanged,
            self.rate.valueChanged,
            self.image.valueChanged,
            self.slider.valueChanged,
            self.captions.toggled,
            self.own.toggled,
        ]
        for signal in signals:
            signal.connect(lambda *_: self._changed())

    def film(self) -> Film:
        """Return what is chosen; raises ConfigError if no such film can be made."""
        found = re.fullmatch(
            r"\s*(\d{1,5})\s*[x\N{MULTIPLICATION SIGN}]\s*(\d{1,5})\s*", self.size_box.currentText()
        )
        of = self.of.currentData()
        own = self.own.isChecked() and of in self._takes_image
        return Film(
            of,
            self.seconds.value(),
            self.rate.value(),
            (int(found[1]), int(found[2])) if found else (0, 0),
            self.scale.currentData(),
            self.theme.currentData(),
            self.captions.isChecked(),
            self.image.value(),
            self._sample if own else None,
        )

    def _changed(self) -> None:
        of = self.of.currentData()
        self.about.setText(self._about[of])
        for widget in (self.image_row, self.image_label):
            widget.setVisible(of in self._takes_image)
        self.image.setEnabled(not self.own.isChecked())
        self.captions.setEnabled(of in {kind.key for kind in SUBJECTS})
        try:
            check(Path("film" + self.form.currentData()), self.film())
        except EngineError as error:
            self._say(str(error))
        else:
            self._say("")
        self._soon.start()

    def _say(self, sentence: str) -> None:
        self.problem.setText(sentence)
        self.make_button.setEnabled(not sentence)

    def _show_preview(self) -> None:
        """Draw one picture, small, beside the window."""
        try:
            film = self.film()
        except EngineError:
            return
        if not any(kind.key == film.of for kind in SUBJECTS):
            self._runner.drop()
            self.picture.say("What the window shows now, at each step.")
            return
        ratio = max(self.devicePixelRatioF(), 1.0)
        room = self.picture.size() * ratio
        along, run = self.slider.value() / _SLIDER, self._run
        self.picture.say("Drawing\N{HORIZONTAL ELLIPSIS}" if self.picture.empty else "")

        def work(task: Task) -> QImage:
            import numpy as np

            drawn = preview(RunFolder(run), film, along, task)
            return from_pixels(np.asarray(drawn)).scaled(room, Qt.KeepAspectRatio, Qt.SmoothTransformation)

        def show(picture: QImage) -> None:
            picture.setDevicePixelRatio(ratio)
            self.picture.show_picture(QPixmap.fromImage(picture))

        self._runner.ask(work, show, self.picture.say)

    def _make(self) -> None:
        film, suffix = self.film(), self.form.currentData()
        self.accept()
        self.chosen.emit(film, suffix)


class Preview(Label):
    """One picture of a film, or why there is none."""

    def __init__(self) -> None:
        """Show nothing yet."""
        super().__init__()
        self.empty = True
        self.setAlignment(Qt.AlignCenter)
        self.setWordWrap(True)
        self.setMinimumSize(_PREVIEW)
        self.setSizePolicy(QSizePolicy.Expanding, QSizePolicy.Expanding)

    def show_picture(self, picture: QPixmap) -> None:
        """Show a picture."""
        self.empty = False
        self.setPixmap(picture)

    def say(self, words: str) -> None:
        """Show words in place of the picture; none leave it as it is."""
        if words:
            self.empty = True
            self.setText(words)
