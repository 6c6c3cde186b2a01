"""Fits pictures of any size into a detector's input, and boxes back into the picture."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import cv2

from services.inference.detector.types import Floats, Image

GRID: Final = 32  # the coarsest stride of a YOLO: inputs are multiples of it
PADDING: Final = 114  # the grey that Ultralytics trains with (ultralytics.data.augment.LetterBox)


@dataclass(frozen=True, slots=True)
class Letterbox:
    """How a picture lies in the input: scaled by ``scale``, its corner at (``left``, ``top``), grey around it."""

    width: int
    height: int
    scale: float
    inner_width: int
    inner_height: int
    left: int
    top: int

    @property
    def inner(self) -> tuple[int, int, int, int]:
        """Where the picture is in the input: left, top, right, bottom."""
        return self.left, self.top, self.left + self.inner_width, self.top + self.inner_height

    def fit(self, image: Image, out: Image) -> None:
        """Write ``image``, scaled and centred, into ``out`` of (height, width, 3)."""
        out[: self.top] = PADDING
        out[self.top + self.inner_height :] = PADDING
        rows = out[self.top : self.top + self.inner_height]
        rows[:, : self.left] = PADDING
        rows[:, self.left + self.inner_width :] = PADDING
        inner = rows[:, self.left : self.left + self.inner_width]
        if image.shape == inner.shape:
            inner[:] = image
        elif self.left == 0 and self.inner_width == self.width:
            cv2.resize(image, (self.inner_width, self.inner_height), dst=inner, interpolation=cv2.INTER_LINEAR)
        else:  # not contiguous: OpenCV would write into a copy
            inner[:] = cv2.resize(image, (self.inner_width, self.inner_height), interpolation=cv2.INTER_LINEAR)

    def to_picture(self, xyxy: Floats) -> Floats:
        """Return boxes (N, 4) of the input in the picture's pixels."""
        moved = xyxy.copy()
        moved[:, 0::2] -= self.left
        moved[:, 1::2] -= self.top
        return moved / self.scale


@lru_cache(maxsize=64)
def letterbox(picture_width: int, picture_height: int, imgsz: int, *, square: bool) -> Letterbox:
    """Return how a picture is fitted into an input whose longer side is ``imgsz``.

    Unless ``square``, the input's shorter side follows the picture, rounded up to the grid, as in Ultralytics'
    ``rect`` inference. The picture is scaled up no more than down: a small one fills the input too.
    """
    scale = min(imgsz / picture_width, imgsz / picture_height)
    inner_width = max(1, round(picture_width * scale))
    inner_height = max(1, round(picture_height * scale))
    width, height = (imgsz, imgsz) if square else (_round_up(inner_width), _round_up(inner_height))
    return Letterbox(
        width=width,
        height=height,
        scale=scale,
        inner_width=inner_width,
        inner_height=inner_height,
        left=(width - inner_width) // 2,
        top=(height - inner_height) // 2,
    )


def _round_up(size: int) -> int:
    return -(-size // GRID) * GRID
