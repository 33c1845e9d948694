"""Opening and saving: models, checkpoints, settings, a picture of the window."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PyQt5.QtCore import QBuffer, QIODevice
from PyQt5.QtWidgets import QMainWindow

from engine.errors import EngineError
from engine.files import replacing
from engine.storage import load_model
from gui.desk import Desk
from gui.panels.experiment import ExperimentPanel
from gui.panels.pad import PadPanel
from gui.run_control import RunControl

_MODELS = "Models (*.safetensors)"
_SETTINGS = "Settings (*.json)"


class FileActions:
    """The handlers of the File menu."""

    def __init__(
        self,
        window: QMainWindow,
        desk: Desk,
        control: RunControl,
        experiment: ExperimentPanel,
        pad: PadPanel,
    ) -> None:
        """Act on the parts of ``window``."""
        self._window = window
        self._desk = desk
        self._control = control
        self._experiment = experiment
        self._pad = pad
        self._dialogs = desk.dialogs

    def handlers(self) -> dict[str, Callable[[], object]]:
        """Return what each action of the menu does."""
        return {
            "open_model": self.open_model,
            "save_model": self.save_model,
            "open_run": self.open_run,
            "save_run": self.save_run,
            "open_config": self.open_config,
            "save_config": self.save_config,
            "picture": self.picture,
        }

    def open_model(self) -> None:
        """Let another trained model answer the pad."""
        path = self._dialogs.open_file("Open a model", _MODELS)
        if path is None:
            return
        try:
            model = load_model(path)
        except EngineError as error:
            self._desk.notices.problem(str(error))
            return
        self._pad.set_model(model, path.stem)

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

    def save_run(self) -> None:
        """Write all that is needed to go on later."""
        path = self._dialogs.save_file("Save a checkpoint", "checkpoint.safetensors", _MODELS)
        if path is not None:
            self._control.save(path, checkpoint=True)

    def open_config(self) -> None:
        """Take the settings of a run from a file."""
        path = self._dialogs.open_file("Open settings", _SETTINGS)
        if path is not None:
            self._experiment.load_file(path)

    def save_config(self) -> None:
        """Write the settings of the panel to a file."""
        path = self._dialogs.save_file("Save settings", "settings.json", _SETTINGS)
        if path is not None:
            self._experiment.save_file(path)

    def picture(self) -> None:
        """Write what the window shows as PNG."""
        path = self._dialogs.save_file("Save a picture of the window", "kernelscope.png", "Pictures (*.png)")
        if path is None:
            return
        save_picture(self._window, path, self._desk)


def save_picture(window: QMainWindow, path: Path, desk: Desk) -> None:
    """Write what ``window`` shows to ``path`` and tell the outcome."""
    try:
        write_picture(window, path)
    except OSError as error:
        desk.notices.problem(f"Cannot write {path}: {error.strerror or error}.")
    else:
        desk.notices.tell(f"Saved {path.name} in {path.parent}.")


def write_picture(window: QMainWindow, path: Path) -> None:
    """Write what ``window`` shows to ``path`` as PNG; raises OSError."""
    buffer = QBuffer()
    buffer.open(QIODevice.WriteOnly)
    window.grab().save(buffer, "PNG")
    with replacing(path) as file:
        file.write(bytes(buffer.data()))
