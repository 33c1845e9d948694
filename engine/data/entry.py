"""What is known of a data set before it is loaded."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from engine.records import dataclass
from engine.types import Shape

if TYPE_CHECKING:
    from engine.data.dataset import Dataset


@dataclass(frozen=True)
class RemoteFile:
    """A file as its publisher offers it.

    Attributes:
        name: its name at the end of the address.
        size: bytes.
        md5: checksum of these bytes, as published.
        content_md5: checksum of what it holds uncompressed, if that is known; a file that was
            compressed anew is recognised by it.
    """

    name: str
    size: int
    md5: str
    content_md5: str = ""


@dataclass(frozen=True)
class Entry:
    """What is known of a data set before it is loaded.

    Attributes:
        name: the word for it in settings and on the command line.
        title: the words for it in the window.
        about: one sentence on what it shows.
        in_shape: shape of one image, ``(C, H, W)``.
        class_names: what the images are of.
        train: number of training images.
        test: number of test images.
        loader: reads it; raises DataError.
        licence: under which it may be passed on.
        home: page of its publisher.
        citation: whose work it is.
        formats: words in ``engine.data.formats.FORMATS`` for the forms its files come in.
        files: what its publisher offers; nothing if it is the user's own.
        mirrors: addresses of folders that hold these files, the first one preferred.
        offline: another way to get the files, as a clause; empty for none.
        shipped: whether it comes with the program.
    """

    name: str
    title: str
    about: str
    in_shape: Shape
    class_names: tuple[str, ...]
    train: int
    test: int
    loader: Callable[[], Dataset]
    licence: str = ""
    home: str = ""
    citation: str = ""
    formats: tuple[str, ...] = ()
    files: tuple[RemoteFile, ...] = ()
    mirrors: tuple[str, ...] = ()
    offline: str = ""
    shipped: bool = False

    @property
    def classes(self) -> int:
        """Number of classes."""
        return len(self.class_names)

    @property
    def size_bytes(self) -> int:
        """Bytes to be fetched; 0 if there is nothing to fetch."""
        return 0 if self.shipped else sum(file.size for file in self.files)

    @property
    def kept_bytes(self) -> int:
        """Bytes that its images and labels take on the disk once they are there."""
        pixels = self.in_shape[0] * self.in_shape[1] * self.in_shape[2]
        return (self.train + self.test) * (pixels + 8)

    @property
    def by_hand(self) -> str:
        """Which files one needs, and from where, as words of a sentence."""
        names = ", ".join(file.name for file in self.files)
        other = f", {self.offline}" if self.offline else ""
        return f"{names} from {self.home}{other}"
