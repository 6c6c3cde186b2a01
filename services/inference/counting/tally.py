"""All lines and zones of one camera: from tracks to crossings, totals, occupancy and visits."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from proto.turnstile_pb2 import ANCHOR_CENTRE, ANCHOR_FEET, Crossing, LineTotal, Settings, ZoneOccupancy
from proto.turnstile_pb2 import Anchor as AnchorKind
from proto.turnstile_pb2 import Line as LineSettings
from services.inference.counting.geometry import Point
from services.inference.counting.ledger import Crosser, Ledger
from services.inference.counting.line import LineCounter
from services.inference.counting.zone import NANOSECONDS, ZoneCounter

# A track that the tracker lost can come back for this long (tracker: 6 s), and a little more.
MEMORY_SECONDS: Final = 7.0
# Somebody hidden inside a zone for longer has left it.
ZONE_GRACE_SECONDS: Final = 2.0


@dataclass(frozen=True, slots=True)
class Person:
    """One tracked person in one picture; the box in pixels.

    Attributes:
        formerly: The id they went by until this picture, where they have turned out to be somebody who was here before
            and whose id they have now; else 0.
    """

    id: int
    label: str
    confidence: float
    left: float
    top: float
    width: float
    height: float
    formerly: int = 0

    def anchor(self, kind: AnchorKind) -> Point:
        """Return the point that stands for the person: the feet or the centre of the box."""
        share = 1.0 if kind == ANCHOR_FEET else 0.5
        return Point(self.left + self.width / 2, self.top + self.height * share)


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody was in a zone and has left it.

    Attributes:
        entered_ns: When they were first seen inside, wall clock.
        left_ns: When they were last seen inside.
    """

    zone: str
    track: int
    label: str
    entered_ns: int
    left_ns: int


class Tally:
    """Counts one camera. Any thread may call it."""

    def __init__(self, camera: str, settings: Settings) -> None:
        self._ledger = Ledger(camera)
        self._lines: list[tuple[LineSettings, LineCounter]] = []
        self._zones: dict[str, ZoneCounter] = {}
        self._size = (0, 0)
        self._lock = threading.RLock()
        self.configure(settings)

    def configure(self, settings: Settings) -> None:
        """Take over new lines and zones; one that keeps its name keeps its totals."""
        with self._lock:
            self._settings = settings
            self._ledger.open(line.name for line in settings.lines)
            self._build(*self._size)

    def update(self, people: Sequence[Person], width: int, height: int, time_ns: int) -> list[Crossing]:
        """Count the people of the next picture and return the crossings it completes, and the corrections it brings.

        Args:
            people: Those seen, each with an id of its own; one whose id another has already is left out.
            width: Of the picture, pixels.
            height: Of the picture, pixels.
            time_ns: When it was captured.
        """
        with self._lock:
            if (width, height) != self._size:
                self._build(width, height)
            people = list({person.id: person for person in reversed(people)}.values())
            crossings = [revised for person in people if person.formerly for revised in self._join(person)]
            crossings += [crossing for person in people for crossing in self._follow(person, time_ns)]
            for _, counter in self._lines:
                counter.forget_unseen(time_ns / NANOSECONDS)
            for zone in self._zones.values():
                zone.end_unseen(time_ns)
            return crossings

    def forget_tracks(self) -> None:
        """Forget who is where, because ids start anew; totals stay."""
        with self._lock:
            self._lines.clear()
            for zone in self._zones.values():
                zone.end_all()
            self._build(*self._size)

    def totals(self) -> list[LineTotal]:
        """Return the totals of each line."""
        with self._lock:
            return self._ledger.totals()

    def occupancy(self) -> list[ZoneOccupancy]:
        """Return who is inside each zone, and how long people stayed of late."""
        with self._lock:
            return [
                ZoneOccupancy(
                    name=name,
                    occupancy=zone.occupancy,
                    entries=zone.entries,
                    exits=zone.exits,
                    dwell_median_s=zone.dwell[0],
                    dwell_p95_s=zone.dwell[1],
                )
                for name, zone in self._zones.items()
            ]

    def recent(self) -> list[Crossing]:
        """Return the latest crossings and corrections, oldest first."""
        with self._lock:
            return self._ledger.recent()

    def visits(self) -> list[Visit]:
        """Return the visits that ended since the last call."""
        with self._lock:
            return [
                Visit(name, stay.track, stay.label, stay.entered_ns, stay.left_ns)
                for name, zone in self._zones.items()
                for stay in zone.drain()
            ]

    def _follow(self, person: Person, time_ns: int) -> Iterator[Crossing]:
        anchors = {kind: person.anchor(kind) for kind in (ANCHOR_CENTRE, ANCHOR_FEET)}
        seconds = time_ns / NANOSECONDS
        for line, counter in self._lines:
            anchor = anchors[line.anchor]
            direction = counter.update(person.id, anchor, person.height, seconds)
            if direction:
                yield self._ledger.count(line.name, direction, _crosser(person), self._fraction(anchor), time_ns)
        for zone in self._settings.zones:
            self._zones[zone.name].update(person.id, person.label, anchors[zone.anchor], person.height, time_ns)

    def _join(self, person: Person) -> Iterator[Crossing]:
        for line, counter in self._lines:
            late, false = counter.join(person.formerly, person.id)
            if late is not None:
                time_ns, place = round(late.seconds * NANOSECONDS), self._fraction(late.place)
                yield self._ledger.count(line.name, late.direction, _crosser(person), place, time_ns, late=True)
            if false is not None:
                correction = self._ledger.take_back(line.name, person.id, round(false.seconds * NANOSECONDS))
                if correction is not None:
                    yield correction
        for zone in self._zones.values():
            zone.join(person.formerly, person.id)

    def _fraction(self, place: Point) -> Point:
        return Point(place.x / self._size[0], place.y / self._size[1])

    def _build(self, width: int, height: int) -> None:
        self._size = (width, height)
        # Without a picture yet any size will do: nothing is counted before update() knows it.
        scale = Point(width or 1, height or 1)
        known = {_key(line, counter): counter for line, counter in self._lines}
        made = [(line, _counter(line, scale)) for line in self._settings.lines]
        self._lines = [(line, known.get(_key(line, counter), counter)) for line, counter in made]
        zones = {}
        for zone in self._settings.zones:
            polygon = [Point(p.x * scale.x, p.y * scale.y) for p in zone.polygon]
            zones[zone.name] = self._zones.get(zone.name) or ZoneCounter(polygon, scale.y, ZONE_GRACE_SECONDS)
            zones[zone.name].reshape(polygon, scale.y)
        self._zones = zones


def _counter(line: LineSettings, scale: Point) -> LineCounter:
    start, end = (Point(point.x * scale.x, point.y * scale.y) for point in (line.start, line.end))
    return LineCounter(start, end, scale.y, MEMORY_SECONDS)


def _key(line: LineSettings, counter: LineCounter) -> tuple[object, ...]:
    """Return what must be the same for what is known of people to hold for another line."""
    return line.name, line.anchor, counter.start, counter.end, counter.picture_height


def _crosser(person: Person) -> Crosser:
    return Crosser(person.id, person.label, person.confidence)
