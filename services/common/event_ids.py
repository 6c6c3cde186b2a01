"""Ids of events: ULIDs, which sort by time and are unique without anybody being asked.

48 bits of milliseconds and 80 random bits, as 26 characters of Crockford's base 32 (https://github.com/ulid/spec).
Within a process they rise strictly, also when the clock is set back; :meth:`EventIds.continue_after` makes that hold
across a restart. Two processes differ by their random bits.
"""

from __future__ import annotations

import re
import secrets
import threading
import time
from collections.abc import Callable
from typing import Final

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH: Final = 26
RANDOM_BITS: Final = 80
_WELL_FORMED: Final = re.compile(f"[0-7][{ALPHABET}]{{{LENGTH - 1}}}")
_SHIFTS: Final = tuple(range(5 * (LENGTH - 1), -1, -5))
_VALUES: Final = {character: value for value, character in enumerate(ALPHABET)}


class EventIds:
    """Makes ids, each greater than the one before. Any thread may ask.

    Args:
        clock_ns: Wall clock, ns since the epoch.
    """

    def __init__(self, clock_ns: Callable[[], int] = time.time_ns) -> None:
        self._clock_ns = clock_ns
        self._last = 0
        self._lock = threading.Lock()

    def next(self) -> str:
        """Return a new id."""
        with self._lock:
            fresh = (self._clock_ns() // 1_000_000) << RANDOM_BITS | secrets.randbits(RANDOM_BITS)
            same_time = fresh >> RANDOM_BITS <= self._last >> RANDOM_BITS
            self._last = self._last + 1 if same_time else fresh
            return _encode(self._last)

    def continue_after(self, event_id: str) -> None:
        """Make only ids greater than ``event_id`` from now on."""
        with self._lock:
            self._last = max(self._last, _decode(event_id))


def is_event_id(text: str) -> bool:
    """Return whether ``text`` is written like an id."""
    return _WELL_FORMED.fullmatch(text) is not None


def _encode(number: int) -> str:
    return "".join([ALPHABET[number >> shift & 31] for shift in _SHIFTS])


def _decode(event_id: str) -> int:
    number = 0
    for character in event_id:
        number = number << 5 | _VALUES[character]
    return number


EVENT_IDS: Final = EventIds()
"""Of this process."""
