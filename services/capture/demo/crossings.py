"""Who crossed a line of a scene, from true boxes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final, Literal

from services.capture.demo.truth import Truth
from services.common.true_crossing import Direction, Place, Walk

BAND_OF_PERSON: Final = 0.05  # half the dead band, of the person's height
BAND_OF_PICTURE: Final = 0.01  # and at least this, of the picture's height


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
    direction: Direction


def crossings(
    frames: Iterable[tuple[int, Sequence[Truth]]], lines: Sequence[Line], picture_height: float
) -> list[TrueCrossing]:
    """Return all crossings, in the order in which they complete.

    Args:
        frames: Frame numbers, ascending, with the people in each.
        lines: The lines.
        picture_height: Pixels.
    """
    walks = [defaultdict[int, Walk](partial(Walk, complex(*line.start), complex(*line.end))) for line in lines]
    found = []
    for frame, people in frames:
        for person in people:
            band = max(BAND_OF_PERSON * person.height, BAND_OF_PICTURE * picture_height)
            for line, walks_over_it in zip(lines, walks, strict=True):
                if direction := walks_over_it[person.id].step(_anchor(person, line), band):
                    found.append(TrueCrossing(frame, line.name, person.id, direction))
    return found


def _anchor(person: Truth, line: Line) -> Place:
    share = 1.0 if line.anchor == "feet" else 0.5
    return complex(person.left + person.width / 2, person.top + share * person.height)
