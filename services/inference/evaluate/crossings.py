"""Who crossed a line of a video, from true boxes."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import partial

from proto.turnstile_pb2 import ANCHOR_FEET, Line, Settings
from services.common.true_crossing import Direction, Place, Walk
from services.inference.evaluate.truth import TrueBox, Truth


@dataclass(frozen=True, slots=True)
class TrueCrossing:
    """One person over one line, complete in ``frame``; (x, y) is where the anchor then was, pixels."""

    frame: int
    line: str
    direction: Direction
    id: int
    x: float
    y: float


def true_crossings(truth: Truth, settings: Settings, size: tuple[int, int], band: float) -> list[TrueCrossing]:
    """Return all crossings, in the order in which they complete.

    Args:
        truth: Who is where.
        settings: The lines.
        size: Width and height of the picture.
        band: Half the dead band, pixels.
    """
    walks = [defaultdict[int, Walk](partial(Walk, *_ends(line, size))) for line in settings.lines]
    found = []
    for frame, people in truth.frames.items():
        for line, walks_over_it in zip(settings.lines, walks, strict=True):
            for person in people:
                anchor = _anchor(person, line)
                if direction := walks_over_it[person.id].step(anchor, band):
                    found.append(TrueCrossing(frame, line.name, direction, person.id, anchor.real, anchor.imag))
    return found


def _ends(line: Line, size: tuple[int, int]) -> tuple[Place, Place]:
    width, height = size
    return complex(line.start.x * width, line.start.y * height), complex(line.end.x * width, line.end.y * height)


def _anchor(person: TrueBox, line: Line) -> Place:
    share = 1.0 if line.anchor == ANCHOR_FEET else 0.5
    return complex(person.left + person.width / 2, person.top + person.height * share)
