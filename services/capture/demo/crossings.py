"""Who crossed a line, from true boxes. Written apart from the counter that inference has, to check it against.

The rule is DESIGN.md's: from clearly on one side of the line to clearly on the other, through the segment; then the new
side counts, so that going back is the other way.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from services.capture.demo.truth import Truth

BAND_OF_PERSON: Final = 0.05  # half the dead band, of the person's height
BAND_OF_PICTURE: Final = 0.01  # and at least this, of the picture's height
Place = complex  # column + row * 1j


@dataclass(frozen=True, slots=True)
class Line:
    """From A to B, pixels; ``in`` is from its left to its right as seen on the screen."""

    name: str
    start: tuple[float, float]
    end: tuple[float, float]
    anchor: Literal["centre", "feet"] = "centre"


@dataclass(frozen=True, slots=True)
class TrueCrossing:
    """One person over one line, complete in ``frame``."""

    frame: int
    line: str
    id: int
    direction: Literal["in", "out"]


def crossings(
    frames: Iterable[tuple[int, Sequence[Truth]]], lines: Sequence[Line], picture_height: float
) -> list[TrueCrossing]:
    """Return all crossings, in the order in which they complete.

    Args:
        frames: Frame numbers, ascending, with the people in each.
        lines: The lines.
        picture_height: Pixels.
    """
    paths: dict[tuple[int, int], list[tuple[Place, int]]] = {}
    found = []
    for frame, people in frames:
        for person in people:
            for index, line in enumerate(lines):
                path = paths.setdefault((person.id, index), [])
                crossed = _step(path, person, line, picture_height)
                if crossed:
                    found.append(TrueCrossing(frame, line.name, person.id, crossed))
    return found


def _step(
    path: list[tuple[Place, int]], person: Truth, line: Line, picture_height: float
) -> Literal["in", "out"] | None:
    """Follow a person one frame on; ``path`` begins where they were last clearly on a side."""
    spot = complex(person.left + person.width / 2, person.top + person.height * (1 if line.anchor == "feet" else 0.5))
    a, b = complex(*line.start), complex(*line.end)
    # In the line's own coordinates: along it from 0 to 1, and to its right in pixels.
    turned = (spot - a) / (b - a)
    beyond = turned.imag * abs(b - a)
    band = max(BAND_OF_PERSON * person.height, BAND_OF_PICTURE * picture_height)
    side = 0 if abs(beyond) <= band else 1 if beyond > 0 else -1
    before = path[0][1] if path else 0
    path.append((turned, side))
    if side == 0:
        if before == 0:
            del path[:-1]
        return None
    through = before == -side and _last_passage_is_inside([place for place, _ in path])
    del path[:-1]
    if not through:
        return None
    return "in" if side > 0 else "out"


def _last_passage_is_inside(path: list[Place]) -> bool:
    """Return whether the path, where it last changed sides, did so between the line's ends."""
    for p, q in zip(path[-2::-1], path[:0:-1], strict=True):
        if (p.imag > 0) != (q.imag > 0):
            share = p.imag / (p.imag - q.imag)
            return 0 <= p.real + share * (q.real - p.real) <= 1
    return False
