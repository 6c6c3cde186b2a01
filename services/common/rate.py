"""Events per second, as seen by somebody who looks now."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable


class RateMeter:
    """Counts events over a sliding window and decays to zero when they stop.

    Args:
        window: Seconds looked back at.
        clock: Monotonic seconds; replaced in tests.
    """

    def __init__(self, window: float = 2.0, clock: Callable[[], float] = time.monotonic) -> None:
        self._window = window
        self._clock = clock
        self._times: deque[float] = deque()
        self._lock = threading.Lock()

    def tick(self) -> None:
        """Record one event, now."""
        now = self._clock()
        with self._lock:
            self._times.append(now)
            self._forget(now)

    def rate(self) -> float:
        """Return events per second: the gaps between the events in the window, stretched by the silence since."""
        now = self._clock()
        with self._lock:
            self._forget(now)
            if len(self._times) < 2:
                return 0.0
            gaps = len(self._times) - 1
            span = self._times[-1] - self._times[0]
            mean_gap = span / gaps
            silence = now - self._times[-1]
            if silence > 2 * mean_gap:  # events are overdue: count the silence in, so that the figure falls
                span += silence
            return gaps / span if span > 0 else 0.0

    def _forget(self, now: float) -> None:
        while self._times and self._times[0] < now - self._window:
            self._times.popleft()
