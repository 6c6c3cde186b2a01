"""Whether a live stream is read as fast as it comes."""

from __future__ import annotations

from typing import Final

WINDOW_SECONDS: Final = 30.0
RESTART_STEP_SECONDS: Final = 10.0  # timestamps that jump by more begin a new reckoning


class LagMeter:
    """Tells how far a reader is behind a live stream.

    A frame that arrives promptly does so a constant time after its timestamp. That constant is the least difference
    seen of late; of late only, because the clocks of camera and computer drift apart.
    """

    def __init__(self) -> None:
        self._start: float | None = None
        self._previous: float | None = None
        self._current: float | None = None
        self._latest: float | None = None

    def lag(self, now: float, timestamp: float) -> float:
        """Return by how many seconds the frame of this timestamp is late at ``now``, both on steady clocks."""
        difference = now - timestamp
        if self._latest is not None and abs(difference - self._latest) > RESTART_STEP_SECONDS:
            self._start = self._previous = self._current = None
        self._latest = difference
        if self._start is None or now - self._start > WINDOW_SECONDS:
            self._start, self._previous, self._current = now, self._current, None
        self._current = difference if self._current is None else min(self._current, difference)
        least = self._current if self._previous is None else min(self._current, self._previous)
        return difference - least
