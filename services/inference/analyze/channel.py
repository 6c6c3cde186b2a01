"""The hand-over between two threads that must lose nothing: a bounded queue that knows its end."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from typing import Generic, TypeVar

T = TypeVar("T")


class Channel(Generic[T]):
    """A queue of at most ``room`` items between one thread that puts and one that iterates.

    Either side may end it: :meth:`finish` lets the reader take what is left, :meth:`close` tells the writer that
    nobody will take any more.
    """

    def __init__(self, room: int) -> None:
        self._room = room
        self._items: deque[T] = deque()
        self._finished = False
        self._closed = False
        self._changed = threading.Condition()

    def put(self, item: T) -> bool:
        """Wait for room and add ``item``; return False, and drop it, once the reader has gone."""
        with self._changed:
            self._changed.wait_for(lambda: len(self._items) < self._room or self._closed)
            if not self._closed:
                self._items.append(item)
                self._changed.notify_all()
            return not self._closed

    def finish(self) -> None:
        """Say that nothing more will come."""
        with self._changed:
            self._finished = True
            self._changed.notify_all()

    def close(self) -> None:
        """Say that nothing more will be taken."""
        with self._changed:
            self._closed = True
            self._items.clear()
            self._changed.notify_all()

    def __iter__(self) -> Iterator[T]:
        """Yield each item as it comes; ends when the writer has finished."""
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._items or self._finished or self._closed)
                if not self._items:
                    return
                item = self._items.popleft()
                self._changed.notify_all()
            yield item
