"""Wall and monotonic time, and who this process is."""

from __future__ import annotations

import secrets
import time
from typing import Final

# Tells a restarted service from the one before it: sequences and ids of one boot do not compare with another's.
BOOT_ID: Final = secrets.randbits(64)


def wall_ns_of_monotonic(monotonic_ns: int) -> int:
    """Return the wall clock time, in ns since the epoch, of a ``CLOCK_MONOTONIC`` reading such as a driver's stamp."""
    return time.time_ns() - (time.monotonic_ns() - monotonic_ns)
