"""A published stream that knows whether anybody listens, so that nothing is encoded for nobody."""

from __future__ import annotations

import threading
from typing import Final

import zmq
from zmq.utils.monitor import recv_monitor_message

from proto.codec import encode_frame
from proto.sockets import Bus, publisher
from proto.turnstile_pb2 import Frame

MONITOR_EVENTS: Final = zmq.EVENT_HANDSHAKE_SUCCEEDED | zmq.EVENT_DISCONNECTED | zmq.EVENT_MONITOR_STOPPED


class OutputStream:
    """One PUB socket with its readers counted. :meth:`send` and :meth:`close` are one thread's; the rest, anyone's."""

    def __init__(self, context: zmq.Context[zmq.Socket[bytes]], bus: Bus, name: str) -> None:
        self._socket = publisher(context)
        self.endpoint = bus.bind_stream(self._socket, name)
        self._monitor = self._socket.get_monitor_socket(MONITOR_EVENTS)
        self._readers = 0
        self._thread = threading.Thread(target=self._count_readers, name=f"readers-{name}", daemon=True)
        self._thread.start()

    @property
    def watched(self) -> bool:
        """Whether anybody is connected."""
        return self._readers > 0

    def send(self, frame: Frame, jpeg: bytes | memoryview) -> None:
        """Publish one picture; never blocks."""
        self._socket.send(encode_frame(frame, jpeg), copy=False)

    def close(self) -> None:
        """Close the socket; its address is free again."""
        self._socket.disable_monitor()
        self._thread.join()
        self._socket.close(linger=0)

    def _count_readers(self) -> None:
        while True:
            event = recv_monitor_message(self._monitor)["event"]
            if event == zmq.EVENT_MONITOR_STOPPED:
                break
            # A handshake, not a connection: a peer that never speaks ZeroMQ is no reader. Ends of connections that
            # never shook hands cannot be told apart, so the count stops at zero.
            change = 1 if event == zmq.EVENT_HANDSHAKE_SUCCEEDED else -1
            self._readers = max(0, self._readers + change)
        self._monitor.close(linger=0)
