"""When the frames of a recording are due."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

LONGEST_GAP_SECONDS: Final = 60.0  # a larger step between two frames is a broken timestamp, not a pause
REBASE_SECONDS: Final = 1.0


class Playback:
    """Turns presentation times into moments of the monotonic clock: at the recording's own speed, loops joined.

    Args:
        frame_seconds: How long a frame lasts where timestamps do not say.
        clock: Monotonic seconds; replaced in tests.
    """

    def __init__(self, frame_seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._frame_seconds = frame_seconds
        self._clock = clock
        self._last: float | None = None
        self._last_seconds = frame_seconds
        self._due: float | None = None

    def due(self, time_seconds: float | None, duration: float | None = None) -> float:
        """Return when the frame at ``time_seconds`` of the recording is due, which lasts ``duration``.

        When playing fell more than a second behind (the computer slept), it goes on from here instead of rushing.
        """
        now = self._clock()
        self._due = now if self._due is None else self._due + self._step(time_seconds)
        if now - self._due > REBASE_SECONDS:
            self._due = now
        self._last = time_seconds
        self._last_seconds = duration or self._frame_seconds
        return self._due

    def _step(self, time_seconds: float | None) -> float:
        if time_seconds is None or self._last is None:
            return self._last_seconds
        step = time_seconds - self._last
        # The recording began again, or its timestamps jumped: the frame before has its full time, then this one comes.
        return step if 0 < step <= LONGEST_GAP_SECONDS else self._last_seconds
