"""How long to wait before a source is tried again."""

from __future__ import annotations

from typing import Final

FIRST_SECONDS: Final = 1.0
LONGEST_SECONDS: Final = 30.0


class Backoff:
    """Delays of 1 s, doubling to 30 s, from the start again once the source has delivered for a while."""

    def __init__(self) -> None:
        self._next = FIRST_SECONDS

    def delay(self) -> float:
        """Return the seconds to wait now; the next time it is twice as many."""
        delay = self._next
        self._next = min(2 * delay, LONGEST_SECONDS)
        return delay

    def reset(self) -> None:
        """Begin at the shortest delay again."""
        self._next = FIRST_SECONDS
