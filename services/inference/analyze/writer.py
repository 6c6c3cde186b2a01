"""Writes annotated pictures as an MP4 that plays in every browser: H.264, 4:2:0, its index in front."""

from __future__ import annotations

import os
from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Final

import av
import cv2
import numpy as np
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange, Colorspace

from services.inference.detector.types import Image

# Ticks per second of the timestamps: any frame rate and any variable one fits.
TICKS: Final = 90_000
CRF: Final = "23"
PRESET: Final = "superfast"
# How long a file stands without a point to seek to.
KEY_FRAME_SECONDS: Final = 4.0


class VideoWriter:
    """A video file of pictures of one size, each with its own time; a context manager.

    Args:
        path: Where to.
        width: Of the pictures, pixels; an odd one gains a column.
        height: Likewise.
        fps: Frames per second on average.
        low_latency: Encode each picture as it comes, without looking ahead.

    Raises:
        av.FFmpegError: The file cannot be written.
    """

    def __init__(self, path: Path, width: int, height: int, fps: float, *, low_latency: bool = False) -> None:
        self._width, self._height = width + width % 2, height + height % 2
        self._container = av.open(f"file:{path}", "w", format="mp4", options={"movflags": "+faststart"})
        options = {"crf": CRF, "preset": PRESET} | ({"tune": "zerolatency"} if low_latency else {})
        rate = Fraction(fps).limit_denominator(1001)
        self._stream = self._container.add_stream("libx264", rate=rate, options=options)
        self._stream.width, self._stream.height, self._stream.pix_fmt = self._width, self._height, "yuv420p"
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

    def add(self, image: Image, seconds: float, duration: float) -> None:
        """Add a picture that is shown at ``seconds`` for ``duration`` seconds.

        Raises:
            av.FFmpegError: It cannot be written.
        """
        frame = VideoFrame.from_numpy_buffer(self._to_yuv(image), format="yuv420p")
        frame.time_base = Fraction(1, TICKS)
        frame.pts = round(seconds * TICKS)
        frame.duration = round(duration * TICKS)
        self._container.mux(self._stream.encode(frame))

    def _to_yuv(self, image: Image) -> Image:
        rows, columns = image.shape[:2]
        if (columns, rows) != (self._width, self._height):
            bottom, right = self._height - rows, self._width - columns
            image = cv2.copyMakeBorder(image, 0, bottom, 0, right, cv2.BORDER_REPLICATE).astype(np.uint8, copy=False)
        # A third of what swscale takes for it; the colours of BT.601, and the file says so.
        return cv2.cvtColor(image, cv2.COLOR_BGR2YUV_I420).astype(np.uint8, copy=False)


def _say_colours(context: VideoCodecContext) -> None:
    context.colorspace = Colorspace.ITU601
    context.color_range = ColorRange.MPEG
