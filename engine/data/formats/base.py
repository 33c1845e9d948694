"""What every form of a data set's files can do."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import ClassVar

from engine.data.dataset import Dataset
from engine.data.entry import Entry
from engine.data.sources import Found
from engine.task import Task


class Format(ABC):
    """A form in which a data set is published.

    Attributes:
        title: the words for it.
        names: plain names of the files that belong to it.
        archive: plain name of the archive that holds them; empty if they come one by one.
    """

    title: ClassVar[str]
    names: ClassVar[tuple[str, ...]]
    archive: ClassVar[str] = ""

    @abstractmethod
    def read(self, files: Mapping[str, Found], entry: Entry, task: Task) -> tuple[Dataset, list[str]]:
        """Return the data set in ``files``, which holds all ``names``, and what the user should know of it.

        Raises:
            Cancelled: the task was cancelled.
            DataError: a file is damaged, or it is another data set's.
        """
