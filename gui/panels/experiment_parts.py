"""The parts of the experiment panel: data, network, training."""

from __future__ import annotations

from PyQt5.QtCore import Qt, pyqtSignal
from PyQt5.QtWidgets import QGridLayout, QLabel, QPushButton, QWidget

from engine.data.augment import AUGMENTATIONS, Augmentation
from engine.data.catalogue import entries, is_present
from engine.data.dataset import Dataset
from engine.formatting import counted, grouped
from engine.model.spec import PRESETS, NetworkSpec
from engine.optimisers import OPTIMISERS
from engine.schedules import SCHEDULES
from engine.training.config import RunConfig
from gui.presenters.data_get import megabytes
from gui.presenters.experiment import CUSTOM, LIVE, preset_of, summary
from gui.presenters.layer_list import size
from gui.style.theme import GRID
from gui.widgets.choice_box import ChoiceBox
from gui.widgets.option_form import LABEL_WIDTH, KindChooser, OptionForm, PartForm
from gui.widgets.plain import Label, tooltip
from gui.widgets.section import Section

OWN = "own pictures"
"""What the box of data sets holds for making one; no data set can have this name."""


def labelled_combo(section: Section, title: str, tip: str) -> ChoiceBox:
    """Put a label and an empty combo box into ``section``; returns the box."""
    box = ChoiceBox(title, tip, letters=0)
    label = Label(title, buddy=box)
    label.setToolTip(tip)
    row = QWidget()
    grid = QGridLayout(row)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(GRID)
    grid.setColumnMinimumWidth(0, LABEL_WIDTH)
    grid.setColumnStretch(1, 1)
    grid.addWidget(label, 0, 0)
    grid.addWidget(box, 0, 1)
    section.add(row)
    return box


def note(object_name: str = "note") -> QLabel:
    """Return an empty label for small print, or for what is wrong."""
    label = Label()
    label.setObjectName(object_name)
    label.setWordWrap(True)
    label.hide()
    return label


def say(label: QLabel, text: str) -> None:
    """Show ``text`` in ``label``, which takes no room while it has none."""
    label.setText(text)
    label.setVisible(bool(text))


class DataPart(Section):
    """Which images, and how they are varied."""

    data_chosen = pyqtSignal(str)
    """The user chose this data set."""
    missing_chosen = pyqtSignal(str)
    """The user chose this data set, which is not on this computer."""
    own_wanted = pyqtSignal()
    """The user wants to make a data set, or to look after those that were made."""
    edited = pyqtSignal(str, object)
    """A setting and its new value."""

    def __init__(self, config: RunConfig) -> None:
        """Show the data of ``config``."""
        super().__init__("Data")
        self.box = labelled_combo(self, "Data set", "The images to learn from and to be tested on.")
        self.list_data()
        self.box.activated.connect(lambda _index: self._choose_data(self.box.currentData()))
        self.problem = note("problem")
        self.add(self.problem)
        self.facts = note()
        self.add(self.facts)
        self.augmentation = labelled_combo(
            self, "Augmentation", "Every training image is varied a little each time it is shown."
        )
        for name in AUGMENTATIONS:
            self.augmentation.addItem(name.capitalize(), name)
        self.augmentation.activated.connect(lambda _index: self._choose(self.augmentation.currentData()))
        self.advanced = Section("Augmentation in detail", folding=True, folded=True)
        self.form = PartForm(config.augmentation)
        self.form.changed.connect(self._edit)
        self.advanced.add(self.form)
        self.add(self.advanced)
        self.show_config(config)

    def list_data(self) -> None:
        """List the data sets that there are now, and what else can be done; keep the choice."""
        present = self.box.currentData()
        self.box.clear()
        known = entries()
        here = {name: each for name, each in known.items() if is_present(name)}
        for name, each in here.items():
            self._list(each.title, name, each.about)
        self.box.insertSeparator(self.box.count())
        for name in (name for name in known if name not in here):
            each = known[name]
            tip = f"{each.about}\nNot on this computer yet; choosing it offers to fetch it."
            self._list(f"{each.title} ({megabytes(each.size_bytes)})", name, tip)
        self._list("Your own pictures\u2026", OWN, "Make a data set of pictures of yours.")
        self.box.setCurrentIndex(self.box.findData(present))

    def _list(self, words: str, data: str, tip: str) -> None:
        self.box.addItem(words, data)
        self.box.setItemData(self.box.count() - 1, tooltip(tip), Qt.ToolTipRole)

    def _choose_data(self, name: str) -> None:
        if name == OWN:
            self.own_wanted.emit()
        elif is_present(name):
            self.data_chosen.emit(name)
        else:
            self.missing_chosen.emit(name)

    def show_config(self, config: RunConfig) -> None:
        """Show the data of ``config`` without telling anyone."""
        if self.box.findData(config.data) < 0:
            self.list_data()
        self.box.setCurrentIndex(self.box.findData(config.data))
        say(self.problem, "")
        self._show(config.augmentation)

    def show_dataset(self, dataset: Dataset | None) -> None:
        """Say how many images there are, once they are loaded."""
        if dataset is None:
            say(self.facts, "")
            return
        train, test = len(dataset.train_images), len(dataset.test_images)
        say(self.facts, f"{grouped(train)} training, {counted(test, 'test image')}, {size(dataset.in_shape)}")

    def _choose(self, name: str) -> None:
        if name in AUGMENTATIONS:
            self._edit(AUGMENTATIONS[name])

    def _edit(self, augmentation: Augmentation) -> None:
        self._show(augmentation)
        self.edited.emit("augmentation", augmentation)

    def _show(self, augmentation: Augmentation) -> None:
        self.form.show_part(augmentation)
        names = [name for name, known in AUGMENTATIONS.items() if known == augmentation]
        custom = self.augmentation.findData(CUSTOM)
        if names and custom >= 0:
            self.augmentation.removeItem(custom)
        elif not names and custom < 0:
            self.augmentation.addItem(CUSTOM.capitalize(), CUSTOM)
        self.augmentation.setCurrentIndex(self.augmentation.findData(names[0] if names else CUSTOM))


class NetworkPart(Section):
    """Which layers."""

    preset_chosen = pyqtSignal(str)
    """The user chose this shipped network."""
    edit_wanted = pyqtSignal()
    """The user wants to edit the layers."""

    def __init__(self, config: RunConfig) -> None:
        """Show the network of ``config``."""
        super().__init__("Network")
        self.box = labelled_combo(self, "Layers", "A shipped network, or your own after editing.")
        for name, about in PRESETS.items():
            self.box.addItem(name, name)
            self.box.setItemData(self.box.count() - 1, about, Qt.ToolTipRole)
        self.box.activated.connect(lambda _index: self._choose(self.box.currentData()))
        self.problem = note("problem")
        self.add(self.problem)
        self.facts = note()
        self.add(self.facts)
        self.edit = QPushButton("Edit &layers\N{HORIZONTAL ELLIPSIS}")
        self.edit.setToolTip("Add, remove, move and configure layers")
        self.edit.clicked.connect(lambda _checked: self.edit_wanted.emit())
        self.add(self.edit)
        self.show_network(config.network)

    def show_network(self, network: NetworkSpec) -> None:
        """Show ``network`` without telling anyone."""
        say(self.problem, "")
        name = preset_of(network)
        custom = self.box.findData(CUSTOM)
        if name == CUSTOM and custom < 0:
            self.box.addItem(CUSTOM, CUSTOM)
        elif name != CUSTOM and custom >= 0:
            self.box.removeItem(custom)
        self.box.setCurrentIndex(self.box.findData(name))
        say(self.facts, summary(network))

    def _choose(self, name: str) -> None:
        if name != CUSTOM:
            self.preset_chosen.emit(name)


class TrainingPart(Section):
    """How the network learns; what is marked may change meanwhile."""

    edited = pyqtSignal(str, object)
    """A setting and its new value."""

    def __init__(self, config: RunConfig) -> None:
        """Show the training of ``config``."""
        super().__init__("Training")
        self.optimiser = KindChooser(
            "Optimiser", OPTIMISERS, config.optimiser, "How the parameters follow the gradient."
        )
        self.optimiser.changed.connect(lambda part: self._edit("optimiser", part))
        self.add(self.optimiser)
        options = RunConfig.options()
        defaults = {name: getattr(config, name) for name in options}
        self.form = OptionForm({name: options[name] for name in LIVE}, defaults, live=frozenset(LIVE))
        self.form.changed.connect(self._edit)
        self.add(self.form)
        self.schedule = KindChooser(
            "Schedule", SCHEDULES, config.schedule, "How the learning rate moves during the run."
        )
        self.schedule.changed.connect(lambda part: self._edit("schedule", part))
        self.add(self.schedule)
        legend = note()
        self.add(legend)  # first: what has no parent is shown as a window
        say(legend, "\N{BULLET} changes at once, also while it trains")
        self.show_config(config)

    def show_config(self, config: RunConfig) -> None:
        """Show the training of ``config`` without telling anyone."""
        self.optimiser.show_part(config.optimiser)
        self.schedule.show_part(config.schedule)
        self.form.set_values({name: getattr(config, name) for name in LIVE})
        self._explain_momentum()

    def _edit(self, name: str, value: object) -> None:
        self._explain_momentum()
        self.edited.emit(name, value)

    def _explain_momentum(self) -> None:
        optimiser = self.optimiser.part
        self.form.enable("momentum", optimiser.uses_momentum, f"{optimiser.title} does not use momentum.")
