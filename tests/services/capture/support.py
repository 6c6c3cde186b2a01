"""Pictures, videos and waiting, for the tests of capture."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from fractions import Fraction
from pathlib import Path
from typing import TypeVar

import av
import numpy as np
import simplejpeg
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from services.capture.sources.base import Picture, Pixels, Source
from services.capture.sources.intake import Intake
from services.capture.tally import Tally

T = TypeVar("T")
LEVEL_TOLERANCE = 6  # of a grey level after a lossy codec


def grey(level: int, width: int = 64, height: int = 48) -> Pixels:
    return np.full((height, width, 3), level, np.uint8)


def grey_jpeg(level: int, width: int = 64, height: int = 48) -> bytes:
    jpeg: bytes = simplejpeg.encode_jpeg(grey(level, width, height), colorspace="BGR")
    return jpeg


def level_of(picture: Picture | Pixels | bytes) -> int:
    """Return the grey level of a picture made by :func:`grey`."""
    pixels = picture.payload if isinstance(picture, Picture) else picture
    if isinstance(pixels, bytes):
        pixels = simplejpeg.decode_jpeg(pixels, colorspace="BGR")
    return round(float(pixels[8:-8, 8:-8].mean()))


def write_video(
    path: Path,
    levels: Sequence[int],
    *,
    fps: int = 30,
    size: tuple[int, int] = (64, 48),
    times: Sequence[float] | None = None,
    codec: str = "libx264",
    form: str | None = None,
) -> Path:
    """Write a video with one grey frame for each level, at ``times`` seconds where given."""
    options = {"preset": "ultrafast", "qp": "4"} if codec == "libx264" else {}
    with av.open(f"file:{path}", "w", format=form) as container:
        stream = container.add_stream(codec, rate=fps, options=options)
        assert isinstance(stream, VideoStream)
        stream.width, stream.height = size
        stream.pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
        stream.codec_context.time_base = Fraction(1, 1000)
        for index, level in enumerate(levels):
            frame = VideoFrame.from_ndarray(grey(level, *size), format="bgr24")
            frame.pts = round(1000 * (times[index] if times else index / fps))
            frame.time_base = Fraction(1, 1000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


@contextmanager
def opened(source: Source) -> Iterator[Source]:
    with closing(source):
        source.open()
        yield source


def new_intake(fps: float | None = None) -> tuple[Intake, Tally]:
    tally = Tally()
    return Intake(tally, fps), tally


def nearly(levels: Sequence[int], expected: Sequence[int]) -> bool:
    return len(levels) == len(expected) and all(
        abs(a - b) <= LEVEL_TOLERANCE for a, b in zip(levels, expected, strict=True)
    )


def has_frames(tally: Tally, number: int) -> bool:
    return tally.frames >= number
