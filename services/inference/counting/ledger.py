"""The crossings of one camera as messages: each counted once, and what was counted by mistake taken back."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from proto.turnstile_pb2 import DIRECTION_IN, DIRECTION_OUT, Crossing, LineTotal
from services.common.event_ids import EVENT_IDS
from services.inference.counting.geometry import Point
from services.inference.counting.line import Direction

# Announced again and again, so that a reader that was away for a moment misses none.
RECENT_CROSSINGS: Final = 256
# Seconds as floating point numbers, counted from 1970, are exact to a quarter of this.
SAME_MOMENT_NS: Final = 1000
_DIRECTIONS: Final = {"in": DIRECTION_IN, "out": DIRECTION_OUT}


@dataclass(frozen=True, slots=True)
class Crosser:
    """Who crosses: the track, and what the detector says of it."""

    track: int
    label: str
    confidence: float


class Ledger:
    """Totals and recent crossings of one camera's lines.

    Args:
        camera: Its id.
    """

    def __init__(self, camera: str) -> None:
        self._camera = camera
        self._totals: dict[str, LineTotal] = {}
        self._recent: deque[Crossing] = deque(maxlen=RECENT_CROSSINGS)

    def open(self, lines: Iterable[str]) -> None:
        """Keep totals for ``lines`` and no others; those that there were go on."""
        self._totals = {name: self._totals.get(name) or LineTotal(name=name) for name in lines}

    def totals(self) -> list[LineTotal]:
        """Return the totals of each line."""
        return [LineTotal(name=t.name, count_in=t.count_in, count_out=t.count_out) for t in self._totals.values()]

    def recent(self) -> list[Crossing]:
        """Return the latest crossings and corrections, oldest first."""
        return list(self._recent)

    def count(
        self, line: str, direction: Direction, who: Crosser, place: Point, time_ns: int, *, late: bool = False
    ) -> Crossing:
        """Enter a crossing.

        Args:
            line: Its name.
            direction: Which way.
            who: Who crossed it.
            place: Of the anchor, in fractions of width and height.
            time_ns: When it happened.
            late: It was found after the fact.
        """
        crossing = Crossing(
            id=EVENT_IDS.next(),
            time_ns=time_ns,
            camera=self._camera,
            line=line,
            direction=_DIRECTIONS[direction],
            track=who.track,
            label=who.label,
            confidence=who.confidence,
            x=place.x,
            y=place.y,
            late=late,
        )
        self._enter(crossing, 1)
        return crossing

    def take_back(self, line: str, track: int, time_ns: int) -> Crossing | None:
        """Undo a crossing and return the correction; None if it is undone already, or long gone.

        Args:
            line: The name of the line that was crossed.
            track: Who was counted.
            time_ns: When; to the microsecond.
        """
        corrected = {crossing.corrects for crossing in self._recent}
        for crossing in reversed(self._recent):
            near = abs(crossing.time_ns - time_ns) <= SAME_MOMENT_NS
            if near and (crossing.line, crossing.track) == (line, track):
                if crossing.corrects or crossing.id in corrected:
                    return None
                correction = Crossing()
                correction.CopyFrom(crossing)
                correction.id, correction.corrects = EVENT_IDS.next(), crossing.id
                self._enter(correction, -1)
                return correction
        return None

    def _enter(self, crossing: Crossing, weight: int) -> None:
        total = self._totals[crossing.line]
        if crossing.direction == DIRECTION_IN:
            total.count_in += weight
        else:
            total.count_out += weight
        self._recent.append(crossing)
