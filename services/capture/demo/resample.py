"""Brings pictures with transparency to any scale and between pixels, in numpy."""

from __future__ import annotations

from math import ceil, floor
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from services.capture.demo.blit import HALF, Bytes, Layer, Mask, Rect, Words

Index = NDArray[np.intp]


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
    grid = _grid(width, height, x, y, u, v, ratio, bounds)
    if grid is None:
        return None
    if channels == 1:
        return Layer(grid.rect, pixels[..., 0].take(grid.row, 0).take(grid.column, 1).astype(np.uint16)[..., None])
    return Layer(grid.rect, _interpolated(pixels, grid.row, grid.row_share, grid.column, grid.column_share))


def place_mask(pixels: Bytes, x: float, y: float, u: float, v: float, ratio: float, bounds: Rect) -> Mask | None:
    """Return where :func:`place`, given the same four channels, covers more than half: its alpha alone is made."""
    height, width, _ = pixels.shape
    grid = _grid(width, height, x, y, u, v, ratio, bounds)
    if grid is None:
        return None
    rect, row, row_share, column, column_share = grid
    alpha = np.ascontiguousarray(pixels[..., 3])
    lines = alpha.take(row, 0) * (256 - row_share)[:, None]
    lines += alpha.take(row + 1, 0) * row_share[:, None]
    lines >>= 8
    result = lines.take(column, 1)
    result *= 256 - column_share
    result += lines.take(column + 1, 1) * column_share
    return Mask(rect, result >= HALF << 8)


class _Grid(NamedTuple):
    """A place in the frame, and of what its pixels are made: rows and columns, and the next ones' shares in 256."""

    rect: Rect
    row: Index
    row_share: Words
    column: Index
    column_share: Words


def _grid(width: int, height: int, x: float, y: float, u: float, v: float, ratio: float, bounds: Rect) -> _Grid | None:
    rect = Rect(
        floor(u - x / ratio), floor(v - y / ratio), ceil(u + (width - x) / ratio), ceil(v + (height - y) / ratio)
    ).meet(bounds)
    if not rect:
        return None
    rows, columns = _taps(rect.top, rect.bottom, v, y, ratio, height), _taps(rect.left, rect.right, u, x, ratio, width)
    return _Grid(rect, *rows, *columns)


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


def _taps(first: int, last: int, at: float, origin: float, ratio: float, size: int) -> tuple[Index, Words]:
    """Return for each pixel of the frame the item before its middle, and the share of the next one in 256."""
    # In 256ths, as whole numbers: what is below 8 bits is the share of the next item.
    position = ((np.arange(first, last) + (0.5 - at)) * (256 * ratio) + 256 * (origin - 0.5)).astype(np.intp)
    np.maximum(position, 0, out=position)
    np.minimum(position, 256 * (size - 1) - 1, out=position)
    return position >> 8, (position & 255).astype(np.uint16)
