"""All lines and zones of one camera: from tracks to crossings, totals and occupancy."""

from __future__ import annotations

import itertools
import threading
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from proto.turnstile_pb2 import (
    ANCHOR_FEET,
    DIRECTION_IN,
    DIRECTION_OUT,
    Crossing,
    LineTotal,
    Settings,
    ZoneOccupancy,
)
from proto.turnstile_pb2 import Anchor as AnchorKind
from services.common.clock import BOOT_ID
from services.inference.counting.geometry import Point
from services.inference.counting.line import Direction, LineCounter
from services.inference.counting.zone import ZoneCounter

# A track that the tracker lost can come back for this long (tracker: 2 s), and a little more.
MEMORY_SECONDS: Final = 3.0
ZONE_GRACE_SECONDS: Final = 1.0
# Announced again and again, so that a reader that was away for a moment misses none.
RECENT_CROSSINGS: Final = 256

_ids = itertools.count()


@dataclass(frozen=True, slots=True)
class Person:
    """One tracked person in one picture; the box in pixels."""

    id: int
    label: str
    confidence: float
    left: float
    top: float
    width: float
    height: float

    def anchor(self, kind: AnchorKind) -> Point:
        """Return the point that stands for the person: the feet or the centre of the box."""
        share = 1.0 if kind == ANCHOR_FEET else 0.5
        return Point(self.left + self.width / 2, self.top + self.height * share)


class Tally:
    """Counts one camera. Any thread may call it."""

    def __init__(self, camera: str, settings: Settings) -> None:
        self._camera = camera
        self._totals: dict[str, LineTotal] = {}
        self._size = (0, 0)
        self._recent: deque[Crossing] = deque(maxlen=RECENT_CROSSINGS)
        self._lock = threading.RLock()
        self.configure(settings)

    def configure(self, settings: Settings) -> None:
        """Take over new lines and zones; a line that keeps its name keeps its totals."""
        with self._lock:
            self._settings = settings
            self._totals = {
                line.name: self._totals.get(line.name) or LineTotal(name=line.name) for line in settings.lines
            }
            self._build(*self._size)

    def update(self, people: Sequence[Person], width: int, height: int, time_ns: int) -> list[Crossing]:
        """Count the people of the next picture and return the crossings it completes.

        Args:
            people: Those seen, each with an id of its own; one whose id another has already is left out.
            width: Of the picture, pixels.
            height: Of the picture, pixels.
            time_ns: When it was captured.
        """
        with self._lock:
            return self._update(people, width, height, time_ns)

    def _update(self, people: Sequence[Person], width: int, height: int, time_ns: int) -> list[Crossing]:
        if (width, height) != self._size:
            self._build(width, height)
        now = time_ns / 1e9
        people = list({person.id: person for person in reversed(people)}.values())
        crossings = [
            self._crossing(line.name, direction, person, time_ns, line.anchor)
            for line, counter in zip(self._settings.lines, self._lines, strict=True)
            for person in people
            if (direction := counter.update(person.id, person.anchor(line.anchor), person.height, now))
        ]
        for counter in self._lines:
            counter.forget_unseen(now)
        for zone, area in zip(self._settings.zones, self._zones, strict=True):
            area.update(((person.id, person.anchor(zone.anchor)) for person in people), now)
        self._recent.extend(crossings)
        return crossings

    def forget_tracks(self) -> None:
        """Forget who is where, because ids start anew; totals stay."""
        with self._lock:
            self._build(*self._size)

    def totals(self) -> list[LineTotal]:
        """Return the totals of each line."""
        with self._lock:
            return [LineTotal(name=t.name, count_in=t.count_in, count_out=t.count_out) for t in self._totals.values()]

    def occupancy(self) -> list[ZoneOccupancy]:
        """Return how many are inside each zone."""
        with self._lock:
            zones = list(zip(self._settings.zones, self._zones, strict=True))
        return [ZoneOccupancy(name=zone.name, occupancy=area.occupancy) for zone, area in zones]

    def recent(self) -> list[Crossing]:
        """Return the latest crossings, oldest first."""
        with self._lock:
            return list(self._recent)

    def _build(self, width: int, height: int) -> None:
        self._size = (width, height)
        # Without a picture yet any size will do: nothing is counted before update() knows it.
        scale = Point(width or 1, height or 1)
        self._lines = [
            LineCounter(
                Point(line.start.x * scale.x, line.start.y * scale.y),
                Point(line.end.x * scale.x, line.end.y * scale.y),
                scale.y,
                MEMORY_SECONDS,
            )
            for line in self._settings.lines
        ]
        self._zones = [
            ZoneCounter([Point(p.x * scale.x, p.y * scale.y) for p in zone.polygon], ZONE_GRACE_SECONDS)
            for zone in self._settings.zones
        ]

    def _crossing(self, line: str, direction: Direction, person: Person, time_ns: int, anchor: AnchorKind) -> Crossing:
        total = self._totals[line]
        if direction == "in":
            total.count_in += 1
        else:
            total.count_out += 1
        at = person.anchor(anchor)
        return Crossing(
            id=f"{time.time_ns():016x}-{BOOT_ID & 0xFFFFFFFF:08x}-{next(_ids):x}",
            time_ns=time_ns,
            camera=self._camera,
            line=line,
            direction=DIRECTION_IN if direction == "in" else DIRECTION_OUT,
            track=person.id,
            label=person.label,
            confidence=person.confidence,
            x=at.x / self._size[0],
            y=at.y / self._size[1],
        )
