"""Ctrl-C, taken as the wish to end in order: what was done so far is kept."""

from __future__ import annotations

import signal
from types import FrameType, TracebackType
from typing import Any


class Interrupt:
    """Notes SIGINT and SIGTERM while it is entered, the first time; after that they do what they always do."""

    def __init__(self) -> None:
        self._signal = 0
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Interrupt:
        for number in (signal.SIGINT, signal.SIGTERM):
            self._before[number] = signal.signal(number, self._note)
        return self

    def __exit__(self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None) -> None:
        self._restore()

    def asked(self) -> bool:
        """Return whether somebody wants an end."""
        return self._signal != 0

    @property
    def status(self) -> int:
        """The exit status that says so, by the custom of shells; 0 while nobody asked."""
        return 128 + self._signal if self._signal else 0

    def _note(self, number: int, _: FrameType | None) -> None:
        self._signal = number
        self._restore()

    def _restore(self) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
