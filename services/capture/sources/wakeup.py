"""A descriptor that another thread can make readable, to end a poll."""

from __future__ import annotations

import os
import threading


class WakeUp:
    """Wakes a thread that polls. Calls after :meth:`close` do nothing, so the waker need not know of it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._fd: int | None = os.eventfd(0, os.EFD_CLOEXEC)

    def fileno(self) -> int:
        """Return the descriptor, -1 once closed."""
        return -1 if self._fd is None else self._fd

    def set(self) -> None:
        """Make it readable, for good."""
        with self._lock:
            if self._fd is not None:
                os.eventfd_write(self._fd, 1)

    def close(self) -> None:
        """Give the descriptor back."""
        with self._lock:
            if self._fd is not None:
                os.close(self._fd)
                self._fd = None
