"""A published stream that knows whether anybody listens, so that nothing is encoded for nobody."""

from __future__ import annotations

import threading
from typing import Final

import zmq
from zmq.utils.monitor import recv_monitor_message

from proto.codec import encode_frame
from proto.sockets import Bus, publisher
from proto.turnstile_pb2 import Frame

MONITOR_EVENTS: Final = zmq.EVENT_ACCEPTED | zmq.EVENT_DISCONNECTED | zmq.EVENT_MONITOR_STOPPED


class OutputStream:
    """One PUB socket with its readers counted. :meth:`send` and :meth:`close` are one thread's; the rest, anyone's."""

    def __init__(self, context: zmq.Context[zmq.Socket[bytes]], bus: Bus, name: str) -> None:
        self._socket = publisher(context)
        self.endpoint = bus.bind_stream(self._socket, name)
        self._monitor = self._socket.get_monitor_socket(MONITOR_EVENTS)
        self._readers: set[int] = set()
        self._thread = threading.Thread(target=self._count_readers, name=f"readers-{name}", daemon=True)
        self._thread.start()

    @property
    def watched(self) -> bool:
        """Whether anybody is connected."""
        return bool(self._readers)

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
            message = recv_monitor_message(self._monitor)
            if message["event"] == zmq.EVENT_MONITOR_STOPPED:
                break
            # By descriptor: only accepting and ending a connection name it. Somebody who connects and never speaks
            # ZeroMQ counts as long as they stay, but their leaving takes no reader away.
            if message["event"] == zmq.EVENT_ACCEPTED:
                self._readers.add(message["value"])
            else:
                self._readers.discard(message["value"])
        self._monitor.close(linger=0)
