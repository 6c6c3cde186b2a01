"""RTSP cameras: decoded here, never lagging behind."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from typing import Final, cast
from urllib.parse import urlsplit

import av
from av.codec.context import Flags
from av.container import InputContainer
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from services.capture.redact import redact
from services.capture.sources.base import Picture, SourceError, SourceInfo
from services.capture.sources.intake import Intake
from services.capture.sources.lag import LagMeter
from services.common.video_frames import BgrConverter, reason, set_up_threads

DEFAULT_PORT: Final = 554
OPEN_TIMEOUT_SECONDS: Final = 10.0
# Also how long it takes to notice an interrupt: FFmpeg's blocking read cannot be broken off from outside.
READ_TIMEOUT_SECONDS: Final = 5.0
# Over TCP, since a lost UDP packet smears the picture until the next key frame. No buffering for the sake of order.
OPTIONS: Final = {
    "rtsp_transport": "tcp",
    "fflags": "nobuffer",
    "max_delay": "0",
    "reorder_queue_size": "0",
    "analyzeduration": "2000000",
    "timeout": str(int(READ_TIMEOUT_SECONDS * 1e6)),
}
# A frame that is later than this and has others behind it is decoded, which cannot be left out, but not shown.
LATE_SECONDS: Final = 0.1
LATE_FRAME_EVERY_SECONDS: Final = 0.2
NO_ANSWER: Final = "does not answer"


class RtspSource:
    """An ``rtsp://`` or ``rtsps://`` stream; of frames that piled up only the newest are used.

    Args:
        url: With or without ``user:password@``.
        intake: Where frames are reported.
        width: Pixels wanted; None for the camera's own.
        height: Pixels wanted; None for the camera's own.
    """

    def __init__(self, url: str, intake: Intake, *, width: int | None = None, height: int | None = None) -> None:
        self._url = url
        self._shown = redact(url)
        self._intake = intake
        self._converter = BgrConverter(width, height)
        self._interrupted = threading.Event()
        self._container: InputContainer | None = None
        self._lag = LagMeter()
        self._shown_at = 0.0

    def open(self) -> SourceInfo:
        """Connect and learn what the camera sends."""
        self._look_up_host()
        began = time.monotonic()
        try:
            self._container = av.open(self._url, options=OPTIONS, timeout=(OPEN_TIMEOUT_SECONDS, READ_TIMEOUT_SECONDS))
        except (av.FFmpegError, OSError) as error:
            # A handshake that was broken off for its length is called invalid data.
            late = time.monotonic() - began >= OPEN_TIMEOUT_SECONDS
            raise SourceError(f"{self._shown} {NO_ANSWER if late else _why(error)}") from error
        if not self._container.streams.video:
            raise SourceError(f"{self._shown} sends no video")
        stream = self._container.streams.video[0]
        set_up_threads(stream, may_delay=False)
        stream.codec_context.flags |= Flags.low_delay
        return SourceInfo(stream.codec_context.name, float(stream.average_rate or 0))

    def pictures(self) -> Iterator[Picture]:
        """Yield each frame as it comes."""
        for packet in self._packets():
            for frame in self._decoded(packet):
                arrived_ns = time.time_ns()
                if self._too_late(frame):
                    self._intake.skip("late")
                elif self._intake.wants(time.monotonic()):
                    pixels = self._converter.convert(frame)
                    height, width = pixels.shape[:2]
                    yield Picture(pixels, width, height, arrived_ns)

    def interrupt(self) -> None:
        """End reading at the next packet, or when the read under way times out."""
        self._interrupted.set()

    def close(self) -> None:
        """Close the connection."""
        if self._container is not None:
            self._container.close()
            self._container = None

    def _look_up_host(self) -> None:
        # FFmpeg says "input/output error" for a name that nobody knows.
        try:
            parts = urlsplit(self._url)
            socket.getaddrinfo(parts.hostname, parts.port or DEFAULT_PORT)
        except socket.gaierror as error:
            raise SourceError(f"{self._shown} cannot be found: its name is not known") from error
        except ValueError as error:
            raise SourceError(f"{self._shown} is no valid address") from error

    def _packets(self) -> Iterator[Packet[VideoStream]]:
        """Yield the packets of the video; those of sound are read too, so that an interrupt is seen between them."""
        container = self._container
        if container is None:
            raise SourceError(f"{self._shown} is not open")
        video = container.streams.video[0].index
        packets = container.demux()
        while not self._interrupted.is_set():
            try:
                packet = next(packets, None)
            except (av.FFmpegError, OSError) as error:
                raise SourceError(f"{self._shown} {_why(error)}") from error
            if packet is None:
                raise SourceError(f"{self._shown} ended the stream")
            if isinstance(packet.stream, VideoStream) and packet.stream_index == video:
                self._intake.received(packet.size)
                yield cast("Packet[VideoStream]", packet)

    def _decoded(self, packet: Packet[VideoStream]) -> list[VideoFrame]:
        try:
            frames = packet.decode()
        except av.FFmpegError:
            self._intake.skip("corrupt")
            return []
        good = [frame for frame in frames if isinstance(frame, VideoFrame) and not frame.is_corrupt]
        for _ in range(len(frames) - len(good)):
            self._intake.skip("corrupt")
        return good

    def _too_late(self, frame: VideoFrame) -> bool:
        if frame.time is None:
            return False
        now = time.monotonic()
        late = self._lag.lag(now, frame.time) > LATE_SECONDS and now - self._shown_at < LATE_FRAME_EVERY_SECONDS
        if not late:
            self._shown_at = now
        return late


def _why(error: Exception) -> str:
    """Return the end of a sentence; without FFmpeg's own text, which repeats the address with its password."""
    if isinstance(error, av.HTTPUnauthorizedError):
        return "asks for a user and password, or for other ones: give them as rtsp://USER:PASSWORD@…"
    if isinstance(error, av.HTTPNotFoundError):
        return "has no such stream: 404"
    if isinstance(error, av.ExitError | TimeoutError):
        return NO_ANSWER
    if isinstance(error, ConnectionRefusedError):
        return "refuses the connection: nothing listens there"
    if isinstance(error, av.FFmpegError):
        return f"cannot be read: {reason(error)}"
    return "cannot be reached"
