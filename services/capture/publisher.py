"""The heartbeat of the service: watches the cameras and publishes the directory of them."""

from __future__ import annotations

import threading
import time
from typing import Final

import zmq

from proto.codec import encode_directory
from proto.sockets import Bus, publisher
from services.capture.directory import directory
from services.capture.manager import CameraManager

HEARTBEAT_SECONDS: Final = 0.25


class DirectoryPublisher:
    """Publishes the directory from a thread of its own, four times a second and at each change.

    Args:
        context: Makes the PUB socket.
        bus: Where it is bound.
        changed: Set by whoever changed something that the directory tells.
        manager: Knows the cameras.

    Raises:
        BusError: The bus cannot be bound.
    """

    def __init__(
        self, context: zmq.Context[zmq.Socket[bytes]], bus: Bus, changed: threading.Event, manager: CameraManager
    ) -> None:
        self._changed = changed
        self._manager = manager
        self._stop = threading.Event()
        self._socket = publisher(context)
        try:
            bus.bind_directory(self._socket)
        except BaseException:
            self._socket.close(linger=0)
            raise
        self._thread = threading.Thread(target=self._run, name="directory", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End, and close the socket."""
        self._stop.set()
        self._changed.set()
        if self._thread.ident is not None:
            self._thread.join()
        self._socket.close(linger=0)

    def _run(self) -> None:
        while not self._stop.is_set():
            self._changed.wait(HEARTBEAT_SECONDS)
            self._changed.clear()
            self._manager.watch()
            self._socket.send(encode_directory(directory(self._manager.views(), time.time_ns())))
