"""MJPEG over HTTP: the camera's own JPEGs, passed on undecoded."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from email.message import Message
from typing import Final

from services.capture.jpeg import JpegError, decode_jpeg, whole
from services.capture.sources.base import Picture, SourceError, SourceInfo
from services.capture.sources.http_client import HttpStream
from services.capture.sources.intake import Intake
from services.capture.sources.multipart import MAX_PART_BYTES, MultipartError, MultipartParser
from services.common.sizes import fit
from services.common.video_frames import resize

READ_BYTES: Final = 1 << 18
SNAPSHOTS_PER_SECOND: Final = 5.0


class MjpegSource:
    """JPEGs over HTTP; of several that piled up only the newest is used.

    They come as a ``multipart/x-mixed-replace`` stream, or one at a time from an address that gives a single JPEG.

    Args:
        url: ``http://`` or ``https://``, with or without ``user:password@``.
        intake: Where frames are reported.
        width: Pixels wanted; None for the camera's own. Another size than that has to be decoded and scaled.
        height: Pixels wanted; None for the camera's own.
        fps: How often an address that gives a single JPEG is asked for the next one.
    """

    def __init__(
        self,
        url: str,
        intake: Intake,
        *,
        width: int | None = None,
        height: int | None = None,
        fps: float | None = None,
    ) -> None:
        self._wanted = width, height
        self._poll_seconds = 1 / (fps or SNAPSHOTS_PER_SECOND)
        self._stream = HttpStream(url)
        self._intake = intake
        self._parser: MultipartParser | None = None
        self._interrupted = threading.Event()

    def open(self) -> SourceInfo:
        """Connect and see what is offered."""
        headers = self._stream.open()
        if headers.get_content_type() == "image/jpeg":
            return SourceInfo("JPEG", 1 / self._poll_seconds)
        self._parser = MultipartParser(self._boundary(headers))
        return SourceInfo("MJPG")

    def pictures(self) -> Iterator[Picture]:
        """Yield the newest JPEG, whenever one is whole."""
        newest: tuple[bytes, int] | None = None
        for part in self._parts(self._parser) if self._parser else self._snapshots():
            if part is None:  # all that lay ready is read
                if newest is not None and (picture := self._picture(*newest)):
                    yield picture
                newest = None
            else:
                if newest is not None:
                    self._intake.skip("superseded", len(newest[0]))
                newest = part, time.time_ns()

    def interrupt(self) -> None:
        """End a read that waits for the network."""
        self._interrupted.set()
        self._stream.interrupt()

    def close(self) -> None:
        """Close the connection."""
        self._stream.close()

    def _parts(self, parser: MultipartParser) -> Iterator[bytes | None]:
        """Yield the bodies of parts as they become whole, and None whenever nothing more lies ready."""
        while data := self._stream.read(READ_BYTES):
            try:
                yield from parser.feed(data)
            except MultipartError as error:
                raise SourceError(f"{self._stream.shown} {error}") from error
            if not self._stream.more_waits():
                if finished := parser.take_finished_jpeg():
                    yield finished
                yield None
        if not self._interrupted.is_set():
            raise SourceError(f"{self._stream.shown} ended the stream")

    def _snapshots(self) -> Iterator[bytes | None]:
        """Yield one JPEG after another, each asked for anew, and None behind each."""
        while True:
            due = time.monotonic() + self._poll_seconds
            yield self._body()
            yield None
            self._intake.expect_silence(max(0.0, due - time.monotonic()))
            if self._interrupted.wait(max(0.0, due - time.monotonic())):
                return
            self._stream.open()

    def _body(self) -> bytes:
        body = bytearray()
        while data := self._stream.read(READ_BYTES):
            body += data
            if len(body) > MAX_PART_BYTES:
                raise SourceError(f"{self._stream.shown} sends a picture without end")
        return bytes(body)

    def _picture(self, part: bytes, capture_time_ns: int) -> Picture | None:
        try:
            header, jpeg = whole(part)
        except JpegError:
            self._intake.skip("corrupt", len(part))
            return None
        if not self._intake.wants(time.monotonic(), len(part)):
            return None
        size = fit(header.width, header.height, *self._wanted)
        if size == (header.width, header.height):
            return Picture(jpeg, *size, capture_time_ns)
        try:
            return Picture(resize(decode_jpeg(jpeg), *size), *size, capture_time_ns)
        except JpegError:
            self._intake.spoilt()
            return None

    def _boundary(self, headers: Message) -> str:
        kind = headers.get_content_type()
        if not kind.startswith("multipart/"):
            raise SourceError(f"{self._stream.shown} sends {kind}, not MJPEG (multipart/x-mixed-replace)")
        boundary = headers.get_param("boundary")
        if not isinstance(boundary, str) or not boundary.strip():
            raise SourceError(f"{self._stream.shown} names no boundary between its pictures")
        return boundary.strip()
