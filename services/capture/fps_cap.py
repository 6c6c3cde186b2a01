"""Fewer frames than the source gives, evenly spaced."""

from __future__ import annotations

from typing import Final

# A frame that is so little early still counts as on time: sources jitter.
TOLERANCE_SECONDS: Final = 0.01
TOLERANCE_OF_INTERVAL: Final = 0.25


class FpsCap:
    """Admits at most ``fps`` frames a second.

    Frames are held against a fixed timetable, not against the last admitted frame, so that a source of exactly the
    wanted rate loses none to jitter and 20 out of 30 stay 20.

    Args:
        fps: Frames per second; None admits all.
    """

    def __init__(self, fps: float | None) -> None:
        self._interval = 1.0 / fps if fps else 0.0
        self._tolerance = min(TOLERANCE_SECONDS, TOLERANCE_OF_INTERVAL * self._interval)
        self._due: float | None = None

    def admits(self, seconds: float) -> bool:
        """Say whether the frame of this time, on any clock that goes forward, is to be used."""
        interval = self._interval
        if not interval:
            return True
        if self._due is None or abs(seconds - self._due) > 2 * interval:  # the first, or after a gap or a jump
            self._due = seconds
        if seconds < self._due - self._tolerance:
            return False
        self._due += interval
        return True
