"""The hand-over between two threads: one place, the newest wins."""

from __future__ import annotations

import threading
from typing import Generic, TypeVar

T = TypeVar("T")


class Slot(Generic[T]):
    """Holds at most one item. Putting replaces what nobody took, so a slow taker skips and never lags."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._item: T | None = None
        self._closed = False

    def put(self, item: T) -> bool:
        """Place ``item``, never blocking. Return whether an item that nobody took was overwritten."""
        with self._condition:
            overwritten = self._item is not None
            self._item = item
            self._condition.notify()
        return overwritten

    def take(self, timeout: float | None = None) -> T | None:
        """Wait for an item and remove it. Return None after ``timeout`` seconds, or once the slot is closed."""
        with self._condition:
            self._condition.wait_for(lambda: self._item is not None or self._closed, timeout)
            item, self._item = self._item, None
            return None if self._closed else item

    def close(self) -> None:
        """Wake every taker; from now on there is nothing to take."""
        with self._condition:
            self._closed = True
            self._item = None
            self._condition.notify_all()

    @property
    def closed(self) -> bool:
        """Whether :meth:`close` was called."""
        return self._closed
