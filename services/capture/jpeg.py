"""JPEG: what one says of itself, read without decoding it; and to pixels and back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import simplejpeg
from numpy.typing import NDArray

QUALITY: Final = 85
SOI: Final = b"\xff\xd8"
EOI: Final = b"\xff\xd9"
SOS: Final = 0xDA
# Frame headers (baseline, progressive, ...); C4, C8 and CC in that range are tables and an extension.
FRAME_HEADERS: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
MAX_DECODED_PIXELS: Final = 1 << 26  # 8K has half of that
STANDALONE: Final = frozenset({0x01, *range(0xD0, 0xD8)})  # markers without a length


class JpegError(ValueError):
    """Bytes that are no whole JPEG; the message says what is wrong."""


@dataclass(frozen=True, slots=True)
class JpegHeader:
    """The size of the picture in pixels, and where its entropy-coded data begins."""

    width: int
    height: int
    scan_offset: int


def read_header(data: bytes) -> JpegHeader:
    """Walk the segments from SOI to the first scan.

    Raises:
        JpegError: There is no such walk, or it names no size.
    """
    if data[:2] != SOI:
        raise JpegError("does not start as a JPEG")
    size: tuple[int, int] | None = None
    at = 2
    while True:
        at, marker = _marker(data, at)
        if marker in STANDALONE:
            continue
        length = int.from_bytes(data[at : at + 2], "big")
        if length < 2 or at + length > len(data):
            raise JpegError("ends inside a segment")
        if marker in FRAME_HEADERS:
            size = _frame_size(data[at : at + length])
        at += length
        if marker == SOS:
            if size is None:
                raise JpegError("names no size before its scan")
            return JpegHeader(*size, scan_offset=at)


def whole(data: bytes) -> tuple[JpegHeader, bytes]:
    """Check that ``data`` is one whole JPEG, and return it without the padding that some cameras send behind it.

    Raises:
        JpegError: It is cut off, or no JPEG.
    """
    header = read_header(data)
    # FF D9 cannot stand in entropy-coded data, so from the scan on it is the end.
    end = data.rfind(EOI, header.scan_offset)
    if end < 0:
        raise JpegError("is cut off")
    end += len(EOI)
    if end < len(data):
        if data[end:].strip(b"\0\r\n"):
            raise JpegError("has other data behind it")
        data = data[:end]
    return header, data


def decode_jpeg(data: bytes) -> NDArray[np.uint8]:
    """Return the BGR24 pixels (height, width, 3) of a JPEG.

    Raises:
        JpegError: It cannot be decoded, or claims to be larger than any camera's picture.
    """
    header = read_header(data)
    if header.width * header.height > MAX_DECODED_PIXELS:
        raise JpegError(f"claims {header.width}x{header.height} pixels")
    try:
        pixels: NDArray[np.uint8] = simplejpeg.decode_jpeg(data, colorspace="BGR", fastdct=True)
    except ValueError as error:
        raise JpegError(str(error)) from error
    return pixels


def encode_jpeg(pixels: NDArray[np.uint8]) -> bytes:
    """Return BGR24 pixels (height, width, 3) as a JPEG."""
    data: bytes = simplejpeg.encode_jpeg(
        np.ascontiguousarray(pixels), quality=QUALITY, colorspace="BGR", colorsubsampling="420", fastdct=True
    )
    return data


def _marker(data: bytes, at: int) -> tuple[int, int]:
    """Return the offset behind the marker at ``at``, fill bytes skipped, and its code."""
    if data[at : at + 1] != b"\xff":
        raise JpegError("is cut off" if at >= len(data) else "has no marker where one must stand")
    while data[at : at + 1] == b"\xff":
        at += 1
    if at >= len(data):
        raise JpegError("is cut off")
    code = data[at]
    if code in (0x00, 0xD8, 0xD9):
        raise JpegError(f"has the marker {code:02x} before its scan")
    return at + 1, code


def _frame_size(segment: bytes) -> tuple[int, int]:
    if len(segment) < 8:
        raise JpegError("has a frame header that is too short")
    height, width = int.from_bytes(segment[3:5], "big"), int.from_bytes(segment[5:7], "big")
    if not (width and height):
        raise JpegError(f"is {width}x{height} pixels")
    return width, height
