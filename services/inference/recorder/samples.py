"""Which moments of a zone's occupancy are worth a row."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from proto.turnstile_pb2 import ZoneOccupancy
from services.common.store.records import SampleRow

# A sample holds until the next one; a longer gap than the longest says that nobody was looking.
SHORTEST_NS: Final = 1_000_000_000
LONGEST_NS: Final = 60_000_000_000


class Sampler:
    """Of one camera's zones: a sample at each change, but at most one a second, and one a minute."""

    def __init__(self, camera: str) -> None:
        self._camera = camera
        self._last: dict[str, SampleRow] = {}

    def sample(self, zones: Iterable[ZoneOccupancy], time_ns: int) -> list[SampleRow]:
        """Return the samples that are due in a picture captured at ``time_ns``."""
        due = [
            SampleRow(time_ns, self._camera, zone.name, zone.occupancy) for zone in zones if self._is_due(zone, time_ns)
        ]
        self._last.update({row.zone: row for row in due})
        return due

    def _is_due(self, zone: ZoneOccupancy, time_ns: int) -> bool:
        last = self._last.get(zone.name)
        if last is None:
            return True
        age = time_ns - last.time_ns
        return age >= LONGEST_NS or (age >= SHORTEST_NS and zone.occupancy != last.occupancy)
