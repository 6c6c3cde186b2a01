"""What came from a camera and what became of it, counted."""

from __future__ import annotations

import threading
import time
from collections import deque
from typing import Final, Literal, get_args

from services.common.rate import RateMeter

SkipCause = Literal["fps_cap", "late", "superseded", "corrupt"]
SKIP_CAUSES: Final[tuple[SkipCause, ...]] = get_args(SkipCause)
RECENT_FRAMES: Final = 8


class Tally:
    """Counts of one camera; they only grow, whatever happens to its source. Safe in any thread.

    Attributes:
        frames: Frames that the source delivered. Each is either published or skipped.
        published: Frames sent on the wire.
        skipped: Frames not sent, by cause.
        dropped: Frames lost before they reached us, as far as the driver tells.
        reconnects: Times the source was opened again.
        received_bytes: Payload bytes that the source delivered.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.frames = 0
        self.published = 0
        self.skipped: dict[SkipCause, int] = dict.fromkeys(SKIP_CAUSES, 0)
        self.dropped = 0
        self.reconnects = 0
        self.received_bytes = 0
        self.rate = RateMeter()
        self._arrivals: deque[float] = deque(maxlen=RECENT_FRAMES)

    def arrived(self, size: int = 0) -> None:
        """Count a frame that the source delivered, of ``size`` bytes."""
        with self._lock:
            self.frames += 1
            self.received_bytes += size
            self._arrivals.append(time.monotonic())
        self.rate.tick()

    def receive(self, size: int) -> None:
        """Count bytes of no frame yet."""
        with self._lock:
            self.received_bytes += size

    def skip(self, cause: SkipCause) -> None:
        """Count a delivered frame that is not published."""
        with self._lock:
            self.skipped[cause] += 1

    def publish(self) -> None:
        """Count a delivered frame that was published."""
        with self._lock:
            self.published += 1

    def drop(self, frames: int) -> None:
        """Count frames that the driver or the network lost."""
        with self._lock:
            self.dropped += frames

    def reconnect(self) -> None:
        """Count an attempt to open the source again."""
        with self._lock:
            self.reconnects += 1

    def interval(self) -> float:
        """Return the mean seconds between the latest frames, 0 while there are too few to tell."""
        with self._lock:
            if len(self._arrivals) < 2:
                return 0.0
            return (self._arrivals[-1] - self._arrivals[0]) / (len(self._arrivals) - 1)

    def restart_intervals(self) -> None:
        """Forget when frames came: what follows an outage says nothing of it."""
        with self._lock:
            self._arrivals.clear()
