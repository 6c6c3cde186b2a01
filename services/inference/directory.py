"""Follows capture's directory: which cameras there are, where, and in what state."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Final

import zmq

from proto.codec import WireError, decode_directory
from proto.sockets import Bus, Subscription
from proto.turnstile_pb2 import Directory
from services.inference.metrics import Metrics

log = logging.getLogger(__name__)

POLL_MS: Final = 200
SILENCE_SECONDS: Final = 1.5


class DirectoryFollower:
    """A thread that calls ``heard`` with each directory, and ``silent`` once when none comes any more."""

    def __init__(
        self,
        context: zmq.Context[zmq.Socket[bytes]],
        bus: Bus,
        metrics: Metrics,
        heard: Callable[[Directory], None],
        silent: Callable[[], None],
    ) -> None:
        self._subscription = Subscription(context, bus.directory)
        self._metrics = metrics
        self._heard = heard
        self._silent = silent
        self._stop = threading.Event()
        self._last: float | None = None
        self._thread = threading.Thread(target=self._follow, name="directory", daemon=True)

    @property
    def alive(self) -> bool:
        """Whether capture was heard just now."""
        return self._last is not None and time.monotonic() - self._last < SILENCE_SECONDS

    def start(self) -> None:
        """Begin to listen."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread."""
        self._stop.set()
        if self._thread.ident is not None:
            self._thread.join()
        self._subscription.close()

    def _follow(self) -> None:
        was_alive = False
        while not self._stop.is_set():
            message = self._subscription.receive(POLL_MS)
            if message is not None:
                self._read(message)
            if was_alive and not self.alive:
                log.warning("capture does not answer")
                self._silent()
            was_alive = self.alive

    def _read(self, message: zmq.Frame) -> None:
        try:
            directory = decode_directory(message.buffer)
        except WireError as error:
            self._metrics.wire_errors.labels(error.fault).inc()
            return
        if not self.alive:
            log.info("capture answers: %d camera(s)", len(directory.cameras))
        self._last = time.monotonic()
        self._heard(directory)
