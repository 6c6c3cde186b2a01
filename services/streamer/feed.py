"""One stream of one camera: its frames while it delivers, a slate while it does not."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal, Protocol

import zmq
from prometheus_client import Counter

from proto.codec import FrameMessage, WireError, decode_frame
from proto.sockets import Bus
from proto.turnstile_pb2 import ENCODING_JPEG, Frame
from services.common.rate import RateMeter
from services.streamer.directory import SILENCE_SECONDS, Directory
from services.streamer.picture import Picture
from services.streamer.slates import Slates
from services.streamer.subscription import Subscription

log = logging.getLogger(__name__)

Kind = Literal["annotated", "raw"]
# A page that is loaded again finds its stream still there.
LINGER_SECONDS: Final = 1.5


class Watcher(Protocol):
    """Somebody who is shown pictures."""

    def offer(self, picture: Picture) -> None:
        """Take ``picture``, or let it go; never blocks."""

    def end(self) -> None:
        """There will be no more pictures."""


@dataclass(frozen=True, slots=True)
class Upstream:
    """What every feed draws on."""

    context: zmq.Context[zmq.Socket[bytes]]
    bus: Bus
    directory: Directory
    slates: Slates
    wire_errors: Counter


class Feed:
    """Subscribed to inference from the first watcher until a moment after the last.

    Attributes:
        current: The newest picture, if it may still be shown.
        rate: Of the frames that came.
        newest: Header of the newest frame; None before the first.
    """

    def __init__(self, camera: str, kind: Kind, upstream: Upstream, on_unwatched: Callable[[Feed], None]) -> None:
        self.camera = camera
        self.kind: Kind = kind
        self.current: Picture | None = None
        self.rate = RateMeter()
        self.newest: Frame | None = None
        self._upstream = upstream
        self._directory = upstream.directory
        self._slates = upstream.slates
        self._on_unwatched = on_unwatched
        self._sequence = 0
        self._watchers: dict[Watcher, None] = {}
        self._loop = asyncio.get_running_loop()
        self._subscription: Subscription | None = None
        self._refused = ""  # an endpoint that is none
        self._slating: asyncio.Task[None] | None = None
        self._linger: asyncio.TimerHandle | None = None
        self._frame_at = self._loop.time()
        self._frame_ns = time.time_ns()
        self._timer = self._loop.call_later(SILENCE_SECONDS, self._check_silence)
        self.refresh()

    @property
    def watchers(self) -> int:
        """How many are shown this stream."""
        return len(self._watchers)

    @property
    def age(self) -> float | None:
        """Seconds since the capture of the newest frame, or None while there is none to show."""
        if self.current is None or not self.current.live:
            return None
        return max(0.0, (time.time_ns() - self.current.captured_ns) / 1e9)

    def attach(self, watcher: Watcher) -> None:
        """Show ``watcher`` the newest picture and those that follow."""
        if self._linger is not None:
            self._linger.cancel()
            self._linger = None
        self._watchers[watcher] = None
        if self.current is not None:
            watcher.offer(self.current)

    def detach(self, watcher: Watcher) -> None:
        """Show ``watcher`` no more."""
        if watcher not in self._watchers:  # this feed was closed
            return
        del self._watchers[watcher]
        if not self._watchers:
            self._linger = self._loop.call_later(LINGER_SECONDS, self._on_unwatched, self)

    def close(self) -> None:
        """Unsubscribe and end every watcher."""
        self._timer.cancel()
        if self._linger is not None:
            self._linger.cancel()
        if self._subscription is not None:
            self._subscription.close()
        self._stop_slates()
        self._directory.report_silence(self.camera, self.kind, None)
        watchers, self._watchers = self._watchers, {}
        for watcher in watchers:
            watcher.end()

    def refresh(self) -> None:
        """Follow what the directory says now: another endpoint, another state."""
        self._subscribe()
        if not self._directory.announced(self.camera).live:
            self._start_slates()

    def receive(self, message: memoryview) -> None:
        """Show a frame; one that cannot be read is counted and dropped."""
        try:
            frame = _decode_jpeg(message)
        except WireError as error:
            self._upstream.wire_errors.labels(error.fault).inc()
            return
        self._frame_at = self._loop.time()
        self._frame_ns = frame.header.capture_time_ns
        self.rate.tick()
        self._directory.report_silence(self.camera, self.kind, None)
        # A conflated message may be older than the directory's word that the camera is gone.
        if self._directory.announced(self.camera).live:
            self._sequence = frame.header.sequence
            self.newest = frame.header
            self._stop_slates()
            self._slates.note_frame(self.camera, frame.header)
            self._show(Picture.of(frame))

    def _show(self, picture: Picture) -> None:
        self.current = picture
        for watcher in tuple(self._watchers):
            watcher.offer(picture)

    def _subscribe(self) -> None:
        known = self._directory.cameras.get(self.camera)
        endpoint = (known.analysis.raw_endpoint if self.kind == "raw" else known.endpoint) if known else ""
        address = self._upstream.bus.resolve(endpoint) if endpoint else ""
        if not address or address == self._refused or (self._subscription and self._subscription.address == address):
            return
        if self._subscription is not None:
            self._subscription.close()
            self._subscription = None
        try:
            self._subscription = Subscription(self._upstream.context, address, self.receive)
        except zmq.ZMQError as error:
            self._refused = address
            log.warning("camera %s: cannot subscribe to %s: %s", self.camera, address, error)

    def _check_silence(self) -> None:
        left = self._frame_at + SILENCE_SECONDS - self._loop.time()
        self._timer = self._loop.call_later(left if left > 0 else SILENCE_SECONDS, self._check_silence)
        if left > 0:
            return
        self._start_slates()
        if self._subscription is not None and self._directory.announced(self.camera).live:
            self._subscription.renew()
        self._directory.report_silence(self.camera, self.kind, self._frame_ns)

    def _start_slates(self) -> None:
        if self._slating is None:
            if self.current is not None and self.current.live:
                self.current = None
            self._slating = self._loop.create_task(self._show_slates(), name=f"slates-{self.camera}-{self.kind}")
            self._slating.add_done_callback(_log_failure)

    def _stop_slates(self) -> None:
        if self._slating is not None:
            self._slating.cancel()
            self._slating = None

    async def _show_slates(self) -> None:
        while True:
            status = self._directory.status(self.camera)
            jpeg = await self._slates.draw(self.camera, status, self._directory.cameras.get(self.camera))
            self._show(Picture(jpeg, captured_ns=time.time_ns(), sequence=self._sequence, state=status.state))
            # A clock is in the picture: change with it, and not a moment too early.
            await asyncio.sleep(1.02 - time.time() % 1.0)


def _decode_jpeg(message: memoryview) -> FrameMessage:
    frame = decode_frame(message)
    if frame.header.encoding != ENCODING_JPEG:
        raise WireError("payload", "a stream for viewers has JPEG pictures")
    return frame


def _log_failure(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()):
        log.error("%s: %s", task.get_name(), error, exc_info=error)
