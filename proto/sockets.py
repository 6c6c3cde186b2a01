"""Conflated PUB/SUB sockets and the addresses they meet at.

A service's *bus* is where its sockets live: ``ipc:///run/turnstile/capture`` (a path that the sockets' names start
with) or ``tcp://capture:5550`` (the directory's port; streams take the ports above it). One PUB socket publishes the
service's directory; each camera stream has a PUB socket of its own, because a conflated socket keeps one message in
all, not one per topic. The directory says where each stream is.
"""

from __future__ import annotations

import hashlib
import ipaddress
import itertools
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self
from urllib.parse import urlsplit

import zmq

from proto.codec import MAX_MESSAGE_BYTES

# Peers are declared dead after this long without an answer, so that one that vanished without a FIN is noticed.
HEARTBEAT_INTERVAL_MS: Final = 500
HEARTBEAT_TIMEOUT_MS: Final = 1500
RECONNECT_MS: Final = 100
RECONNECT_MAX_MS: Final = 1000
# A reader that hears nothing for this long makes its socket anew.
PATIENCE_SECONDS: Final = 3.0
TCP_PORTS_PER_BUS: Final = 100
IPC_PATH_MAX: Final = 107  # sockaddr_un.sun_path less its NUL
DIRECTORY: Final = "directory"

_bound = itertools.count()


class BusError(ValueError):
    """A bus address that cannot be used; the message is a sentence for people."""


@dataclass(frozen=True, slots=True)
class Bus:
    """Where one service's sockets live.

    Attributes:
        url: ``ipc://PATH`` or ``tcp://HOST:PORT``.
    """

    url: str

    @classmethod
    def parse(cls, url: str) -> Self:
        """Check ``url``.

        Raises:
            BusError: It is neither an ipc path nor a tcp host and port.
        """
        if url.startswith("ipc://"):
            path = url.removeprefix("ipc://")
            longest = f"{path}-{'x' * 20}"
            if not path.startswith("/"):
                raise BusError(f"{url}: an ipc address is ipc:// and an absolute path")
            if len(longest.encode()) > IPC_PATH_MAX:
                raise BusError(f"{url}: the path is too long, a socket's name may have {IPC_PATH_MAX} bytes in all")
            return cls(url)
        parts = urlsplit(url)
        try:
            port = parts.port
        except ValueError:
            port = None
        if parts.scheme != "tcp" or not parts.hostname or not port or parts.path:
            raise BusError(f"{url}: expected ipc:///path or tcp://host:port")
        return cls(url)

    @property
    def is_ipc(self) -> bool:
        """Whether both ends are on one host."""
        return self.url.startswith("ipc://")

    @property
    def directory(self) -> str:
        """The address of the directory socket, to connect to."""
        return f"{self.url}-{DIRECTORY}" if self.is_ipc else self.url

    def resolve(self, endpoint: str) -> str:
        """Return the address to connect to for an ``endpoint`` that the directory names."""
        return f"{self.url}-{endpoint}" if self.is_ipc else f"tcp://{_host(self.url)}:{endpoint}"

    def bind_directory(self, socket: zmq.Socket[bytes]) -> None:
        """Bind ``socket`` as this bus's directory.

        Raises:
            BusError: The address cannot be bound: in use, not writable.
        """
        _bind(socket, self.directory if self.is_ipc else f"{self._interface}:{urlsplit(self.url).port}")

    def bind_stream(self, socket: zmq.Socket[bytes], name: str) -> str:
        """Bind ``socket`` as the stream ``name`` and return its endpoint for the directory.

        Raises:
            BusError: No address could be bound.
        """
        if self.is_ipc:
            # Hashed: a socket's path is short, a camera's name need not be. Numbered: libzmq closes in the background,
            # and would take away the file of a camera that was removed and added again.
            endpoint = f"{hashlib.blake2b(name.encode(), digest_size=6).hexdigest()}-{next(_bound)}"
            _bind(socket, f"{self.url}-{endpoint}")
            return endpoint
        first = (urlsplit(self.url).port or 0) + 1
        try:
            port = socket.bind_to_random_port(self._interface, first, first + TCP_PORTS_PER_BUS, TCP_PORTS_PER_BUS * 4)
        except zmq.ZMQError as error:
            raise BusError(f"no free port from {first} to {first + TCP_PORTS_PER_BUS} for {name}: {error}") from error
        return str(port)

    @property
    def _interface(self) -> str:
        # A literal address (127.0.0.1) is an interface to bind; a name (capture) is how others call this host.
        host = _host(self.url)
        try:
            ipaddress.ip_address(host)
        except ValueError:
            return "tcp://*"
        return f"tcp://{host}"


def publisher(context: zmq.Context[zmq.Socket[bytes]]) -> zmq.Socket[bytes]:
    """Return a PUB socket that keeps the newest message only, for each of its readers."""
    socket = context.socket(zmq.PUB)
    socket.setsockopt(zmq.CONFLATE, 1)
    _common(socket)
    return socket


def subscriber(context: zmq.Context[zmq.Socket[bytes]]) -> zmq.Socket[bytes]:
    """Return a SUB socket, subscribed to all, that keeps the newest message only. It reconnects for ever."""
    socket = context.socket(zmq.SUB)
    socket.setsockopt(zmq.CONFLATE, 1)
    socket.setsockopt(zmq.SUBSCRIBE, b"")
    # libzmq drops a peer that announces more than this before it allocates anything.
    socket.setsockopt(zmq.MAXMSGSIZE, MAX_MESSAGE_BYTES)
    socket.setsockopt(zmq.RECONNECT_IVL, RECONNECT_MS)
    socket.setsockopt(zmq.RECONNECT_IVL_MAX, RECONNECT_MAX_MS)
    _common(socket)
    return socket


def _common(socket: zmq.Socket[bytes]) -> None:
    # Any authentication domain makes libzmq refuse peers without ZMTP 3. Otherwise it takes the bytes of some other
    # program for ZMTP 1, believes them to be half a message, and a conflated socket then aborts the process
    # (fq.cpp: !_more). Nobody authenticates anybody here: no handler is registered, and none is required.
    socket.setsockopt(zmq.ZAP_DOMAIN, b"turnstile")
    socket.setsockopt(zmq.LINGER, 0)
    socket.setsockopt(zmq.HEARTBEAT_IVL, HEARTBEAT_INTERVAL_MS)
    socket.setsockopt(zmq.HEARTBEAT_TIMEOUT, HEARTBEAT_TIMEOUT_MS)
    socket.setsockopt(zmq.HEARTBEAT_TTL, HEARTBEAT_TIMEOUT_MS)


def _bind(socket: zmq.Socket[bytes], address: str) -> None:
    try:
        socket.bind(address)
    except zmq.ZMQError as error:
        if address.startswith("ipc://"):
            folder = Path(address.removeprefix("ipc://")).parent
            raise BusError(f"cannot open a socket in {folder}: {zmq.strerror(error.errno or 0)}") from error
        raise BusError(f"{address}: {zmq.strerror(error.errno or 0)}") from error


def _host(url: str) -> str:
    return urlsplit(url).hostname or ""


class Subscription:
    """A SUB socket that outlives anything its peer does. One thread uses it.

    libzmq reconnects after a broken connection, but ends a connection for good once the peer broke the protocol: sent a
    message beyond ``MAXMSGSIZE``, or is for a moment some other program on that port. So after ``patience`` seconds of
    silence the socket is made anew.
    """

    def __init__(
        self, context: zmq.Context[zmq.Socket[bytes]], address: str, *, patience: float = PATIENCE_SECONDS
    ) -> None:
        self._context = context
        self._address = address
        self._patience = patience
        self._open()

    def receive(self, timeout_ms: int) -> zmq.Frame | None:
        """Return the newest message, or None when none came for ``timeout_ms``."""
        if self._socket.poll(timeout_ms):
            self._heard = time.monotonic()
            return self._socket.recv(copy=False)
        if time.monotonic() - self._heard > self._patience:
            self._socket.close(linger=0)
            self._open()
        return None

    def close(self) -> None:
        """Close the socket."""
        self._socket.close(linger=0)

    def _open(self) -> None:
        self._socket = subscriber(self._context)
        self._socket.connect(self._address)
        self._heard = time.monotonic()
