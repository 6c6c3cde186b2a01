"""The truth in the format of MOTChallenge: frame, id, left, top, width, height, 1, -1, -1, -1; frames from 1."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from types import TracebackType

from services.capture.demo.truth import MIN_VISIBLE, Truth


class MotWriter:
    """Writes one file.

    Args:
        path: Where.
    """

    def __init__(self, path: Path) -> None:
        self._file = path.open("w", encoding="ascii")

    def __enter__(self) -> MotWriter:
        return self

    def __exit__(self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None) -> None:
        self._file.close()

    def add(self, frame: int, people: Iterable[Truth]) -> None:
        """Write the people of ``frame``, which counts from 0."""
        for person in people:
            if person.visible >= MIN_VISIBLE:
                box = f"{person.left:.2f},{person.top:.2f},{person.width:.2f},{person.height:.2f}"
                self._file.write(f"{frame + 1},{person.id},{box},1,-1,-1,-1\n")
