"""The thread of one camera: opens its source, publishes its pictures, tries again for ever."""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass
from itertools import count
from typing import Final, Protocol

import zmq
from prometheus_client import Histogram

from proto.sockets import Bus, BusError, publisher
from services.capture.jpeg import JpegError
from services.capture.sources import local_path, make_source
from services.capture.sources.base import Picture, Source, SourceError
from services.capture.sources.intake import Intake
from services.capture.status import Format, State
from services.capture.tally import Tally
from services.capture.watchdog import Phase, Progress
from services.capture.wire import WireEncoder
from services.common.backoff import Backoff
from services.common.config import CameraConfig

log = logging.getLogger(__name__)

RECONNECT_FIRST_SECONDS: Final = 1.0
RECONNECT_MAX_SECONDS: Final = 30.0
# A source that delivered for so long was well: its next failure is a new one.
WELL_SECONDS: Final = 10.0
LOOK_FOR_PATH_SECONDS: Final = 0.5
THREAD_PREFIX: Final = "camera-"


@dataclass(frozen=True, slots=True)
class Wiring:
    """What all cameras share.

    Attributes:
        context: Makes their PUB sockets.
        bus: Where these are bound.
        publish_seconds: From a picture to its message being handed to ZeroMQ; a label for the camera.
    """

    context: zmq.Context[zmq.Socket[bytes]]
    bus: Bus
    publish_seconds: Histogram


class Reporter(Protocol):
    """Whom a worker tells how it goes; ``worker`` says who speaks, since one that was replaced is not listened to."""

    def report(self, worker: Worker, state: State, cause: str = "") -> None:
        """Take in a new state."""

    def bound(self, worker: Worker, endpoint: str) -> None:
        """Take in where the frame stream is."""

    def delivered(self, worker: Worker, form: Format) -> None:
        """Take in that a frame of this form was published."""


class Worker:
    """Serves one camera under one configuration until it is stopped.

    Args:
        camera: Its id.
        config: What to open and how.
        wiring: What all cameras share.
        tally: Counts frames; outlives the worker.
        reporter: Is told of every change.
        generation: Tells it from the workers before it, which may still hold their sockets.
        delay: Seconds to wait before it begins.
    """

    def __init__(
        self,
        camera: str,
        config: CameraConfig,
        wiring: Wiring,
        tally: Tally,
        reporter: Reporter,
        *,
        generation: int,
        delay: float = 0.0,
    ) -> None:
        self.intake = Intake(tally, config.fps)
        self.progress = Progress("opening", time.monotonic())
        self._config = config
        self._wiring = wiring
        self._tally = tally
        self._reporter = reporter
        self._stream = f"{camera}.{generation}"
        self._encoder = WireEncoder(camera, config.wire, local=wiring.bus.is_ipc)
        self._publish_seconds = wiring.publish_seconds.labels(camera)
        self._delay = delay
        self._finished = False
        self._stop = threading.Event()
        self._source: Source | None = None
        self._thread = threading.Thread(target=self._run, name=f"{THREAD_PREFIX}{camera}", daemon=True)

    @property
    def failed(self) -> bool:
        """Whether its thread ended by an error that nobody foresaw."""
        return self._thread.ident is not None and not self._thread.is_alive() and not self._finished

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Ask it to end; a read that blocks is broken off where the source allows."""
        self._stop.set()
        self._interrupt()

    def join(self, timeout: float) -> bool:
        """Wait for its end, ``timeout`` seconds at most; return whether it came."""
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def reopen(self) -> None:
        """Break off reading and open the source again; the state stays as it was reported."""
        self.progress = Progress("reading", self.progress.since, asked_at=time.monotonic())
        self._interrupt()

    def _interrupt(self) -> None:
        source = self._source
        if source is not None:
            source.interrupt()

    def _run(self) -> None:
        if self._delay:
            self._enter("waiting")
            self._stop.wait(self._delay)
        socket = publisher(self._wiring.context)
        try:
            self._serve(socket)
            self._finished = True
        finally:
            socket.close(linger=0)

    def _serve(self, socket: zmq.Socket[bytes]) -> None:
        backoff = Backoff(RECONNECT_FIRST_SECONDS, RECONNECT_MAX_SECONDS)
        bound = False
        for attempt in count():
            if attempt:
                self._tally.reconnect()
            self._enter("opening")
            try:
                if not bound:
                    self._reporter.bound(self, self._wiring.bus.bind_stream(socket, self._stream))
                    bound = True
                if self._play(socket, backoff):
                    self._reporter.report(self, "ended", "the video has ended")
                    return
            except (SourceError, BusError) as error:
                if self.progress.asked_at is None:
                    self._reporter.report(self, "offline", str(error))
            self._enter("waiting")
            if self._wait(backoff):
                return

    def _play(self, socket: zmq.Socket[bytes], backoff: Backoff) -> bool:
        """Publish what the source gives; return whether it ended by itself."""
        source = make_source(self._config, self.intake)
        self._source = source
        try:
            if self._stop.is_set():
                return False
            info = source.open()
            opened = time.monotonic()
            self._enter("reading")
            for picture in source.pictures():
                if self._stop.is_set() or self.progress.asked_at is not None:
                    return False
                self._publish(socket, picture, Format(picture.width, picture.height, info.pixel_format, info.fps))
                if time.monotonic() - opened >= WELL_SECONDS:
                    backoff.reset()
            return not self._stop.is_set() and self.progress.asked_at is None
        finally:
            self._source = None
            source.close()

    def _publish(self, socket: zmq.Socket[bytes], picture: Picture, form: Format) -> None:
        began = time.perf_counter()
        try:
            message = self._encoder.encode(picture, self._tally.frames)
        except JpegError:
            self._tally.skip("corrupt")
            return
        # Handed over, not copied again: a raw 1080p message of 6 MB takes 0.3 ms so, and 4 ms with a copy.
        socket.send(message, copy=False)
        self._publish_seconds.observe(time.perf_counter() - began)
        self._tally.publish()
        self._enter("reading")
        self._reporter.delivered(self, form)

    def _enter(self, phase: Phase) -> None:
        if phase != "reading" or self.progress.asked_at is None:
            self.progress = Progress(phase, time.monotonic())

    def _wait(self, backoff: Backoff) -> bool:
        """Wait before the next attempt; return whether to end instead. A path that appears ends the wait at once."""
        until = time.monotonic() + backoff.delay()
        path = local_path(self._config.source)
        missing = path is not None and not path.exists()
        while (left := until - time.monotonic()) > 0:
            if self._stop.wait(min(left, LOOK_FOR_PATH_SECONDS) if missing else left):
                return True
            if missing and path is not None and path.exists():
                backoff.reset()
                return False
        return self._stop.is_set()
