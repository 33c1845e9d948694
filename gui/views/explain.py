"""Why a network answers as it does: which pixels speak for a class, by several methods."""

from __future__ import annotations

from PyQt5.QtCore import QSize, Qt
from PyQt5.QtGui import QHideEvent, QResizeEvent, QShowEvent
from PyQt5.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from engine.data.dataset import Dataset
from engine.errors import ModelFileError
from engine.explain import METHODS, Method
from engine.explain.question import Question, Reply
from engine.model.reference import Reference
from engine.session.messages import State
from gui.presenters.explain import how, misfit
from gui.run.context import AppContext
from gui.run.moment import Moment
from gui.run.view import View
from gui.run.wants import Wants
from gui.state.selection import Sample
from gui.style.theme import GRID, Theme
from gui.views.explain_head import ExplainHead
from gui.views.explain_maps import ExplainMaps
from gui.views.explain_work import Explainer
from gui.widgets.image_empty import EmptyState
from gui.widgets.one_page import OnePage
from gui.widgets.option_form import KindChooser
from gui.widgets.plain import Label
from gui.widgets.readout import Readout

_HINT = "Point at a pixel to read it, or move over a map with the arrow keys."
_LEAST, _ONE_BELOW, _FEW_BELOW, _WORDS_FROM = 210, 318, 450, 500
"""Heights in pixels: the least; maps of one class alone; few classes listed; words about the method."""
_NOTHING, _WORDS, _FULL = range(3)


class ExplainView(View):
    """The image, the classes, and the maps of all methods for two of the classes."""

    key = "explain"
    title = "Explain"
    about = "Which pixels are evidence for a class, by several methods."

    def __init__(self, context: AppContext, theme: Theme, parent: QWidget | None = None) -> None:
        """Make the view; it fills itself when there is an image and a network."""
        super().__init__(context, theme, parent)
        self._methods: dict[str, Method] = {name: kind() for name, kind in METHODS.items()}
        self._stale = True
        self._asked: tuple[Reference | None, bool] = (None, False)
        self.explainer = Explainer(self)
        self.head = ExplainHead()
        self.maps = ExplainMaps(theme)
        self.head.opacity.setValue(round(100 * self.maps.share))
        self.words = Label()
        self.words.setObjectName("note")
        self.words.setWordWrap(True)
        self.words.setAlignment(Qt.AlignCenter)
        self.empty = EmptyState(
            "An image will be explained here",
            "Choose one: draw it or open it in Test, or click one in Data or Evaluate. Its maps show which "
            "pixels are evidence for the network's answer.",
            "Use a test image",
        )
        self.empty.button.setEnabled(context.moments.dataset is not None)
        self.method = KindChooser("Method", METHODS, self._methods["saliency"], "Whose options are shown.")
        self.trust = Label()
        self.detail = Label()
        self.readout = Readout(_HINT, lines=1, narrow=470)
        for label in (self.trust, self.detail):
            label.setObjectName("note")
            label.setTextFormat(Qt.PlainText)
            label.setMinimumWidth(1)
        self.trust.setWordWrap(True)
        self._lay_out()
        self._connect()
        self._say()
        self.head.list_models(context.models)

    def _lay_out(self) -> None:
        foot = QGridLayout()
        foot.setHorizontalSpacing(2 * GRID)
        foot.setVerticalSpacing(GRID // 2)
        foot.setColumnStretch(0, 1)
        foot.addWidget(self.trust, 0, 0, Qt.AlignTop)
        foot.addWidget(self.detail, 1, 0, Qt.AlignTop)
        foot.addWidget(self.readout, 2, 0, Qt.AlignBottom)
        foot.setRowStretch(2, 1)
        foot.addWidget(self.method, 0, 1, 3, 1, Qt.AlignTop)
        self.method.setFixedWidth(240)
        full = QWidget()
        inner = QVBoxLayout(full)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(GRID)
        inner.addWidget(self.maps, 1)
        inner.addLayout(foot)
        self._stack = OnePage.filling(self, self.empty, self.words, full, above=self.head)

    def minimumSizeHint(self) -> QSize:
        """Return the size of the closest form: one class, without the words below."""
        size = super().minimumSizeHint()
        return QSize(size.width(), min(size.height(), _LEAST))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show in a low place one class alone, and how a method works only where there is room for it."""
        super().resizeEvent(event)
        height = self.height()
        self.maps.set_room(few=height < _FEW_BELOW, one=height < _ONE_BELOW)
        for part in (self.trust, self.detail, self.method):
            part.setVisible(height >= _WORDS_FROM)

    def _connect(self) -> None:
        context = self._context
        context.moments.dataset_loaded.connect(self._dataset_loaded)
        context.moments.moved.connect(self._moved)
        context.moments.run_changed.connect(lambda _: self.refresh())
        context.bridge.state_changed.connect(lambda *_: self._keep_up())
        context.selection.changed.connect(lambda _: self.refresh())
        context.models.changed.connect(self._models_changed)
        self.empty.acted.connect(self._take_test_image)
        self.head.model.activated.connect(lambda _: context.models.choose(self.head.model.currentData()))
        self.head.first.activated.connect(lambda _: self.refresh())
        self.head.second.activated.connect(lambda _: self.refresh())
        self.head.opacity.valueChanged.connect(lambda value: self.maps.set_share(value / 100))
        self.maps.pointed.connect(lambda text: self.readout.setText(text or _HINT))
        self.maps.chosen.connect(self._choose_class)
        self.maps.picked.connect(self._method_picked)
        self.method.changed.connect(self._method_changed)
        self.explainer.answered.connect(self._show)
        self.explainer.covered.connect(self._show_more)
        self.explainer.moved.connect(self.maps.show_progress)
        self.explainer.failed.connect(self._say_instead)

    def set_theme(self, theme: Theme) -> None:
        """Use other colours."""
        self.maps.set_theme(theme)

    def wants(self) -> Wants:
        """Ask for the chosen network; for one that trains only when it may be asked again."""
        current = self._context.models.current
        return Wants(kernels=self.isVisible() and self._bears(current), of=current)

    def showEvent(self, event: QShowEvent) -> None:
        """Explain what was chosen meanwhile."""
        super().showEvent(event)
        if self._stale:
            self.refresh()

    def hideEvent(self, event: QHideEvent) -> None:
        """End all work."""
        super().hideEvent(event)
        self._stale = True
        self.explainer.drop()

    def refresh(self, *, slow: bool = True) -> None:
        """Ask for the image, network, classes and methods that are chosen now, if visible."""
        self._stale = not self.isVisible()
        if self._stale:
            return
        sample, models = self._context.selection.sample, self._context.models
        self.head.list_models(self._context.models)
        if sample is None:
            self.explainer.drop()
            self._stack.setCurrentIndex(_NOTHING)
            return
        if not models.ready(models.answering):
            self._stale = True
            return
        try:
            model = models.get(models.answering)
        except ModelFileError as error:
            self._say_instead(str(error))
            return
        problem = misfit(models.title(models.answering), model.network.spec.in_shape, sample.image)
        if problem:
            self._say_instead(problem)
            return
        known = self.maps.reply
        if known is not None and known.question.model.class_names != model.class_names:
            self.head.list_classes(None)  # what was chosen among other classes means nothing here
        moment = self._context.moments.latest(models.current)
        self._asked = (moment.reference if moment is not None else None, slow)
        chosen = (self.head.first.currentData(), self.head.second.currentData())
        self.explainer.ask(
            Question(models.answering, model, sample.image, chosen, self._asked_methods()), slow=slow
        )

    # --- what comes from elsewhere ------------------------------------------------------------------

    def _dataset_loaded(self, dataset: Dataset) -> None:
        self.empty.button.setEnabled(len(dataset.test_images) > 0)

    def _models_changed(self) -> None:
        self.head.list_models(self._context.models)
        self.refresh()

    def _bears(self, of: Reference) -> bool:
        """Return whether a network may be asked now; one that trains must not be held up."""
        moment = self._context.moments.latest(of)
        follows = moment is None or moment.follows
        return not follows or self.explainer.due(slow=False)

    def _moved(self, moment: Moment) -> None:
        if moment.of == self._context.models.current:
            self._keep_up()

    def _keep_up(self) -> None:
        """Explain the network that is looked at, if it is another one now."""
        current = self._context.models.current
        moment = self._context.moments.latest(current)
        if moment is None or not self.isVisible() or not self._bears(current):
            return
        runs = moment.follows and self._context.bridge.state is State.RUNNING
        slow = not runs or self.explainer.due(slow=True)
        asked, slow_too = self._asked
        if moment.reference != asked or (slow and not slow_too):
            self.refresh(slow=slow)

    def _show(self, reply: Reply) -> None:
        sample = self._context.selection.sample
        self.head.list_classes(reply)
        self.maps.show_reply(reply, sample.source if sample is not None else "")
        self._stack.setCurrentIndex(_FULL)
        self._say()

    def _show_more(self, reply: Reply) -> None:
        self.maps.show_more(reply)
        self._say()

    def _say_instead(self, sentence: str) -> None:
        self.explainer.drop()
        self._asked = (None, False)
        self.words.setText(sentence)
        self._stack.setCurrentIndex(_WORDS)

    # --- what the user does -----------------------------------------------------------------------

    def _take_test_image(self) -> None:
        dataset = self._context.moments.dataset
        if dataset is not None:
            label = int(dataset.test_labels[0])
            self._context.selection.choose(Sample(dataset.test_images[0], "test image 0", label, 0))

    def _choose_class(self, number: int) -> None:
        self.head.first.setCurrentIndex(number + 1)
        self.refresh()

    def _asked_methods(self) -> dict[str, Method]:
        return {name: self._methods[name] for name in self.maps.shown}

    def _method_picked(self, name: str) -> None:
        """Show in the form below the method that was chosen above the maps, and ask it."""
        self.method.show_part(self._methods[name])
        self._say()
        if self.maps.reply is None or name not in self.maps.reply.found:
            self.refresh()

    def _method_changed(self, method: Method) -> None:
        name = method.type_name
        changed = self._methods[name] != method
        self._methods[name] = method
        if name not in self.maps.shown:  # the form offers all: one that is not seen takes the last column
            self.maps.show_method(len(self.maps.shown) - 1, name)
        self._say()
        if changed:
            self.refresh()

    # --- words ------------------------------------------------------------------------------------

    def _say(self) -> None:
        """Say what the chosen method shows, how far it can be trusted, and how its map was made."""
        name = self.method.part.type_name
        self.trust.setText(self._methods[name].about)
        found = self.maps.reply.found.get(name) if self.maps.reply is not None else None
        self.detail.setText("" if found is None or isinstance(found, str) else how(found[0]))
