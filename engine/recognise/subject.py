"""What is to be recognised: a drawing or a picture, as the network that is asked takes it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from engine.model.input_form import takes_dark_ground, takes_digits
from engine.recognise.judge import reach
from engine.records import dataclass
from engine.types import Array, Bytes, Shape

if TYPE_CHECKING:
    from PIL import Image

    from engine.model.model_file import Model
    from engine.recognise.marks import Box
    from engine.recognise.readings import Found

LARGEST = 1600
"""A picture is shown with at most this many pixels per side; it is read in full."""


def form(model: Model) -> tuple[Shape, bool, bool]:
    """Return all that decides how a picture is brought to ``model``: equal forms, equal images."""
    return model.network.spec.in_shape, takes_digits(model), takes_dark_ground(model)


@dataclass(frozen=True)
class Subject:
    """A drawing, or a picture with the part of it that was chosen.

    Attributes:
        name: what to call it.
        ink: the drawing, ``(H, W)`` from 0 to 1; None for a picture.
        lines: of a drawing, where the middle of the pen went, in pixels of ``ink``: for each line its points
            ``(N, 2)``, across and down; None if nobody knows.
        picture: the picture; None for a drawing.
        crop: the chosen part; None for all of it.
    """

    name: str
    ink: Array | None = None
    picture: Image.Image | None = None
    crop: Box | None = None
    lines: tuple[Array, ...] | None = None

    def cropped(self, crop: Box | None) -> Subject:
        """Return the same picture with another part chosen."""
        return replace(self, crop=crop)

    @property
    def reach(self) -> float:
        """Longer side of a drawing as a share of the sheet, 0 to 1, without the width of a known pen."""
        if self.ink is None:
            return 1.0
        if not self.lines:
            return reach(self.ink)
        return float(np.ptp(np.concatenate(self.lines), axis=0).max() / max(self.ink.shape))

    def found(self, model: Model) -> list[Found]:
        """Return what is to be asked about, in reading order; nothing for an empty drawing.

        Raises:
            DataError: nothing is to be seen, or the network takes no pictures.
        """
        if self.picture is None and (self.ink is None or not (self.ink > 1 / 32).any()):
            return []
        # This brings Pillow, which is not needed before there is something to recognise.
        from engine.recognise.marks import Box
        from engine.recognise.pictures import from_pixels
        from engine.recognise.readings import Found, as_picture, digits_drawn, digits_in, find

        if self.picture is not None:
            return find(self.picture, model, self.crop)
        assert self.ink is not None  # noqa: S101 - it is one or the other
        if takes_digits(model) and self.lines is not None:
            return digits_drawn(self.ink, self.lines)
        if takes_digits(model):
            return digits_in(self.ink, several=True)
        sheet = from_pixels(((1 - np.clip(self.ink, 0, 1)) * 255 + 0.5).astype(np.uint8))
        area = Box(0, 0, *sheet.size)
        return [Found(area, as_picture(sheet, area, model))]

    @property
    def scale(self) -> float:
        """Pixels of the picture in one of those that are shown; 1 for a drawing."""
        return max(1.0, max(self.picture.size) / LARGEST) if self.picture is not None else 1.0

    def pixels(self) -> Bytes:
        """Return the picture as it is shown, uint8 ``(H, W, 3)``, and no larger than ``LARGEST``."""
        assert self.picture is not None  # noqa: S101 - a drawing is shown by its own sheet
        shown = self.picture.convert("RGB")
        if max(shown.size) > LARGEST:
            shown.thumbnail((LARGEST, LARGEST))
        return np.asarray(shown, np.uint8)
