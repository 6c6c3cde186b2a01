"""Pixel formats of V4L2 devices: which to ask for, and how to make BGR24 of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from av.video.frame import VideoFrame

from services.capture.sources.base import Pixels, SourceError
from services.common.video_frames import BgrConverter, plane_rows

JPEG_FORMATS: Final = ("MJPG", "JPEG")
MAX_DEFAULT_SIZE: Final = (1920, 1080)  # where the configuration asks for none
DEFAULT_FPS: Final = 30.0

# For each plane, by how much its lines are shorter and fewer than the first one's.
_Planes = tuple[tuple[int, int], ...]
_PACKED: Final[_Planes] = ((1, 1),)
_SEMIPLANAR: Final[_Planes] = ((1, 1), (1, 2))
_PLANAR: Final[_Planes] = ((1, 1), (2, 2), (2, 2))
# In the order in which they are preferred: little data first, colour before grey.
RAW_FORMATS: Final[dict[str, tuple[str, _Planes]]] = {
    "NV12": ("nv12", _SEMIPLANAR),
    "NV21": ("nv21", _SEMIPLANAR),
    "YU12": ("yuv420p", _PLANAR),
    "YUYV": ("yuyv422", _PACKED),
    "UYVY": ("uyvy422", _PACKED),
    "YVYU": ("yvyu422", _PACKED),
    "BGR3": ("bgr24", _PACKED),
    "RGB3": ("rgb24", _PACKED),
    "GREY": ("gray", _PACKED),
}


@dataclass(frozen=True, slots=True)
class Mode:
    """A size that a device offers, and the most frames per second at it; 0 where it does not say."""

    width: int
    height: int
    fps: float


def choose_format(offered: Sequence[str], device: str) -> str:
    """Return the pixel format to ask for: the camera's own JPEG first.

    Raises:
        SourceError: There is none that we can read.
    """
    for name in (*JPEG_FORMATS, *RAW_FORMATS):
        if name in offered:
            return name
    raise SourceError(f"{device} offers only the pixel formats {', '.join(offered) or 'none'}, which cannot be read")


def choose_size(modes: Sequence[Mode], fps: float | None) -> tuple[int, int]:
    """Return the size to ask for where nobody said: the largest up to 1080p that comes at the wanted rate."""
    width, height = MAX_DEFAULT_SIZE
    fitting = [m for m in modes if m.width <= width and m.height <= height]
    if not fitting:
        return MAX_DEFAULT_SIZE
    wanted = fps or DEFAULT_FPS
    best = max(fitting, key=lambda m: (min(m.fps or wanted, wanted), m.width * m.height))
    return best.width, best.height


class RawConverter:
    """Makes BGR24 of a device's raw buffers.

    Args:
        pixel_format: One of ``RAW_FORMATS``.
        width: Pixels.
        height: Pixels.
        bytes_per_line: Of the first plane, padding included.
    """

    def __init__(self, pixel_format: str, width: int, height: int, bytes_per_line: int) -> None:
        av_format, self._planes = RAW_FORMATS[pixel_format]
        self._frame = VideoFrame(width, height, av_format)
        self._height = height
        self._bytes_per_line = bytes_per_line or self._frame.planes[0].line_size
        self._converter = BgrConverter()

    def convert(self, data: bytes) -> Pixels | None:
        """Return the pixels (height, width, 3), None where the buffer holds less than a picture."""
        source = np.frombuffer(data, np.uint8)
        start = 0
        for plane, (shorter, fewer) in zip(self._frame.planes, self._planes, strict=True):
            stride, lines = self._bytes_per_line // shorter, self._height // fewer
            if len(source) < start + stride * lines:
                return None
            rows = plane_rows(plane)
            used = min(stride, rows.shape[1])
            rows[:lines, :used] = source[start : start + stride * lines].reshape(lines, stride)[:, :used]
            start += stride * lines
        return self._converter.convert(self._frame)
