"""Opening and saving: models, checkpoints, settings, a picture of the window."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PyQt5.QtCore import Qt
from PyQt5.QtWidgets import QMainWindow

from engine.errors import EngineError
from engine.model.reference import Opened
from engine.task import Task
from gui.run.context import AppContext
from gui.run.run_control import RunControl
from gui.run.runner import Runner
from gui.widgets.portrait import write_portrait

if TYPE_CHECKING:
    from engine.model.model_file import Model
    from gui.panels.experiment import ExperimentPanel

_MODELS = "Models (*.safetensors)"
_FOREIGN = "Models (*.safetensors *.onnx *.pickle *.pkl);;All files (*)"
_SETTINGS = "Settings (*.json)"


class FileActions:
    """The handlers of the File menu."""

    def __init__(
        self,
        window: QMainWindow,
        context: AppContext,
        control: RunControl,
        experiment: Callable[[], ExperimentPanel],
    ) -> None:
        """Act on the parts of ``window``."""
        self._window = window
        self._context = context
        self._control = control
        self._experiment = experiment
        self._dialogs = context.dialogs
        self._runner = Runner(window)

    def handlers(self) -> dict[str, Callable[[], object]]:
        """Return what each action of the menu does."""
        return {
            "open_model": self.open_model,
            "save_model": self.save_model,
            "export_model": self.export_model,
            "open_run": self.open_run,
            "look_run": self.look_run,
            "branch": self.branch,
            "save_run": self.save_run,
            "open_config": self.open_config,
            "save_config": self.save_config,
            "picture": self.picture,
        }

    def open_model(self) -> None:
        """Put the model in a file of any kind on the registry and look at it."""
        path = self._dialogs.open_file("Open or import a model", _FOREIGN)
        if path is None:
            return

        def read(_task: Task) -> Model | None:
            from engine.exchange import read_model  # most starts do without
            from engine.model.file_kinds import kind_of

            return None if kind_of(path) == "onnx" else read_model(path)

        def done(model: Model | None) -> None:
            if model is None:
                self._import(path)
            else:
                self._take(path, model)

        self._runner.ask(read, done, self._context.notices.problem)

    def _take(self, path: Path, model: Model) -> None:
        self._context.models.add(Opened(path), path.stem, model)
        note = model.record.get("note")
        told = f" {note}" if isinstance(note, str) else ""
        self._context.notices.tell(f"Opened {path.name}; the Test panel answers with it.{told}")

    def _import(self, path: Path) -> None:
        """Read a model of another program, and ask what its file leaves open."""
        from gui.dialogs.import_dialog import ImportDialog  # most starts do without

        dialog = ImportDialog(self._context, path, self._window)
        dialog.setAttribute(Qt.WA_DeleteOnClose)
        dialog.begin()

    def export_model(self) -> None:
        """Open the dialog that takes a model away."""
        from gui.dialogs.export_dialog import ExportDialog  # most starts do without

        dialog = ExportDialog(self._context, self._window)
        dialog.setAttribute(Qt.WA_DeleteOnClose)
        dialog.open()

    def save_model(self) -> None:
        """Write the network as it is now."""
        path = self._dialogs.save_file("Save the model", "model.safetensors", _MODELS)
        if path is not None:
            self._control.save(path)

    def open_run(self) -> None:
        """Go on with a run from a checkpoint."""
        path = self._dialogs.open_file("Continue a run", _MODELS)
        if path is not None:
            self._control.restore(path)

    def look_run(self) -> None:
        """Look at a recorded run."""
        path = self._dialogs.open_folder("Open a recorded run")
        if path is not None:
            self._context.moments.open_run(path)

    def branch(self) -> None:
        """Ask for the settings of a new run that begins with the weights that are looked at, and begin it."""
        from gui.dialogs.branch_dialog import BranchDialog  # most starts do without

        moments = self._context.moments
        try:
            moment = moments.travel.recorded()
            name = "this run" if moments.run is moments.training else f"the run {moments.run.title}"
            dialog = BranchDialog(moment, name, self._window)
        except EngineError as error:
            self._context.notices.problem(str(error))
            return
        dialog.setAttribute(Qt.WA_DeleteOnClose)
        dialog.chosen.connect(lambda config: self._control.branch(moment, config))
        dialog.open()

    def save_run(self) -> None:
        """Write all that is needed to go on later."""
        path = self._dialogs.save_file("Save a checkpoint", "checkpoint.safetensors", _MODELS)
        if path is not None:
            self._control.save(path, checkpoint=True)

    def open_config(self) -> None:
        """Take the settings of a run from a file."""
        path = self._dialogs.open_file("Open settings", _SETTINGS)
        if path is not None:
            self._experiment().load_file(path)

    def save_config(self) -> None:
        """Write the settings of the panel to a file."""
        path = self._dialogs.save_file("Save settings", "settings.json", _SETTINGS)
        if path is not None:
            self._experiment().save_file(path)

    def picture(self) -> None:
        """Write what the window shows as PNG."""
        path = self._dialogs.save_file("Save a picture of the window", "kernelscope.png", "Pictures (*.png)")
        if path is None:
            return
        save_picture(self._window, path, self._context)


def save_picture(window: QMainWindow, path: Path, context: AppContext) -> None:
    """Write what ``window`` shows to ``path`` and tell the outcome."""
    try:
        write_portrait(window, path, window.devicePixelRatioF())
    except OSError as error:
        context.notices.problem(f"Cannot write {path}: {error.strerror or error}.")
    else:
        context.notices.tell(f"Saved {path.name} in {path.parent}.")
