"""The one image that all views look at."""

from __future__ import annotations

from PyQt5.QtCore import QObject, pyqtSignal

from engine.data.dataset import Dataset
from engine.model.reference import Reference
from engine.records import dataclass
from engine.types import Bytes


@dataclass(frozen=True)
class Sample:
    """An image and where it comes from.

    Attributes:
        image: uint8 ``(C, H, W)``.
        source: words for the user, for example ``test image 17`` or ``your drawing``.
        label: its true class, if known.
        index: its number among the test images, if it is one.
        asked: the model that was asked about it, if others shall look into the same one.
        passing: whether it is about to change, as the user draws: what takes long can wait.
    """

    image: Bytes
    source: str
    label: int | None = None
    index: int | None = None
    asked: Reference | None = None
    passing: bool = False

    @classmethod
    def of_test(cls, dataset: Dataset, index: int) -> Sample:
        """Return the test image ``index`` of ``dataset``."""
        label = int(dataset.test_labels[index])
        return cls(dataset.test_images[index], f"test image {index}", label, index)


class Selection(QObject):
    """Holds the chosen sample and tells when another one is chosen."""

    changed = pyqtSignal(object)
    """Emits the new ``Sample``."""

    def __init__(self, parent: QObject | None = None) -> None:
        """Nothing is chosen at first."""
        super().__init__(parent)
        self.sample: Sample | None = None

    def choose(self, sample: Sample) -> None:
        """Make ``sample`` the one that is looked at."""
        self.sample = sample
        self.changed.emit(sample)

    def fit(self, dataset: Dataset) -> None:
        """Choose a test image of ``dataset``, unless another image is chosen that has its form."""
        sample, last = self.sample, len(dataset.test_images) - 1
        form = dataset.test_images.shape[1:]
        # Image 17 of another data set is another image.
        if last >= 0 and (sample is None or sample.index is not None or sample.image.shape != form):
            index = sample.index if sample is not None and sample.index is not None else 0
            self.choose(Sample.of_test(dataset, min(index, last)))
