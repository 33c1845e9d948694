"""Every action of the window with its shortcut and explanation, as data."""

from __future__ import annotations

from engine.records import dataclass


@dataclass(frozen=True)
class ActionSpec:
    """One action.

    Attributes:
        key: its name in the program.
        menu: title of the menu it is in.
        text: what the menu says, with the mnemonic marked by an ampersand.
        shortcut: its keys; empty for none.
        help: what it does, for the tooltip.
        icon: name of its icon; empty for none.
        toolbar: whether it has a button.
        checkable: whether it stays pressed.
        first: whether a line stands above it in the menu.
    """

    key: str
    menu: str
    text: str
    shortcut: str
    help: str
    icon: str = ""
    toolbar: bool = False
    checkable: bool = False
    first: bool = False


ACTIONS = (
    ActionSpec(
        "open_model",
        "&File",
        "&Open or import model\u2026",
        "Ctrl+O",
        "A model of this program, ONNX, PyTorch weights from here, or the original project's trained.pickle",
    ),
    ActionSpec("save_model", "&File", "&Save model\u2026", "Ctrl+S", "Write the network as it is now"),
    ActionSpec(
        "export_model",
        "&File",
        "&Export model\u2026",
        "Ctrl+E",
        "Write a model for PyTorch or as ONNX",
    ),
    ActionSpec(
        "open_run",
        "&File",
        "Resu&me a run\u2026",
        "Ctrl+Shift+O",
        "Open a checkpoint and resume its training",
        first=True,
    ),
    ActionSpec(
        "look_run",
        "&File",
        "Open a recorded &run\u2026",
        "Ctrl+Shift+L",
        "Look at any step of a run in a folder, without training it",
    ),
    ActionSpec(
        "open_shared",
        "&File",
        "Open a s&hared run\u2026",
        "Ctrl+Shift+K",
        "Take in a run that somebody has shared, and look at it as they did",
    ),
    ActionSpec(
        "save_run",
        "&File",
        "Save &checkpoint\u2026",
        "Ctrl+Shift+S",
        "Write all that is needed to resume later",
    ),
    ActionSpec(
        "open_config",
        "&File",
        "Open se&ttings\u2026",
        "Ctrl+T",
        "Take the settings of a run from a JSON file",
        first=True,
    ),
    ActionSpec(
        "save_config", "&File", "Save settin&gs\u2026", "Ctrl+Shift+T", "Write the settings as a JSON file"
    ),
    ActionSpec(
        "picture",
        "&File",
        "Save &picture of the window\u2026",
        "Ctrl+P",
        "Write what the window shows as PNG",
        first=True,
    ),
    ActionSpec(
        "picture_of",
        "&File",
        "Save picture of a &view\u2026",
        "Ctrl+Alt+P",
        "Write any view as PNG, up to four times as sharp as the screen, or as SVG",
    ),
    ActionSpec("quit", "&File", "&Quit", "Ctrl+Q", "Close the window", first=True),
    ActionSpec(
        "toggle", "&Train", "&Start", "F5", "Start or pause the training (F5, or Space)", "play", True
    ),
    ActionSpec("step", "&Train", "One s&tep", "F6", "Train on one batch, then pause", "step", True),
    ActionSpec(
        "epoch", "&Train", "One &epoch", "F7", "Train to the end of the epoch, then pause", "epoch", True
    ),
    ActionSpec(
        "finish", "&Train", "Fi&nish early", "F8", "End the run now: validate, keep the weights", "stop", True
    ),
    ActionSpec("reset", "&Train", "&Restart", "Ctrl+R", "Begin again from random weights", "reset", True),
    ActionSpec(
        "race",
        "&Train",
        "Ra&ce\u2026",
        "Ctrl+Shift+C",
        "Let two to four runs that differ in something train on the same images, and see who wins",
        first=True,
    ),
    ActionSpec(
        "sweep",
        "&Train",
        "S&weep\u2026",
        "Ctrl+Shift+W",
        "Train many runs whose settings are varied, and see which are best",
    ),
    ActionSpec("time_play", "T&ime", "&Play", "F9", "Show one kept step after the other, or stop"),
    ActionSpec(
        "time_previous", "T&ime", "P&revious kept step", "Alt+Left", "Look one kept step back", first=True
    ),
    ActionSpec("time_next", "T&ime", "&Next kept step", "Alt+Right", "Look one kept step further on"),
    ActionSpec("time_first", "T&ime", "&First step", "Alt+Home", "Look at the first step"),
    ActionSpec("time_last", "T&ime", "&Last step", "Alt+End", "Look at the end of the run"),
    ActionSpec("time_best", "T&ime", "&Best validation", "Ctrl+B", "Look at the best validated step"),
    ActionSpec("time_live", "T&ime", "Li&ve", "Ctrl+L", "Follow the run in training again"),
    ActionSpec(
        "branch",
        "T&ime",
        "&Continue from here\u2026",
        "Ctrl+Shift+R",
        "Begin a new run with the weights of the step that is looked at",
        first=True,
    ),
    ActionSpec(
        "film",
        "&Run",
        "Make a &film\u2026",
        "Ctrl+Shift+F",
        "Kernels, maps, mistakes, curves or the whole window over the training, as GIF, WebP or MP4",
    ),
    ActionSpec(
        "report",
        "&Run",
        "Save &report\u2026",
        "Ctrl+Shift+P",
        "Write one HTML page: curves, kernels, mistakes, health, how to train it again",
    ),
    ActionSpec(
        "export_log",
        "&Run",
        "Export &log\u2026",
        "",
        "Write curves and weights for TensorBoard or as CSV",
    ),
    ActionSpec(
        "share",
        "&Run",
        "&Share this run\u2026",
        "",
        "Write one file with the run, the drawing and the window as it is, that opens on another computer",
        first=True,
    ),
    ActionSpec(
        "tile",
        "&View",
        "Show &all views at once",
        "Ctrl+0",
        "Views beside each other instead of behind",
        "tile",
        checkable=True,
    ),
    ActionSpec(
        "layout", "&View", "Default &arrangement", "Ctrl+Shift+0", "Put every panel back in its place"
    ),
    ActionSpec("theme", "&View", "&Dark theme", "Ctrl+D", "Light or dark", "theme", checkable=True),
    ActionSpec(
        "lesson_open",
        "&Lessons",
        "&Open a lesson\u2026",
        "",
        "A lesson of your own: a folder with a lesson.toml",
    ),
    ActionSpec(
        "lesson_record",
        "&Lessons",
        "&Record a lesson\u2026",
        "",
        "Begin a lesson of your own from what is on the screen",
    ),
    ActionSpec(
        "lesson_leave", "&Lessons", "&Leave the lesson", "", "How far you are is remembered", first=True
    ),
    ActionSpec("guide", "&Help", "&First steps", "F1", "What to press, where to draw, what is shown", "help"),
    ActionSpec("log", "&Help", "Error &log\u2026", "", "What went wrong unexpectedly, to be copied"),
    ActionSpec("hints", "&Help", "Show the &hints again", "", "Three hints for the first minute"),
    ActionSpec("about", "&Help", "&About Kernelscope", "", "Version, licence and history"),
)
