"""Puts pictures with transparency into the frame, at any scale and between pixels, in numpy."""

from __future__ import annotations

from math import ceil, floor
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Words = NDArray[np.uint16]
Index = NDArray[np.intp]


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

    def __bool__(self) -> bool:
        return self.right > self.left and self.bottom > self.top


Values = TypeVar("Values", Bytes, NDArray[np.bool_])


def within(values: Values, rect: Rect, part: Rect) -> Values:
    """Return of ``values``, which lie at ``rect``, those at ``part`` of it."""
    return values[part.top - rect.top : part.bottom - rect.top, part.left - rect.left : part.right - rect.left]


class Layer(NamedTuple):
    """A picture in its place in the frame: as many channels, 0 to 255, as the one it was made of."""

    rect: Rect
    pixels: Words


def place(pixels: Bytes, x: float, y: float, u: float, v: float, ratio: float, bounds: Rect) -> Layer | None:
    """Return ``pixels`` scaled so that their point (x, y) comes to (u, v) of the frame; None outside ``bounds``.

    Args:
        pixels: (height, width, channels), its outermost pixels transparent. Four channels are interpolated; one, soft
            as a shadow is, takes the nearest.
        x: A column of ``pixels``, fractional.
        y: A row of it.
        u: Column of the frame.
        v: Row of the frame.
        ratio: Pixels of ``pixels`` for one of the frame.
        bounds: What of the frame there is.
    """
    height, width, channels = pixels.shape
    rect = Rect(
        floor(u - x / ratio), floor(v - y / ratio), ceil(u + (width - x) / ratio), ceil(v + (height - y) / ratio)
    ).meet(bounds)
    if not rect:
        return None
    row, row_share = _taps(rect.top, rect.bottom, v, y, ratio, height)
    column, column_share = _taps(rect.left, rect.right, u, x, ratio, width)
    if channels == 1:
        return Layer(rect, pixels[..., 0].take(row, 0).take(column, 1).astype(np.uint16)[..., None])
    return Layer(rect, _interpolated(pixels, row, row_share, column, column_share))


def _interpolated(pixels: Bytes, row: Index, row_share: Words, column: Index, column_share: Words) -> Words:
    """Return four channels of 16 bits between items and the ones after them."""
    flat = pixels.reshape(pixels.shape[0], -1)
    lines = flat.take(row, 0) * (256 - row_share)[:, None]
    lines += flat.take(row + 1, 0) * row_share[:, None]
    lines >>= 8
    wide = lines.view(np.uint64)  # one item for each pixel, all its channels in it
    shares = np.repeat(column_share, 4)
    result = wide.take(column, 1).view(np.uint16)
    result *= 256 - shares
    result += wide.take(column + 1, 1).view(np.uint16) * shares
    result >>= 8
    return result.reshape(len(row), len(column), 4)


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


def _taps(first: int, last: int, at: float, origin: float, ratio: float, size: int) -> tuple[Index, Words]:
    """Return for each pixel of the frame the item before its middle, and the share of the next one in 256."""
    # In 256ths, as whole numbers: what is below 8 bits is the share of the next item.
    position = ((np.arange(first, last) + (0.5 - at)) * (256 * ratio) + 256 * (origin - 0.5)).astype(np.intp)
    np.maximum(position, 0, out=position)
    np.minimum(position, 256 * (size - 1) - 1, out=position)
    return position >> 8, (position & 255).astype(np.uint16)
