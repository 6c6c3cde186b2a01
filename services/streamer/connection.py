"""Taking a connection over from uvicorn, for answers that must not pass through its buffers."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Generator
from typing import Any, Final

import uvicorn
from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

EXTENSION: Final = "turnstile.connection"
# What the kernel accepts at once: a 1080p frame goes out in one call.
SEND_BUFFER_BYTES: Final = 256 * 1024
# How much of it may be unsent before the next picture is chosen: what a slow viewer's picture is late by.
UNSENT_BYTES: Final = 64 * 1024
# The kernel gives a peer up that acknowledges nothing for this long.
USER_TIMEOUT_MS: Final = 8000
ABORT_SECONDS: Final = 0.5


class Connection:
    """The transport under a request."""

    def __init__(self, transport: asyncio.Transport, flow: FlowControl) -> None:
        self._transport = transport
        self._flow = flow

    async def take_over(self) -> socket.socket | None:
        """Return a socket of our own for the connection, once all that uvicorn wrote on it is sent.

        None if the client hung up meanwhile. uvicorn keeps the reading side: it tells when the client hangs up.
        """
        self._transport.set_write_buffer_limits(high=0)
        await self._flow.drain()
        if self._transport.is_closing():
            return None
        # A duplicate: the event loop lets nobody else watch the descriptor of a transport.
        sock: socket.socket = self._transport.get_extra_info("socket").dup()
        sock.setblocking(False)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, UNSENT_BYTES)
        # Whoever takes over watches for progress itself: the kernel's limit also ends a slow peer with a small window
        # that reads on, because it forgets a full window only when all of a big segment fits.
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, 0)
        return sock

    def close(self) -> None:
        """Hang up; uvicorn then tells the request that its client disconnected."""
        self._transport.close()


class Protocol(HttpToolsProtocol):
    """uvicorn's HTTP, whose requests know their connection."""

    def on_message_begin(self) -> None:
        """Begin a request."""
        super().on_message_begin()
        extensions: dict[str, Any] = {EXTENSION: Connection(self.transport, self.flow)}
        self.scope["extensions"] = extensions

    def shutdown(self) -> None:
        """End the connection; one whose client does not take its answer is cut off."""
        super().shutdown()
        self.loop.call_later(ABORT_SECONDS, self.transport.abort)


class Server(uvicorn.Server):
    """uvicorn without signal handlers: the life cycle of a service is its own business."""

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Leave signals alone."""
        yield


def limit_silence(listener: socket.socket) -> None:
    """Have the kernel end connections of ``listener`` whose peer acknowledges nothing any more."""
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, USER_TIMEOUT_MS)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
