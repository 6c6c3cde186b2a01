"""When somebody truly crosses a line, from where they truly are.

The rule is DESIGN.md's: from clearly on one side of the line to clearly on the other, through the segment; then the new
side counts, so that going back is the other way. It is written apart from the counter that inference has, to check it
against, and must not come to share anything with that.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Literal

Direction = Literal["in", "out"]
Place = complex
"""Column + row * 1j, pixels."""


class Walk:
    """One person's way over one line, frame by frame.

    Args:
        start: Where the line begins; ``in`` is from its left to its right as seen on the screen.
        end: Where it ends; another place than ``start``.
    """

    def __init__(self, start: Place, end: Place) -> None:
        self._start = start
        self._along = end - start
        self._side = 0  # where they were last clearly on one: 1 right, -1 left; 0 while they never were
        self._path: list[Place] = []  # since then, in the line's own coordinates

    def step(self, anchor: Place, band: float) -> Direction | None:
        """Follow the person one frame on; return the direction of the crossing that this completes.

        Args:
            anchor: Where they are.
            band: Within so many pixels of the line they are on neither side.
        """
        # From 0 at the line's start to 1 at its end, and as much to its right on the imaginary axis.
        place = (anchor - self._start) / self._along
        beyond = place.imag * abs(self._along)
        side = 0 if abs(beyond) <= band else 1 if beyond > 0 else -1
        self._path.append(place)
        if side == 0:
            return None
        crossed = self._side == -side and _last_passage_is_inside(self._path)
        self._side, self._path = side, [place]
        return None if not crossed else "in" if side > 0 else "out"


def _last_passage_is_inside(path: Sequence[Place]) -> bool:
    """Return whether ``path``, where it last changed sides, did so between the line's ends."""
    for before, after in reversed(list(pairwise(path))):
        if (before.imag > 0) != (after.imag > 0):
            share = before.imag / (before.imag - after.imag)
            return 0 <= before.real + share * (after.real - before.real) <= 1
    return False
