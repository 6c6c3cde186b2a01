"""The time a picture left the camera, drawn into it as blocks that survive JPEG, overlays and 1/8 scaled decoding.

Two equal rows of black and white cells stand at the centre of the bottom edge, on whole JPEG macroblock rows. A row
carries the low bits of the wall clock in microseconds and a checksum; the reader's own clock supplies the high bits.
The cells around the very centre stay blank, because a counting line is drawn there by default.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]

CELL: Final = 16  # pixels: one macroblock of 4:2:0 JPEG, two pixels in a 1/8 scaled picture
ROWS: Final = 2
STRIP_HEIGHT: Final = CELL * ROWS
BOTTOM_MARGIN: Final = 8  # 1080 is no multiple of 16: the strip keeps off the macroblocks that are cut
TIME_BITS: Final = 36  # microseconds, 19 hours
CHECK_BITS: Final = 12
BITS: Final = TIME_BITS + CHECK_BITS
GAP_CELLS: Final = 2
CELLS: Final = BITS + GAP_CELLS
TIME_SPAN_US: Final = 1 << TIME_BITS


@dataclass(frozen=True, slots=True)
class StripGeometry:
    """Where the strip stands in a picture of this size, in pixels.

    Raises:
        ValueError: The picture is too small for a strip.
    """

    width: int
    height: int

    def __post_init__(self) -> None:
        if self.width < CELLS * CELL or self.height < STRIP_HEIGHT + BOTTOM_MARGIN:
            raise ValueError(f"{self.width}x{self.height} is too small for a strip, {CELLS * CELL} pixels wide")

    @property
    def top(self) -> int:
        """The first picture row of the strip, a multiple of :data:`CELL`."""
        return (self.height - BOTTOM_MARGIN) // CELL * CELL - STRIP_HEIGHT

    @property
    def left(self) -> int:
        """The first picture column of the strip."""
        return (self.width - CELLS * CELL) // 2


def paint_stamp(band: Pixels, geometry: StripGeometry, time_us: int) -> None:
    """Draw ``time_us`` into ``band``, the picture rows of the strip: uint8 of shape (STRIP_HEIGHT, width, 3)."""
    word = _with_check(time_us % TIME_SPAN_US)
    cells = np.full(CELLS, 128, np.uint8)
    half = BITS // 2
    bits = np.array([255 if word >> (BITS - 1 - index) & 1 else 0 for index in range(BITS)], np.uint8)
    cells[:half], cells[half + GAP_CELLS :] = bits[:half], bits[half:]
    band[:, geometry.left : geometry.left + CELLS * CELL] = np.repeat(cells, CELL)[None, :, None]


def read_stamp(gray: Pixels, geometry: StripGeometry, near_us: int) -> int | None:
    """Return the microseconds since the epoch drawn into a picture, or None where no row of it can be read.

    Args:
        gray: The picture at any scale of its ``geometry``: uint8 of shape (height, width).
        geometry: The size at which the strip was painted.
        near_us: A time less than nine hours from the one drawn.
    """
    scale = gray.shape[1] / geometry.width
    for row in range(ROWS):
        word = _read_row(gray, geometry, row, scale)
        time_us = word >> CHECK_BITS
        if word == _with_check(time_us):
            return near_us + (time_us - near_us + TIME_SPAN_US // 2) % TIME_SPAN_US - TIME_SPAN_US // 2
    return None


def _with_check(time_us: int) -> int:
    # Inverted, so that an all black row is no valid stamp.
    check = ~zlib.crc32(time_us.to_bytes(8, "little")) & ((1 << CHECK_BITS) - 1)
    return time_us << CHECK_BITS | check


def _read_row(gray: Pixels, geometry: StripGeometry, row: int, scale: float) -> int:
    top = (geometry.top + row * CELL) * scale
    lines = gray[round(top) : max(round(top + CELL * scale), round(top) + 1)]
    edges = np.rint((geometry.left + np.arange(CELLS + 1) * CELL) * scale).astype(np.intp)
    until = np.concatenate([[0.0], np.cumsum(lines.mean(axis=0))])
    means = np.diff(until[edges]) / np.diff(edges)
    half = BITS // 2
    word = 0
    for mean in np.concatenate([means[:half], means[half + GAP_CELLS :]]):
        word = word << 1 | int(mean > 127)
    return word
