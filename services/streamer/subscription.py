"""Messages of a conflated socket, on the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import zmq

from proto.sockets import subscriber


class Subscription:
    """Hands the newest message of a publisher to ``on_message``, as a view and without a copy.

    Raises:
        zmq.ZMQError: ``address`` is none.
    """

    def __init__(
        self, context: zmq.Context[zmq.Socket[bytes]], address: str, on_message: Callable[[memoryview], None]
    ) -> None:
        self.address = address
        self._context = context
        self._on_message = on_message
        self._loop = asyncio.get_running_loop()
        self._socket = self._connect()

    def close(self) -> None:
        """Disconnect; the publisher sees it at once. Safe to call again."""
        if not self._socket.closed:
            self._loop.remove_reader(int(self._socket.getsockopt(zmq.FD)))
            self._socket.close()

    def renew(self) -> None:
        """Connect anew, for a reader that hears nothing though it should.

        ZeroMQ reconnects by itself after a lost connection, but never after a peer that broke the protocol: an
        oversized message, or another program that had the port for a moment.
        """
        self.close()
        self._socket = self._connect()

    def _connect(self) -> zmq.Socket[bytes]:
        connection = subscriber(self._context)
        try:
            connection.connect(self.address)
        except zmq.ZMQError:
            connection.close()
            raise
        self._loop.add_reader(int(connection.getsockopt(zmq.FD)), self._receive)
        self._loop.call_soon(self._receive)
        return connection

    def _receive(self) -> None:
        if self._socket.closed:
            return
        try:
            message = self._socket.recv(zmq.NOBLOCK, copy=False)
        except zmq.Again:
            return
        # The descriptor tells of a change once, so look again; but let others have the loop in between.
        self._loop.call_soon(self._receive)
        self._on_message(message.buffer)
