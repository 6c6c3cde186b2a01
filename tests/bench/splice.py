"""A camera's JPEG whose strip is exchanged in a tenth of a millisecond, as a hardware encoder would cost no CPU.

With a restart marker after each row of macroblocks, every row can be decoded, and so encoded, on its own. Each picture
is encoded once; for each stamp only the two rows that hold the strip are, and put in the place of the old ones. All
encodings share the standard Huffman tables and one quality, so the result is, byte for byte, the encoded picture.
"""

from __future__ import annotations

import re
from typing import Final

import cv2
import numpy as np

from tests.bench.strip import CELL, ROWS, STRIP_HEIGHT, Pixels, StripGeometry, paint_stamp

START_OF_SCAN: Final = 0xDA
RESTART_MARKER: Final = re.compile(rb"\xff[\xd0-\xd7]")  # in entropy-coded data, 0xFF is followed by 0 otherwise
END_OF_IMAGE: Final = b"\xff\xd9"


class StampedJpeg:
    """One picture, encoded but for its stamp.

    Args:
        picture: BGR, uint8 of shape (height, width, 3); not kept.
        quality: JPEG quality, 1 to 100.
    """

    def __init__(self, picture: Pixels, quality: int) -> None:
        height, width = picture.shape[:2]
        self._geometry = StripGeometry(width, height)
        self._quality = quality
        top = self._geometry.top
        self._band = picture[top : top + STRIP_HEIGHT].copy()
        jpeg = encode_rows(picture, quality)
        rows = _entropy_rows(jpeg)
        self._first = top // CELL
        self._head = jpeg[: rows[self._first][0]]
        self._tail = jpeg[rows[self._first + ROWS - 1][1] :]

    def at(self, time_us: int) -> bytes:
        """Return the JPEG with ``time_us`` in its strip."""
        paint_stamp(self._band, self._geometry, time_us)
        jpeg = encode_rows(self._band, self._quality)
        rows = [jpeg[start:end] for start, end in _entropy_rows(jpeg)]
        parts = [self._head, rows[0]]
        for index, row in enumerate(rows[1:], self._first):
            parts += [bytes((0xFF, 0xD0 + index % 8)), row]
        return b"".join([*parts, self._tail])


def encode_rows(picture: Pixels, quality: int) -> bytes:
    """Return ``picture`` as JPEG, 4:2:0, with a restart marker after each row of macroblocks."""
    per_row = -(-picture.shape[1] // CELL)
    ok, jpeg = cv2.imencode(
        ".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality, cv2.IMWRITE_JPEG_RST_INTERVAL, per_row]
    )
    if not ok:
        raise ValueError(f"OpenCV cannot encode a picture of shape {picture.shape}")
    return np.asarray(jpeg, np.uint8).tobytes()


def _entropy_rows(jpeg: bytes) -> list[tuple[int, int]]:
    """Return where each row's entropy-coded data begins and ends, markers not included."""
    first = _scan_start(jpeg)
    markers = [match.span() for match in RESTART_MARKER.finditer(jpeg, first)]
    starts = [first, *(end for _, end in markers)]
    ends = [*(start for start, _ in markers), len(jpeg) - len(END_OF_IMAGE)]
    return list(zip(starts, ends, strict=True))


def _scan_start(jpeg: bytes) -> int:
    position = 2
    while True:
        marker = jpeg[position + 1]
        position += 2 + int.from_bytes(jpeg[position + 2 : position + 4])
        if marker == START_OF_SCAN:
            return position
