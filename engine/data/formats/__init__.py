"""The forms that data sets are published in. Adding one: a file here, and an entry below."""

from __future__ import annotations

from engine.data.formats.base import Format
from engine.data.formats.cifar import CifarBinary, CifarPython
from engine.data.formats.idx import Idx

FORMATS: dict[str, Format] = {"idx": Idx(), "cifar-python": CifarPython(), "cifar-binary": CifarBinary()}
"""Every form by the word that names it in the catalogue."""
