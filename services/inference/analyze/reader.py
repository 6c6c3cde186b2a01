"""Reads a video file to its very last frame, in pixels and with its own times."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from types import TracebackType
from typing import Final

import av
import numpy as np
from av.video.frame import VideoFrame

from services.common.video_file import VideoFileError, open_video
from services.common.video_frames import BgrConverter
from services.inference.detector.types import Image

DEFAULT_FPS: Final = 25.0
# What may be missing at the end before a file counts as cut off: rounding of the header's duration, another track
# that lasts longer.
SPARE_SECONDS: Final = 0.5
SPARE_SHARE_BESIDE_OTHERS: Final = 0.05


@dataclass(frozen=True, slots=True)
class VideoInfo:
    """A video file.

    Attributes:
        width: Of the upright picture, pixels.
        height: Likewise.
        fps: Frames per second on average, as the file says.
        frames: How many, as far as the file says; 0 where it does not.
    """

    path: Path
    width: int
    height: int
    fps: float
    frames: int


@dataclass(frozen=True, slots=True)
class Decoded:
    """One frame.

    Attributes:
        number: From 1, damaged frames counted.
        seconds: Since the first frame, by the file's own timestamps.
        duration: Seconds it is shown.
        image: (height, width, 3), upright; ours to draw into.
    """

    number: int
    seconds: float
    duration: float
    image: Image


class VideoReader:
    """One pass over a video file; a context manager.

    Args:
        path: The file.
        threads: Decoder threads; more than one delays the first frame.

    Raises:
        VideoFileError: It is not a video, or no picture in it can be decoded.
    """

    def __init__(self, path: Path, *, threads: int = 1) -> None:
        self._path = path
        self._container, self._stream = open_video(path)
        # Kept as the header has it: at the end of a cut file FFmpeg knows better, and says so here.
        self._promised_frames, self._promised_seconds = self._stream.frames, self._header_seconds()
        self.damaged = 0
        self._number = 0
        self._packets = 0
        self._origin: float | None = None
        self._last = 0.0
        self._next = 0.0
        self._longest = 0.0  # step between two frames
        try:
            self._stream.codec_context.thread_type = "AUTO"
            self._stream.codec_context.thread_count = threads
            self._decoded = self._frames()
            first = self._require_first()
        except VideoFileError:
            self.close()
            raise
        self._unread: list[tuple[int, VideoFrame]] = [first]
        self.info = self._describe(first[1])
        self._converter = BgrConverter(self.info.width, self.info.height)

    def __enter__(self) -> VideoReader:
        return self

    def __exit__(self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None) -> None:
        self.close()

    def __iter__(self) -> Iterator[Decoded]:
        """Yield every frame that is not damaged, once.

        Raises:
            VideoFileError: The file ends before it should.
        """
        unread, self._unread = self._unread, []
        for number, frame in chain(unread, self._decoded):
            seconds, duration = self._time(frame)
            yield Decoded(number, seconds, duration, np.ascontiguousarray(self._converter.convert(frame)))
        self._refuse_truncated()

    def close(self) -> None:
        """Give the file back."""
        self._container.close()

    @property
    def frames(self) -> int:
        """How many were read so far, damaged ones included."""
        return self._number

    def _require_first(self) -> tuple[int, VideoFrame]:
        first = next(self._decoded, None)
        if first is None:
            raise VideoFileError(f"{self._path} is not a video that can be read: no picture in it could be decoded")
        return first

    def _frames(self) -> Iterator[tuple[int, VideoFrame]]:
        packets = self._container.demux(self._stream)
        while True:
            try:
                packet = next(packets, None)
            except av.FFmpegError as error:
                raise self._cut_off() from error
            if packet is None:
                return
            self._packets += packet.size > 0
            try:
                frames = packet.decode()
            except av.FFmpegError:
                self._number += 1
                self.damaged += 1
                continue
            for frame in frames:
                self._number += 1
                if frame.is_corrupt:
                    self.damaged += 1
                else:
                    yield self._number, frame

    def _describe(self, first: VideoFrame) -> VideoInfo:
        turned = round(first.rotation / 90) % 2
        width, height = (first.height, first.width) if turned else (first.width, first.height)
        fps = float(self._stream.average_rate or self._stream.guessed_rate or DEFAULT_FPS)
        frames = self._promised_frames or round(self._promised_seconds * fps)
        return VideoInfo(self._path, width, height, fps, frames)

    def _time(self, frame: VideoFrame) -> tuple[float, float]:
        """Return when a frame is shown and for how long; where timestamps are missing or jump back, by the rate."""
        usual = 1 / self.info.fps
        stamp = frame.time
        if self._origin is None:
            self._origin = stamp if stamp is not None else 0.0
            seconds = 0.0
        else:
            seconds = stamp - self._origin if stamp is not None else self._next
            if seconds <= self._last:
                seconds = self._next
        duration = float(frame.duration * frame.time_base) if frame.duration and frame.time_base else usual
        self._longest = max(self._longest, seconds - self._last, usual)
        self._last, self._next = seconds, seconds + duration
        return seconds, duration

    def _refuse_truncated(self) -> None:
        """A cut file often just ends: what its header promised tells.

        Raises:
            VideoFileError: It was cut off.
        """
        missing = self._promised_seconds - max(0.0, self._origin or 0.0) - self._next
        lacks_frames = self._packets < self._promised_frames and missing > 1.5 * self._longest
        if lacks_frames or missing > self._spare():
            raise self._cut_off()

    def _header_seconds(self) -> float:
        """Return how long the video is by its header; 0 where that does not say."""
        if self._stream.duration and self._stream.time_base:
            return float(self._stream.duration * self._stream.time_base)
        return (self._container.duration or 0) / av.time_base

    def _spare(self) -> float:
        alone = len(self._container.streams) == 1
        return SPARE_SECONDS if alone else max(SPARE_SECONDS, SPARE_SHARE_BESIDE_OTHERS * self._next)

    def _cut_off(self) -> VideoFileError:
        return VideoFileError(f"{self._path} is truncated: nothing can be read behind frame {self._number}")
