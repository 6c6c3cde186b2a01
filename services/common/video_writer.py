"""Writes an MP4 that plays in every browser: H.264, 4:2:0, its index in front."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Final

import av
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange, Colorspace

# Ticks per second of the timestamps: any frame rate and any variable one fits.
TICKS: Final = 90_000
# How long a file stands without a point to seek to.
KEY_FRAME_SECONDS: Final = 4.0


@dataclass(frozen=True, slots=True)
class Encoding:
    """What x264 is told.

    Attributes:
        crf: Constant rate factor: how much may be lost, from 0, nothing, to 51.
        preset: How long it may search for what it can leave out.
        tune: What the pictures are like, or what is urgent; empty for neither.
    """

    crf: int
    preset: str
    tune: str = ""

    def options(self) -> dict[str, str]:
        """Return them as FFmpeg's options."""
        return {"crf": str(self.crf), "preset": self.preset} | ({"tune": self.tune} if self.tune else {})


class VideoWriter:
    """A video file of frames of one size, each with its own time; a context manager.

    Args:
        path: Where to.
        width: Of the frames, pixels; even.
        height: Likewise.
        fps: Frames per second on average.
        encoding: How.

    Raises:
        av.FFmpegError: The file cannot be written (an OSError as well, where it cannot be opened).
    """

    def __init__(self, path: Path, width: int, height: int, fps: float, encoding: Encoding) -> None:
        # "file:" keeps a colon in the name from being read as a protocol.
        self._container = av.open(f"file:{path}", "w", format="mp4", options={"movflags": "+faststart"})
        rate = Fraction(fps).limit_denominator(1001)
        self._stream = self._container.add_stream("libx264", rate=rate, options=encoding.options())
        self._stream.width, self._stream.height, self._stream.pix_fmt = width, height, "yuv420p"
        context = self._stream.codec_context
        context.time_base = Fraction(1, TICKS)
        context.gop_size = max(1, round(fps * KEY_FRAME_SECONDS))
        context.thread_count = len(os.sched_getaffinity(0))
        _say_colours(context)

    def __enter__(self) -> VideoWriter:
        return self

    def __exit__(self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None) -> None:
        if kind is not None:
            with suppress(av.FFmpegError):  # nobody will keep this file, and why is being told already
                self._container.close()
            return
        try:
            self._container.mux(self._stream.encode(None))
        finally:
            self._container.close()

    def add(self, frame: VideoFrame, seconds: float, duration: float) -> None:
        """Add a frame that is shown at ``seconds`` for ``duration`` seconds.

        Args:
            frame: Of the file's size; converted where it is not ``yuv420p``. Its pixels may change afterwards.
            seconds: More than of the frame before.
            duration: Seconds.

        Raises:
            av.FFmpegError: It cannot be written.
        """
        frame.time_base = Fraction(1, TICKS)
        frame.pts = round(seconds * TICKS)
        frame.duration = round(duration * TICKS)
        self._container.mux(self._stream.encode(frame))


def _say_colours(context: VideoCodecContext) -> None:
    """Say by what matrix blue, green and red became luma and chroma: what swscale and OpenCV both use unasked."""
    context.colorspace = Colorspace.ITU601
    context.color_range = ColorRange.MPEG
