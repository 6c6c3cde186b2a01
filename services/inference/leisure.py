"""When the detector may take the way that costs least instead of the quickest."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

LEISURE_FIRST_SECONDS: Final = 2.0
LEISURE_MAX_SECONDS: Final = 600.0


class Leisure:
    """Decides whether the detector may take its time: nobody watches, and it keeps up with the cameras all the same.

    Args:
        clock: Monotonic seconds; replaced in tests.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._hold = LEISURE_FIRST_SECONDS
        self._until = 0.0
        self._relaxed = False

    def may_relax(self, *, watched: bool) -> bool:
        """Return whether the next picture may be analysed the cheap way."""
        self._relaxed = not watched and self._clock() >= self._until
        return self._relaxed

    def pressed(self) -> None:
        """Hear that a picture had to be skipped: hurry for a while, for longer if the leisure was the reason."""
        if self._relaxed:
            self._hold = min(self._hold * 2, LEISURE_MAX_SECONDS)
        self._relaxed = False
        self._until = self._clock() + self._hold
