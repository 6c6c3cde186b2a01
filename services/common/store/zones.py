"""How many were in each zone, and for how long, per bucket."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import ceil
from typing import Any, Final

from sqlalchemy import Connection, select

from services.common.store.counts import PlaceKey, Which
from services.common.store.schema import zone_samples, zone_visits

STREAM_ROWS: Final = 5000
# A sample says how many there are until the next one, which comes within a minute while somebody looks.
HOLDS_NS: Final = 90_000_000_000


@dataclass(slots=True)
class Occupancy:
    """Of one zone, per bucket.

    Attributes:
        person_ns: Sum over people of the time that they were inside.
        seen_ns: For how long it is known how many were inside.
        highest: Or None where nothing is known.
    """

    person_ns: list[int]
    seen_ns: list[int]
    highest: list[int | None]

    @classmethod
    def of(cls, buckets: int) -> Occupancy:
        """Return one of which nothing is known."""
        return cls([0] * buckets, [0] * buckets, [None] * buckets)

    def mean(self, bucket: int) -> float | None:
        """Return how many were inside on average, None where nothing is known."""
        seen = self.seen_ns[bucket]
        return self.person_ns[bucket] / seen if seen else None

    def hold(self, occupancy: int, begin_ns: int, end_ns: int, edges: Sequence[int]) -> None:
        """Add that so many were inside between two moments."""
        bucket = max(0, bisect_right(edges, begin_ns) - 1)
        while bucket < len(edges) - 1 and edges[bucket] < end_ns:
            length = min(end_ns, edges[bucket + 1]) - max(begin_ns, edges[bucket])
            self.person_ns[bucket] += occupancy * length
            self.seen_ns[bucket] += length
            self.highest[bucket] = max(occupancy, self.highest[bucket] or 0)
            bucket += 1


def zone_occupancy(connection: Connection, edges: Sequence[int], which: Which) -> dict[PlaceKey, Occupancy]:
    """Return how many were in each zone between ``edges``."""
    table = zone_samples.c
    statement = (
        select(table.camera, table.zone, table.time_ns, table.occupancy)
        .where(table.time_ns >= edges[0] - HOLDS_NS, table.time_ns < edges[-1], *which.conditions(table.zone))
        .order_by(table.camera, table.zone, table.time_ns)
    )
    result: dict[PlaceKey, Occupancy] = {}
    last: tuple[PlaceKey, int, int] | None = None

    def hold(until_ns: int) -> None:
        if last is not None:
            key, since_ns, occupancy = last
            zone = result.setdefault(key, Occupancy.of(len(edges) - 1))
            zone.hold(occupancy, max(since_ns, edges[0]), min(until_ns, since_ns + HOLDS_NS, edges[-1]), edges)

    for camera, zone, time_ns, occupancy in connection.execute(statement, execution_options={"yield_per": STREAM_ROWS}):
        same = last is not None and last[0] == (camera, zone)
        hold(time_ns if same else edges[-1])
        last = ((camera, zone), time_ns, occupancy)
    hold(edges[-1])
    return result


@dataclass(slots=True)
class Dwell:
    """How long visits lasted that ended in one bucket, seconds."""

    seconds: array[float] = field(default_factory=lambda: array("d"))

    def quantile(self, share: float) -> float | None:
        """Return the shortest time that ``share`` of the visits did not exceed, None without visits."""
        if not self.seconds:
            return None
        ordered = sorted(self.seconds)
        return ordered[max(0, ceil(share * len(ordered)) - 1)]

    def mean(self) -> float | None:
        """Return the mean, None without visits."""
        return sum(self.seconds) / len(self.seconds) if self.seconds else None


def zone_dwell(connection: Connection, edges: Sequence[int], which: Which) -> dict[PlaceKey, dict[int, Dwell]]:
    """Return the visits of each zone that ended between ``edges``, by index of the bucket."""
    table = zone_visits.c
    statement = select(table.camera, table.zone, table.entered_ns, table.left_ns).where(
        table.left_ns >= edges[0], table.left_ns < edges[-1], *which.conditions(table.zone)
    )
    result: dict[PlaceKey, dict[int, Dwell]] = defaultdict(lambda: defaultdict(Dwell))
    rows: Any = connection.execute(statement, execution_options={"yield_per": STREAM_ROWS})
    for camera, zone, entered_ns, left_ns in rows:
        bucket = bisect_right(edges, left_ns) - 1
        result[camera, zone][bucket].seconds.append((left_ns - entered_ns) / 1e9)
    return result
