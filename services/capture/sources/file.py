"""Video files: played at their own speed, again and again."""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Final

import av
from av.container import InputContainer
from av.video.frame import VideoFrame

from services.capture.sources.base import Picture, SourceError, SourceInfo
from services.capture.sources.intake import Intake
from services.capture.sources.pacing import Pacer
from services.capture.sources.playback import Playback
from services.common.video_file import VideoFileError, identity, open_video
from services.common.video_frames import BgrConverter, set_up_threads

DEFAULT_FPS: Final = 25.0


class FileSource:
    """Plays a video file by its own timestamps; frames that are late are skipped, so it never lags.

    Args:
        path: The file.
        intake: Where frames are reported.
        width: Pixels wanted; None for the file's own.
        height: Pixels wanted; None for the file's own.
        loop: Begin again at the end, without a gap.
    """

    def __init__(
        self, path: Path, intake: Intake, *, width: int | None = None, height: int | None = None, loop: bool = True
    ) -> None:
        self._path = path
        self._intake = intake
        self._converter = BgrConverter(width, height)
        self._loop = loop
        self._pacer = Pacer(intake)
        self._container: InputContainer | None = None
        self._identity: tuple[int, ...] = ()

    def open(self) -> SourceInfo:
        """Open the file and read what is in it."""
        self._identity = self._current_identity()
        try:
            self._container, stream = open_video(self._path)
        except VideoFileError as error:
            raise SourceError(str(error)) from error
        set_up_threads(stream, may_delay=True)
        rate = float(stream.average_rate or stream.guessed_rate or 0)
        return SourceInfo(stream.codec_context.name, rate)

    def pictures(self) -> Iterator[Picture]:
        """Yield each frame when it is due."""
        container = self._opened()
        rate = float(container.streams.video[0].average_rate or DEFAULT_FPS)
        playback = Playback(1 / rate)
        for frame in self._frames():
            due = playback.due(frame.time, _duration(frame))
            if self._pacer.too_late(due, 1 / rate):
                self._intake.skip("late")
            elif self._intake.wants(due):
                pixels = self._converter.convert(frame)
                if not self._pacer.wait_until(due):
                    return
                height, width = pixels.shape[:2]
                yield Picture(pixels, width, height, time.time_ns())

    def interrupt(self) -> None:
        """End a wait for the next frame."""
        self._pacer.interrupt()

    def close(self) -> None:
        """Close the file."""
        if self._container is not None:
            self._container.close()
            self._container = None

    def _frames(self) -> Iterator[VideoFrame]:
        """Yield frames in order, pass after pass, from a file that may be replaced between two of them."""
        frames = self._one_pass()
        while True:
            first = next(frames, None)
            if first is None:
                raise SourceError(f"{self._path} is not a video that can be read: no picture in it could be decoded")
            for frame in chain([first], frames):
                yield frame
                if self._pacer.interrupted:
                    return
            if not self._loop:
                return
            frames = self._next_pass(first.time)

    def _one_pass(self) -> Iterator[VideoFrame]:
        container = self._opened()
        packets = container.demux(container.streams.video[0])
        while True:
            try:
                packet = next(packets, None)
            except av.FFmpegError:
                self._intake.skip("corrupt")  # nothing behind a broken container structure can be found
                return
            if packet is None:
                return
            self._intake.received(packet.size)
            try:
                frames = packet.decode()
            except av.FFmpegError:
                self._intake.skip("corrupt")
                continue
            for frame in frames:
                if frame.is_corrupt:
                    self._intake.skip("corrupt")
                else:
                    yield frame

    def _next_pass(self, first_time: float | None) -> Iterator[VideoFrame]:
        """Begin again. Seeking takes a few ms where opening anew takes 30, but not every format can do it."""
        if self._current_identity() == self._identity and self._seek_to_start():
            frames = self._one_pass()
            first = next(frames, None)
            if first is not None and first.time == first_time:
                return chain([first], frames)
        self.close()
        self.open()
        return self._one_pass()

    def _seek_to_start(self) -> bool:
        container = self._opened()
        try:
            container.seek(container.start_time or 0)
        except av.FFmpegError:
            return False
        return True

    def _current_identity(self) -> tuple[int, ...]:
        try:
            return identity(self._path)
        except VideoFileError as error:
            raise SourceError(str(error)) from error

    def _opened(self) -> InputContainer:
        if self._container is None:
            raise SourceError(f"{self._path} is not open")
        return self._container


def _duration(frame: VideoFrame) -> float | None:
    return float(frame.duration * frame.time_base) if frame.duration and frame.time_base else None
