"""How long to wait before something that failed is tried again."""

from __future__ import annotations


class Backoff:
    """Delays that double from the shortest to the longest; from the shortest again once all is well.

    Args:
        first: Seconds.
        longest: Seconds.
    """

    def __init__(self, first: float, longest: float) -> None:
        self._first = first
        self._longest = longest
        self._next = first

    def delay(self) -> float:
        """Return the seconds to wait now; the next time it is twice as many."""
        delay = self._next
        self._next = min(2 * delay, self._longest)
        return delay

    def reset(self) -> None:
        """Begin at the shortest delay again."""
        self._next = self._first
