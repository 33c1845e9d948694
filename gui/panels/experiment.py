"""The experiment panel: everything that determines a run, and what may change while it goes on."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

from PyQt5.QtCore import Qt, QTimer, pyqtSignal
from PyQt5.QtWidgets import QFrame, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from engine.data.catalogue import entries, entry, is_present
from engine.io.files import write_text
from engine.model.spec import NetworkSpec, preset
from engine.training.config import STOPPING, LiveSettings, RunConfig
from gui.panels.experiment_data import MoreData
from gui.panels.experiment_parts import DataPart, NetworkPart, TrainingPart, say
from gui.panels.layer_editor import LayerEditor
from gui.presenters.experiment import LIVE, Draft
from gui.run.context import AppContext
from gui.run.in_order import InOrder
from gui.run.view import View
from gui.style.theme import GRID, Theme
from gui.widgets.option_form import OptionForm, title_of
from gui.widgets.plain import Label
from gui.widgets.section import Section

SETTLE_MS = 300
"""A run without steps begins anew this long after the last edit."""


class ExperimentPanel(View):
    """Edits a ``RunConfig``; the last valid one is always at hand."""

    restart_requested = pyqtSignal(object)
    """The user wants a new run with this RunConfig."""

    def __init__(self, context: AppContext, theme: Theme, parent: QWidget | None = None) -> None:
        """Show the settings of the present run, or the defaults."""
        super().__init__(context, theme, parent)
        self._reading = InOrder(self)
        self._theme = theme
        bridge = context.bridge
        self._draft = Draft(bridge.config or RunConfig(preset("classic")))
        self._sent: LiveSettings | None = None
        self.editor: LayerEditor | None = None
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(SETTLE_MS)
        self._settle.timeout.connect(self._begin)
        self.more_data = MoreData(context, theme, self)
        self.more_data.changed.connect(self._data_changed)
        self.more_data.made.connect(self.choose_data)
        self._build()
        bridge.run_started.connect(self._run_started)
        bridge.settings_changed.connect(self._live_changed)
        bridge.dataset_loaded.connect(lambda _dataset: self._show_dataset())
        bridge.history_grew.connect(self._show_notice)
        self._show_dataset()
        self._show_notice()

    def _build(self) -> None:
        config = self._draft.config
        self.data = DataPart(config)
        self.data.data_chosen.connect(self.choose_data)
        self.data.missing_chosen.connect(self.get_data)
        self.data.own_wanted.connect(self._make_data)
        self.data.edited.connect(self._edit)
        self.network = NetworkPart(config)
        self.network.preset_chosen.connect(
            lambda name: self._changed(self._draft.choose_preset(name), self.network.problem)
        )
        self.network.edit_wanted.connect(self.edit_layers)
        self.training = TrainingPart(config)
        self.training.edited.connect(self._edit)
        options = RunConfig.options()
        self.stopping = Section("Stop early", folding=True, folded=True)
        stops = {name: options[name] for name in STOPPING}
        titles = {name: title_of(name.removeprefix("stop_")) for name in STOPPING}
        self.stop_form = OptionForm(stops, {name: getattr(config, name) for name in stops}, titles=titles)
        self.stopping.add(self.stop_form)
        self.more = Section("More", folding=True, folded=True)
        rest = {name: info for name, info in options.items() if name not in (*LIVE, *STOPPING)}
        self.form = OptionForm(
            rest, {name: getattr(config, name) for name in rest}, titles={"smoothing": "Label smoothing"}
        )
        self.more.add(self.form)
        for form in (self.form, self.stop_form):
            form.changed.connect(self._edit)
        page = QWidget()
        page.setObjectName("panel")
        column = QVBoxLayout(page)
        column.setContentsMargins(GRID, GRID, GRID, GRID)
        column.setSpacing(2 * GRID)
        for part in (self.data, self.network, self.training, self.stopping, self.more):
            column.addWidget(part)
        column.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarAlwaysOff)
        scroll.setWidget(page)
        self.notice = QWidget()
        self._notice_text = Label()
        self._notice_text.setObjectName("note")
        self._notice_text.setWordWrap(True)
        self.restart = QPushButton("Restart with these settings")
        self.restart.clicked.connect(lambda _checked: self.restart_requested.emit(self.config()))
        under = QVBoxLayout(self.notice)
        under.setContentsMargins(GRID, GRID, GRID, GRID)
        under.setSpacing(GRID // 2)
        under.addWidget(self._notice_text)
        under.addWidget(self.restart)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(scroll, 1)
        whole.addWidget(self.notice)
        self.setMinimumWidth(248)
        self.setFocusProxy(self.data.box)

    # --- what others use -------------------------------------------------------------------------------

    def config(self) -> RunConfig:
        """Return the last valid settings."""
        return self._draft.config

    def set_config(self, config: RunConfig) -> None:
        """Show ``config``; it takes effect as if it had been entered."""
        self._show(config)
        self._apply()

    def take(self, changes: dict[str, Any]) -> None:
        """Take other values for some settings, as if they had been entered; says what came of it."""
        problem = self._draft.edit(**changes)
        self._changed(problem, self.network.problem)
        if problem:
            self._context.notices.problem(problem)
            return
        words = ", ".join(
            f"{name.replace('_', ' ')} {value:g}" if isinstance(value, int | float) else name
            for name, value in changes.items()
        )
        when = "from now on" if set(changes) <= set(LIVE) else "in the next run"
        self._context.notices.tell(f"{words[:1].upper()}{words[1:]} {when}.")

    def load_file(self, path: Path) -> None:
        """Take the settings from a JSON file, read beside the window; what is wrong is told."""
        self._reading.do(
            lambda: RunConfig.from_file(path), partial(self._loaded, path), self._context.notices.problem
        )

    def _loaded(self, path: Path, config: RunConfig) -> None:
        if config.data not in entries():
            known = ", ".join(entries())
            self._context.notices.problem(f"{path} names the data set {config.data!r}; there are {known}.")
        elif is_present(config.data):
            self.set_config(config)
        else:
            self.get_data(config.data, then=config)

    def save_file(self, path: Path) -> bool:
        """Write the settings as JSON; a problem is reported as a notice."""
        try:
            write_text(path, json.dumps(self.config().to_json(), indent=2) + "\n")
        except OSError as error:
            self._context.notices.problem(
                f"The settings could not be saved in {path}: {error.strerror or error}."
            )
            return False
        self._context.notices.tell(f"Saved the settings in {path}.")
        return True

    def set_theme(self, theme: Theme) -> None:
        """Use other colours."""
        self._theme = self.more_data.theme = theme
        if self.editor is not None:
            self.editor.set_theme(theme)

    def edit_layers(self) -> None:
        """Open the editor of the layers."""
        if self.editor is not None:
            self.editor.raise_()
            self.editor.activateWindow()
            return
        self.editor = LayerEditor(self._draft.config.network, self._theme, self)
        self.editor.setAttribute(Qt.WA_DeleteOnClose)
        self.editor.applied.connect(self._use_network)
        self.editor.finished.connect(lambda _result: self._editor_closed())
        self.editor.open()

    # --- edits -------------------------------------------------------------------------------------------

    def _edit(self, name: str, value: object) -> None:
        problem = self._draft.edit(**{name: value})
        for form in (self.training.form, self.form, self.stop_form):
            if name in form.fields:
                form.show_problem(name, problem)
        if not problem:
            self._apply()

    def choose_data(self, name: str) -> None:
        """Use the data set ``name``, which is on this computer."""
        known = entry(name)
        problem = self._draft.choose_data(name, known.in_shape, known.classes, known.train)
        if problem:
            problem = f"The present network cannot be used with {known.title}: {problem}"
        self._changed(problem, self.data.problem)

    def get_data(self, name: str, then: RunConfig | None = None) -> None:
        """Offer to bring a data set to this computer; afterwards use it, or the settings ``then``."""
        self.data.show_config(self._draft.config)
        self.more_data.get(name, lambda: self.choose_data(name) if then is None else self.set_config(then))

    def _make_data(self) -> None:
        self.data.show_config(self._draft.config)
        self.more_data.make()

    def _data_changed(self) -> None:
        """List the data sets anew; one that is gone is no longer chosen."""
        self.data.list_data()
        if self._draft.config.data not in entries():
            self.choose_data("mnist")

    def _use_network(self, network: NetworkSpec) -> None:
        self._changed(self._draft.edit(network=network), self.network.problem)

    def _editor_closed(self) -> None:
        self.editor = None

    def _changed(self, problem: str, place: QLabel) -> None:
        """Show what became of a larger edit."""
        self._show(self._draft.config)
        say(place, problem)
        if not problem:
            self._apply()

    def _apply(self) -> None:
        """Let the edit take effect as soon as it may: now, in a new run at once, or when asked to."""
        bridge = self._context.bridge
        if bridge.config is not None:
            if self._draft.needs_new_run(bridge.config) and bridge.steps == 0 and bridge.race is None:
                self._settle.start()
            else:
                self._settle.stop()
                present = self._sent or bridge.live
                change = self._draft.live_change(present) if present is not None else None
                if change is not None and bridge.race is not None:
                    told = "The entrants of a race keep their settings; these hold for the next run."
                    self._context.notices.tell(told)
                elif change is not None:
                    self._sent = change
                    bridge.change(change)
        self._show_notice()

    def _begin(self) -> None:
        """Begin the run anew, unless it has made steps meanwhile."""
        bridge = self._context.bridge
        if bridge.config is None or bridge.race is not None:
            return
        if bridge.steps == 0 and self._draft.needs_new_run(bridge.config):
            bridge.start(self._draft.config)

    # --- what comes back ---------------------------------------------------------------------------------

    def _run_started(self, config: RunConfig) -> None:
        self._settle.stop()
        self._sent = None
        self._show(config)
        self._show_dataset()
        self._show_notice()

    def _live_changed(self, live: LiveSettings) -> None:
        # While a newer change is on its way, an echo of an older one must not overwrite the field.
        if self._sent is not None and live != self._sent:
            return
        self._sent = None
        if not self._draft.edit(**{name: getattr(live, name) for name in LIVE}):
            self.training.show_config(self._draft.config)

    def _show(self, config: RunConfig) -> None:
        self._draft = Draft(config)
        self.data.show_config(config)
        self.network.show_network(config.network)
        self.training.show_config(config)
        for form in (self.form, self.stop_form):
            form.set_values({name: getattr(config, name) for name in form.fields})
        self._show_dataset()

    def _show_dataset(self) -> None:
        bridge = self._context.bridge
        dataset = bridge.dataset
        matches = bridge.config is not None and bridge.config.data == self._draft.config.data
        self.data.show_dataset(dataset if matches and dataset is not None else None)

    def _show_notice(self) -> None:
        """Say what waits for the next run."""
        bridge = self._context.bridge
        waiting: tuple[str, ...] = ()
        if bridge.config is not None and bridge.steps > 0:
            waiting = self._draft.differences(bridge.config)
        if waiting:
            self._notice_text.setText(f"Applies to the next run: {', '.join(waiting)}.")
        if bool(waiting) != self.notice.isVisibleTo(self):
            self.notice.setVisible(bool(waiting))
