"""One viewer's connection: the newest picture whenever the kernel takes it, and never a queue."""

from __future__ import annotations

import asyncio
import fcntl
import socket
import struct
import termios
import time
from collections.abc import Callable
from typing import Final

from services.streamer.picture import Buffers, Picture, remainder
from services.streamer.tally import Tally

# A viewer that acknowledged nothing for this long is gone; one that reads 20 KB/s acknowledges every few seconds.
STALL_SECONDS: Final = 10.0
# A capped viewer takes a picture that comes this part of its interval early, so that jitter costs it none.
EARLY: Final = 0.25


class RateCap:
    """Lets through at most ``fps`` pictures per second, evenly.

    Args:
        fps: More than 0.
    """

    def __init__(self, fps: float) -> None:
        self._interval = 1.0 / fps
        self._due = 0.0

    def admits(self, now: float) -> bool:
        """Say whether a picture may pass at ``now``, monotonic seconds, and if so count it."""
        if now < self._due - EARLY * self._interval:
            return False
        # What came a little late is made up for, so that the average holds; silence earns nothing.
        start = now if now - self._due > self._interval else self._due
        self._due = start + self._interval
        return True


class Viewer:
    """Sends pictures on a socket without ever waiting for it.

    A picture is the viewer's once the kernel took its first byte. While the kernel takes none, the newest picture
    waits in one place; the one that it replaces was skipped, for this viewer alone.

    Args:
        sock: Non-blocking, and this viewer's to close.
        head: Sent before the first picture.
        cap: Of this viewer, or None.
        tally: Of the stream.
        hang_up: Called when the viewer ends of itself: the connection broke, it stalled, its stream ended.
    """

    def __init__(
        self, sock: socket.socket, head: bytes, cap: RateCap | None, tally: Tally, hang_up: Callable[[], None]
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._sock = sock
        self._cap = cap
        self._tally = tally
        self._hang_up = hang_up
        self._rest: Buffers = (head,)
        self._picture: Picture | None = None  # the one whose rest that is
        self._next: Picture | None = None
        self._waiting = False  # for the kernel to take more
        self._closed = False
        self._state = ""
        self._accepted = 0
        self._acknowledged = 0
        self._progress_at = time.monotonic()
        self.since = self._progress_at
        self.sent = 0
        self.skipped = 0
        self._writable()

    def offer(self, picture: Picture) -> None:
        """Send ``picture``, now or as soon as the kernel takes it, unless a newer one comes first."""
        if self._closed:
            return
        # A change from the live picture to a slate, or back, is told whatever the cap.
        if self._cap and not self._cap.admits(time.monotonic()) and picture.state == self._state:
            self._tally.skipped_cap += 1
            return
        self._state = picture.state
        if not self._waiting:
            self._begin(picture)
        else:
            if self._next is not None:
                self.skipped += 1
                self._tally.skipped_slow += 1
            self._next = picture

    def check_progress(self, now: float) -> None:
        """Fail the viewer if its host acknowledged nothing for too long though there was something to take."""
        outstanding: int = struct.unpack("i", fcntl.ioctl(self._sock.fileno(), termios.TIOCOUTQ, b"\0" * 4))[0]
        acknowledged = self._accepted - outstanding
        if acknowledged > self._acknowledged or (outstanding == 0 and not self._waiting):
            self._acknowledged = acknowledged
            self._progress_at = now
        elif now - self._progress_at >= STALL_SECONDS:
            # Reset, or the kernel would keep what is unsent for as long as the viewer holds the connection open.
            self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.end()

    def close(self) -> None:
        """Send no more; safe to call again."""
        if not self._closed:
            self._closed = True
            self._wait(False)
            self._sock.close()
            self._next = None

    def end(self) -> None:
        """Close, and hang up."""
        if not self._closed:
            self.close()
            self._hang_up()

    def _begin(self, picture: Picture) -> None:
        sent = self._send(picture.parts)
        if sent == picture.size:
            self._finished(picture)
            return
        if sent:
            self._rest, self._picture = remainder(picture.parts, sent), picture
        else:
            self._next = picture
        self._wait(True)

    def _writable(self) -> None:
        if not self._rest:
            picture, self._next = self._next, None
            self._wait(False)
            if picture is not None:
                self._begin(picture)
            return
        self._rest = remainder(self._rest, self._send(self._rest))
        if self._rest:
            self._wait(True)
            return
        picture, self._picture = self._picture, None
        if picture is not None:
            self._finished(picture)
        # The next one is chosen when the kernel says again that it has room: by then there may be a newer one.
        self._wait(self._next is not None)

    def _send(self, parts: Buffers) -> int:
        try:
            sent = self._sock.sendmsg(parts)
        except BlockingIOError:
            return 0
        except OSError:
            self.end()
            return 0
        self._accepted += sent
        return sent

    def _finished(self, picture: Picture) -> None:
        self.sent += 1
        tally = self._tally
        tally.sent += 1
        tally.bytes += picture.size
        if picture.live:
            tally.observe_latency((time.time_ns() - picture.captured_ns) / 1e9)

    def _wait(self, waiting: bool) -> None:
        waiting = waiting and not self._closed
        if waiting and not self._waiting:
            self._loop.add_writer(self._sock.fileno(), self._writable)
        elif self._waiting and not waiting:
            self._loop.remove_writer(self._sock.fileno())
        self._waiting = waiting
