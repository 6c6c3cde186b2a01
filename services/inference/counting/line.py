"""Decides, track by track, who crossed a line.

A person is on a side once their anchor is *clearly* there, outside a dead band around the line; what happens inside
the band only adds to the path. When they are clearly on the other side, they have crossed, if the path went through the
line between its ends and not around them. Then the new side is theirs, so going back counts the other way.

Somebody who stands on the line and sways, box and all, leaves the band now and then. So there is a second band around
it: who has been inside that for long, or has just come over the line, must leave it before their next crossing counts.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from math import isfinite
from typing import Final, Literal, NamedTuple

from services.inference.counting.geometry import Point, Segment

Direction = Literal["in", "out"]
Side = Literal[-1, 1]

# Half the dead band, as a share of the person's height: boxes sway with the gait by a few per cent of it.
BAND_OF_HEIGHT: Final = 0.05
# ... and its floor, as a share of the picture's height: what a detector's box jitters even on somebody small.
BAND_OF_PICTURE: Final = 0.01
# The second band, in these.
FAR_BANDS: Final = 1.6
# Seconds after which somebody inside it no longer walks but stands there.
STANDING_SECONDS: Final = 8.0
# A person who was lost just after a crossing and found back where they came from had not crossed: the box had slipped
# off them. After this many seconds they may well have come back.
SLIP_SECONDS: Final = 0.5


class _Spot(NamedTuple):
    """Where an anchor was, and how far from the line: negative on its left."""

    point: Point
    distance: float


class Count(NamedTuple):
    """One crossing: which way, when (seconds), and where the anchor was then (pixels)."""

    direction: Direction
    seconds: float
    place: Point


class Revision(NamedTuple):
    """What two tracks that were one person change in the counts."""

    late: Count | None = None
    false: Count | None = None


class _Arrival(NamedTuple):
    """When a track was clearly on a side for the first time, and whether its path until then went through the line."""

    side: Side
    seconds: float
    place: Point
    through: bool | None


@dataclass(slots=True)
class _Passage:
    """One track's relation to the line."""

    origin: _Spot
    last: _Spot
    seen: float
    near_since: float  # when it was last outside the second band, or first seen
    side: Side | None = None  # where it was clearly last
    settled: bool = True  # it has not come over the line, or has left the second band since
    through: bool | None = None  # where the path last changed sides, it went between the ends; None: it never did
    arrival: _Arrival | None = None
    count: Count | None = None  # the last one


@dataclass(slots=True)
class LineCounter:
    """One counting line.

    Attributes:
        start: A, in pixels.
        end: B, in pixels.
        picture_height: Pixels; the floor of the dead band follows it.
        memory: Seconds for which a track that is not seen is remembered: as long as the tracker may still find it.
    """

    start: Point
    end: Point
    picture_height: float
    memory: float
    _segment: Segment = field(init=False)
    _passages: dict[int, _Passage] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Measure the line once: :meth:`update` asks for a distance for each person in each picture."""
        self._segment = Segment(self.start, self.end)

    def update(self, track: int, anchor: Point, box_height: float, now: float) -> Direction | None:
        """Follow ``track`` to ``anchor`` and return the direction if that completes a crossing.

        Args:
            track: Its id; negative ones (no identity) are ignored.
            anchor: The point that stands for the person, pixels.
            box_height: Pixels.
            now: Time of the picture, seconds.
        """
        distance = self._segment.distance(anchor)
        if track < 0 or not isfinite(distance):
            return None
        spot = _Spot(anchor, distance)
        passage = self._passages.get(track)
        if passage is None:
            passage = self._passages[track] = _Passage(spot, spot, now, now)
        bands = abs(distance) / max(BAND_OF_HEIGHT * box_height, BAND_OF_PICTURE * self.picture_height)
        if bands > FAR_BANDS:
            passage.near_since = now
            if passage.side is not None and distance * passage.side > 0 and distance * passage.last.distance > 0:
                passage.last, passage.seen, passage.settled = spot, now, True
                return None  # where nearly everybody is: far from the line, on their side of it
        through = self._passes(passage.last, spot)
        passage.through = passage.through if through is None else through
        passage.last, passage.seen = spot, now
        return _step(passage, now) if bands > 1 else None

    def join(self, young: int, old: int) -> Revision:
        """Take the track ``young`` for the continuation of ``old``, under whose id it goes on.

        The path from where the one was lost to where the other was found belongs to the person: a crossing that lies on
        it is counted late.
        """
        after, before = self._passages.pop(young, None), self._passages.get(old)
        if after is None:
            return Revision()
        if before is None:
            self._passages[old] = after
            return Revision()
        between = self._passes(before.last, after.origin)
        self._passages[old] = _joined(before, after, before.through if between is None else between)
        found = after.arrival
        if found is None or before.side in {None, found.side}:
            return Revision()
        through = next((known for known in (found.through, between, before.through) if known is not None), False)
        return _revision(before.count, found) if through else Revision()

    def forget_unseen(self, now: float) -> None:
        """Drop the tracks that the tracker cannot bring back any more."""
        gone = [track for track, passage in self._passages.items() if now - passage.seen > self.memory]
        for track in gone:
            del self._passages[track]

    def _passes(self, before: _Spot, after: _Spot) -> bool | None:
        """Return whether a move goes between the ends; None where it stays on one side of the infinite line."""
        if (before.distance > 0) == (after.distance > 0):
            return None
        return self._segment.is_crossed(before.point, after.point)


def _step(passage: _Passage, now: float) -> Direction | None:
    """Take note that the path has come to be clearly on a side; return the direction if that completes a crossing."""
    side: Side = 1 if passage.last.distance > 0 else -1
    if passage.side is None:
        passage.side, passage.arrival = side, _Arrival(side, now, passage.last.point, passage.through)
    far, standing = passage.near_since == now, now - passage.near_since > STANDING_SECONDS
    if passage.side == side:
        passage.settled = passage.settled or far
        return None
    if not far and (standing or not passage.settled):
        return None
    passage.side, passage.settled = side, far
    if not passage.through:
        return None
    passage.count = Count(_direction(side), now, passage.last.point)
    return passage.count.direction


def _joined(before: _Passage, after: _Passage, through: bool | None) -> _Passage:
    """Return the passage of a path of two parts; ``through``: of the path until the second begins."""
    return replace(
        after,
        origin=before.origin,
        near_since=max(before.near_since, after.near_since),
        side=after.side or before.side,
        through=through if after.through is None else after.through,
        arrival=before.arrival or after.arrival,
        count=after.count or before.count,
    )


def _revision(counted: Count | None, found: _Arrival) -> Revision:
    late = Count(_direction(found.side), found.seconds, found.place)
    slipped = counted is not None and found.seconds - counted.seconds <= SLIP_SECONDS
    if slipped and counted is not None and counted.direction != late.direction:
        return Revision(false=counted)
    return Revision(late=late)


def _direction(side: Side) -> Direction:
    return "in" if side > 0 else "out"
