"""Who crossed a line, from true boxes: DESIGN.md's rule, written apart from the counter that it is to judge."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from proto.turnstile_pb2 import ANCHOR_FEET, Line, Settings
from services.inference.evaluate.truth import TrueBox, Truth


@dataclass(frozen=True, slots=True)
class TrueCrossing:
    """One person over one line, complete in ``frame``; (x, y) is where the anchor then was, pixels."""

    frame: int
    line: str
    direction: str
    id: int
    x: float
    y: float


@dataclass(slots=True)
class _Walk:
    """A person's way in a line's own coordinates since they were last clearly on a side.

    Each place is (share of the way from A to B, pixels to the right of A→B).
    """

    side: int = 0
    places: list[tuple[float, float]] = field(default_factory=list)


def true_crossings(truth: Truth, settings: Settings, size: tuple[int, int], band: float) -> list[TrueCrossing]:
    """Return all crossings, in the order in which they complete.

    Args:
        truth: Who is where.
        settings: The lines.
        size: Width and height of the picture.
        band: Half the dead band, pixels.
    """
    walks: dict[tuple[str, int], _Walk] = defaultdict(_Walk)
    found = []
    for frame, people in truth.frames.items():
        for line in settings.lines:
            for person in people:
                anchor = _anchor(person, line)
                crossed = _step(walks[line.name, person.id], _in_line(anchor, line, size), band)
                if crossed:
                    direction = "in" if crossed > 0 else "out"
                    found.append(TrueCrossing(frame, line.name, direction, person.id, anchor.real, anchor.imag))
    return found


def _anchor(person: TrueBox, line: Line) -> complex:
    share = 1.0 if line.anchor == ANCHOR_FEET else 0.5
    return complex(person.left + person.width / 2, person.top + person.height * share)


def _in_line(anchor: complex, line: Line, size: tuple[int, int]) -> tuple[float, float]:
    start = complex(line.start.x * size[0], line.start.y * size[1])
    end = complex(line.end.x * size[0], line.end.y * size[1])
    turned = (anchor - start) / (end - start)
    return turned.real, turned.imag * abs(end - start)


def _step(walk: _Walk, place: tuple[float, float], band: float) -> int:
    """Follow a person one frame on; return the side they crossed to, or 0."""
    side = 0 if abs(place[1]) <= band else 1 if place[1] > 0 else -1
    walk.places.append(place)
    if side == 0:
        return 0
    crossed = walk.side == -side and _last_passage_is_inside(walk.places)
    walk.side, walk.places = side, [place]
    return side if crossed else 0


def _last_passage_is_inside(places: Sequence[tuple[float, float]]) -> bool:
    """Return whether the path, where it last changed sides, did so between the line's ends."""
    for (along, beyond), (next_along, next_beyond) in reversed(list(pairwise(places))):
        if (beyond > 0) != (next_beyond > 0):
            share = beyond / (beyond - next_beyond)
            return 0 <= along + share * (next_along - along) <= 1
    return False
