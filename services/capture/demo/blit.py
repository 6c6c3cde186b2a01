"""Rectangles of the frame, and pictures with transparency that are put into it, in numpy."""

from __future__ import annotations

from typing import Final, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Words = NDArray[np.uint16]
Flags = NDArray[np.bool_]
HALF: Final = 128  # of 255: an alpha from here on covers a pixel


class Rect(NamedTuple):
    """Pixels from (left, top) up to, and not including, (right, bottom)."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def slices(self) -> tuple[slice, slice]:
        """Rows and columns."""
        return slice(self.top, self.bottom), slice(self.left, self.right)

    def meet(self, other: Rect) -> Rect:
        """Return what both cover."""
        return Rect(
            max(self.left, other.left),
            max(self.top, other.top),
            min(self.right, other.right),
            min(self.bottom, other.bottom),
        )

    def meets(self, other: Rect) -> bool:
        """Return whether there is anything that both cover."""
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )

    def __bool__(self) -> bool:
        return self.right > self.left and self.bottom > self.top


Values = TypeVar("Values", Bytes, Flags)


def within(values: Values, rect: Rect, part: Rect) -> Values:
    """Return of ``values``, which lie at ``rect``, those at ``part`` of it."""
    return values[part.top - rect.top : part.bottom - rect.top, part.left - rect.left : part.right - rect.left]


class Layer(NamedTuple):
    """A picture in its place in the frame: as many channels, 0 to 255, as the one it was made of."""

    rect: Rect
    pixels: Words


class Mask(NamedTuple):
    """Which pixels of a place in the frame something covers."""

    rect: Rect
    covered: Flags

    @property
    def pixels(self) -> int:
        """How many."""
        return int(np.count_nonzero(self.covered))


def blend(canvas: Bytes, layer: Layer) -> None:
    """Put ``layer``, colours multiplied by alpha and alpha, over the canvas (height, width, 3)."""
    region = canvas[layer.rect.slices]
    # In place on 16 bits from the start: np.multiply(bytes, words) converts in small blocks and takes twice as long.
    mixed = _through(layer.pixels[..., 3])
    mixed *= region
    mixed >>= 8
    colours = np.empty_like(mixed)
    for channel in range(3):  # one by one: rows of three items are slow
        colours[..., channel] = layer.pixels[..., channel]
    mixed += colours
    region[...] = mixed


def darken(canvas: Bytes, layer: Layer) -> None:
    """Take the share of the light that ``layer`` (one channel) says away from the canvas."""
    region = canvas[layer.rect.slices]
    lit = _through(layer.pixels[..., 0])
    lit *= region
    lit >>= 8
    region[...] = lit


def reveal(canvas: Bytes, below: Bytes, rect: Rect, alpha: Bytes) -> None:
    """Let ``below`` show through the canvas within ``rect``, by ``alpha`` (height, width)."""
    region = canvas[rect.slices]
    mixed = _through(alpha.astype(np.uint16))
    added = 256 - mixed
    added *= below[rect.slices]
    mixed *= region
    mixed += added
    mixed >>= 8
    region[...] = mixed


def _through(alpha: Words) -> Words:
    """Return the share of 256 that shines through, once for each of three channels."""
    share = alpha >> 7
    share += alpha
    np.subtract(256, share, out=share)
    result = np.empty((*alpha.shape, 3), np.uint16)
    for channel in range(3):
        result[..., channel] = share
    return result
