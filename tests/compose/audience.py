"""Viewers by the dozen, in one thread: each comes back at once when its stream ends, as the page does."""

from __future__ import annotations

import selectors
import socket
import threading
import time
from dataclasses import dataclass, field
from types import TracebackType
from typing import Final, Self

MARK: Final = b"X-Sequence:"
RETRY_SECONDS: Final = 0.2
CONNECT_SECONDS: Final = 2.0


@dataclass(slots=True)
class Seat:
    """One viewer. Times are monotonic seconds."""

    socket: socket.socket | None = None
    tail: bytes = b""
    parts: int = 0
    interruptions: int = 0
    last: float = field(default_factory=time.monotonic)
    longest_gap: float = 0.0
    retry_at: float = 0.0


class Audience:
    """``count`` viewers of one stream of 127.0.0.1, for as long as the context lasts."""

    def __init__(self, port: int, path: str, count: int) -> None:
        # Closed after a refusal too, or its seat would wait there for pictures.
        self._request = f"GET {path} HTTP/1.1\r\nHost: localhost:{port}\r\nConnection: close\r\n\r\n".encode()
        self._port = port
        self.seats = [Seat() for _ in range(count)]
        self._stop = threading.Event()
        self._selector = selectors.DefaultSelector()
        self._thread = threading.Thread(target=self._run, name="audience")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()

    def all_watch(self, parts: int = 2) -> bool:
        """Return whether each has seen so many pictures."""
        return all(seat.parts >= parts for seat in self.seats)

    def forget_gaps(self) -> None:
        """Begin to measure gaps and count interruptions anew."""
        for seat in self.seats:
            seat.longest_gap, seat.interruptions = 0.0, 0

    def longest_gap(self) -> float:
        """Return the longest that one of them saw nothing, now included, in seconds."""
        now = time.monotonic()
        return max(max(seat.longest_gap, now - seat.last) for seat in self.seats)

    def _run(self) -> None:
        try:
            while not self._stop.is_set():
                for seat in self.seats:
                    if seat.socket is None and time.monotonic() >= seat.retry_at:
                        self._connect(seat)
                for key, _ in self._selector.select(RETRY_SECONDS / 2):
                    self._read(key.data)
        finally:
            for seat in self.seats:
                self._leave(seat)
            self._selector.close()

    def _connect(self, seat: Seat) -> None:
        try:
            seat.socket = socket.create_connection(("127.0.0.1", self._port), CONNECT_SECONDS)
            seat.socket.sendall(self._request)
        except OSError:
            self._leave(seat)
            return
        seat.socket.setblocking(False)
        self._selector.register(seat.socket, selectors.EVENT_READ, seat)

    def _read(self, seat: Seat) -> None:
        try:
            data = seat.socket.recv(1 << 18) if seat.socket else b""
        except OSError:
            data = b""
        if not data:
            seat.interruptions += 1
            self._leave(seat)
            return
        text = seat.tail + data
        if found := text.count(MARK):
            now = time.monotonic()
            seat.longest_gap = max(seat.longest_gap, now - seat.last)
            seat.last = now
            seat.parts += found
        seat.tail = text[-len(MARK) + 1 :]

    def _leave(self, seat: Seat) -> None:
        if seat.socket is not None:
            if seat.socket.fileno() in {key.fd for key in self._selector.get_map().values()}:
                self._selector.unregister(seat.socket)
            seat.socket.close()
        seat.socket, seat.tail, seat.retry_at = None, b"", time.monotonic() + RETRY_SECONDS
