"""Which counted crossings are true ones, and which are missing or too many."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from services.inference.evaluate.assignment import assign

# How far apart the same crossing may be completed by the boxes of the truth and by those of the detector: where
# somebody lingers on the line, or is found again behind a lamp post, it is seconds.
WINDOW_SECONDS: Final = 3.0
IMPOSSIBLE: Final = 1e6

Kind = Literal["missed", "extra"]


@dataclass(frozen=True, slots=True)
class Event:
    """A crossing, counted or true.

    Attributes:
        id: The track's, or the person's in the truth.
        x: Of the anchor, pixels.
    """

    frame: int
    time_s: float
    line: str
    direction: str
    id: int
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Wrong:
    """A true crossing that was not counted, or a counted one that is not true."""

    kind: Kind
    event: Event


def wrong_crossings(counted: Sequence[Event], true: Sequence[Event]) -> list[Wrong]:
    """Return what has no partner of the same line and direction in the other list, in the order of time."""
    groups: dict[tuple[str, str], tuple[list[Event], list[Event]]] = defaultdict(lambda: ([], []))
    for event in counted:
        groups[event.line, event.direction][0].append(event)
    for event in true:
        groups[event.line, event.direction][1].append(event)
    wrong = [found for ours, theirs in groups.values() for found in _without_partner(ours, theirs)]
    return sorted(wrong, key=lambda found: (found.event.frame, found.event.line, found.kind))


def _without_partner(counted: Sequence[Event], true: Sequence[Event]) -> list[Wrong]:
    apart = np.abs(_times(counted)[:, np.newaxis] - _times(true))
    cost = np.where(apart <= WINDOW_SECONDS, apart, IMPOSSIBLE)
    pairs = [(row, column) for row, column in assign(cost) if cost[row, column] < IMPOSSIBLE]
    rows, columns = {row for row, _ in pairs}, {column for _, column in pairs}
    extra = [Wrong("extra", event) for index, event in enumerate(counted) if index not in rows]
    return extra + [Wrong("missed", event) for index, event in enumerate(true) if index not in columns]


def _times(events: Sequence[Event]) -> npt.NDArray[np.float64]:
    return np.array([event.time_s for event in events], np.float64)
