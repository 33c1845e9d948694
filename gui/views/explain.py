"""Why a network answers as it does, and what its parts look for."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from PyQt5.QtCore import QSize, Qt
from PyQt5.QtGui import QHideEvent, QResizeEvent, QShowEvent
from PyQt5.QtWidgets import QWidget

from engine.data.dataset import Dataset
from engine.errors import ModelFileError
from engine.explain.question import Question, Reply
from engine.model.reference import Reference
from engine.session.messages import State
from gui.presenters.explain import misfit
from gui.run.context import AppContext
from gui.run.moment import Moment
from gui.run.view import View
from gui.run.wants import Wants
from gui.state.selection import Sample
from gui.style.theme import Theme
from gui.views.explain_change import ChangePage
from gui.views.explain_head import ExplainHead
from gui.views.explain_look import LookPage
from gui.views.explain_near import NearestPage
from gui.views.explain_page import Asked, ExplainPage
from gui.views.explain_sanity import SanityPage
from gui.views.explain_why import MapsPage
from gui.views.explain_work import Explainer
from gui.widgets.image_empty import EmptyState
from gui.widgets.one_page import OnePage
from gui.widgets.plain import Label

_LEAST = 210
"""The least height in pixels."""
_NOTHING, _WORDS, _FULL = range(3)


class ExplainView(View):
    """The maps of several methods for two classes, and pages that answer other questions beside them."""

    def __init__(self, context: AppContext, theme: Theme, parent: QWidget | None = None) -> None:
        """Make the view; it fills itself when there is an image and a network."""
        super().__init__(context, theme, parent)
        self._stale = True
        self._asked: tuple[Reference | None, bool] = (None, False)
        self.explainer = Explainer(self, context.moments.answers.memory)
        self.why = MapsPage(theme)
        self.maps = self.why.maps
        memory = context.moments.answers.memory
        self.look = LookPage(theme, memory)
        self.beside = (SanityPage(theme, memory), NearestPage(theme, memory), ChangePage(theme, memory))
        about = {page.title: page.about for page in (*self.beside, self.look)}
        self.head = ExplainHead({"Why: maps": "Which pixels are evidence for a class.", **about})
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
        self._lay_out()
        self._connect()
        self.head.list_models(context.models)

    def _lay_out(self) -> None:
        pages = (*self.beside, self.look)
        self._stack = OnePage.filling(self, self.empty, self.words, self.why, *pages, above=self.head)

    def minimumSizeHint(self) -> QSize:
        """Return the size of the closest form: one class, without the words below."""
        size = super().minimumSizeHint()
        return QSize(size.width(), min(size.height(), _LEAST))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show less in a low place."""
        super().resizeEvent(event)
        self.why.set_room(self.height())

    def _connect(self) -> None:
        context = self._context
        context.moments.dataset_loaded.connect(self._dataset_loaded)
        context.moments.moved.connect(self._moved)
        context.moments.run_changed.connect(lambda _: self.refresh())
        context.bridge.state_changed.connect(lambda *_: self._keep_up())
        context.selection.changed.connect(self._chosen)
        context.models.changed.connect(self._models_changed)
        self.empty.acted.connect(self._take_test_image)
        self.head.model.activated.connect(lambda _: context.models.choose(self.head.model.currentData()))
        self.head.first.activated.connect(lambda _: self.refresh())
        self.head.second.activated.connect(lambda _: self.refresh())
        self.head.opacity.valueChanged.connect(lambda value: self.maps.set_share(value / 100))
        self.maps.chosen.connect(self._choose_class)
        self.why.wanted.connect(self.refresh)
        self.explainer.answered.connect(self._show)
        self.explainer.covered.connect(self._show_more)
        self.explainer.moved.connect(self._move)
        self.why.stopped.connect(self.explainer.drop)
        self.explainer.failed.connect(self._say_instead)
        self.head.page.currentIndexChanged.connect(lambda _: self._page_chosen())
        for page in (*self.beside, self.look):
            page.chosen.connect(context.selection.choose)

    @property
    def page(self) -> ExplainPage | None:
        """The page that is chosen; None for the maps."""
        return (None, *self.beside, self.look)[max(0, self.head.page.currentIndex())]

    def set_theme(self, theme: Theme) -> None:
        """Use other colours."""
        for part in (self.why, *self.beside, self.look):
            part.set_theme(theme)

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
        sample, models, page = self._context.selection.sample, self._context.models, self.page
        self.head.list_models(self._context.models)
        if sample is None and page is not self.look:
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
        shape = model.network.spec.in_shape
        image = sample.image if sample is not None and page is not self.look else np.zeros(shape, np.uint8)
        problem = misfit(models.title(models.answering), shape, image)
        if problem:
            self._say_instead(problem)
            return
        known = self.maps.reply
        if known is not None and known.question.model.class_names != model.class_names:
            self.head.list_classes(None)  # what was chosen among other classes means nothing here
        moment = self._context.moments.latest(models.current)
        self._asked = (moment.reference if moment is not None else None, slow)
        chosen = (self.head.first.currentData(), self.head.second.currentData())
        question = Question(models.answering, model, image, chosen, self.why.methods)
        if page is None:
            self.explainer.ask(question, slow=slow)
            return
        self.explainer.ask(replace(question, methods={}))  # only for the classes to choose from
        own = moment if models.answering == models.current else None  # not that of one that stands in
        running = own is not None and own.follows and self._context.bridge.state is State.RUNNING
        step = own.step if own is not None else None
        self._stack.setCurrentWidget(page)
        damage = models.damage(models.answering)
        page.ask(Asked(question, self._context.moments.dataset, step, running, damage))

    # --- what comes from elsewhere ------------------------------------------------------------------

    def _dataset_loaded(self, dataset: Dataset) -> None:
        self.empty.button.setEnabled(len(dataset.test_images) > 0)
        if self.page is not None:
            self.refresh()

    def _chosen(self, sample: Sample) -> None:
        """Explain another image; one that is being drawn once the pen rests."""
        if sample.passing:
            self.explainer.drop()
        else:
            self.refresh()

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
        sample = self._context.selection.sample
        drawn = sample is not None and sample.passing
        if moment is None or drawn or not self.isVisible() or not self._bears(current):
            return
        runs = moment.follows and self._context.bridge.state is State.RUNNING
        slow = not runs or self.explainer.due(slow=True)
        asked, slow_too = self._asked
        if moment.reference != asked or (slow and not slow_too):
            self.refresh(slow=slow)

    def _show(self, reply: Reply) -> None:
        sample = self._context.selection.sample
        if self.page is not self.look:
            self.head.list_classes(reply)
        if self.page is not None:
            return
        self.why.show_reply(reply, sample.source if sample is not None else "")
        self._stack.setCurrentIndex(_FULL)

    def _move(self, share: float) -> None:
        if self.page is None:
            self.why.show_progress(share)

    def _show_more(self, reply: Reply) -> None:
        self.why.show_more(reply)

    def _say_instead(self, sentence: str) -> None:
        self.explainer.drop()
        if self.page is not None:
            self.page.drop()
        self._asked = (None, False)
        self.words.setText(sentence)
        self._stack.setCurrentIndex(_WORDS)

    # --- what the user does -----------------------------------------------------------------------

    def _take_test_image(self) -> None:
        dataset = self._context.moments.dataset
        if dataset is not None:
            self._context.selection.choose(Sample.of_test(dataset, 0))

    def _page_chosen(self) -> None:
        """Show another page, and end what the one before was doing."""
        page = self.page
        self.head.show_choices(classes=page is not self.look, opacity=page is None)
        for each in (*self.beside, self.look):
            if each is not page:
                each.drop()
        if page is None and self.maps.reply is not None:
            self._stack.setCurrentIndex(_FULL)
        self.refresh()

    def _choose_class(self, number: int) -> None:
        self.head.first.setCurrentIndex(number + 1)
        self.refresh()
