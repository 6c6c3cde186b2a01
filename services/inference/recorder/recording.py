"""Recording as one part of the inference service: what the cameras call, and what the directory says of it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from prometheus_client import CollectorRegistry
from sqlalchemy import URL

from proto.turnstile_pb2 import (
    STORE_STATE_FULL,
    STORE_STATE_READY,
    STORE_STATE_UNREACHABLE,
    Crossing,
    LineTotal,
    Store,
    ZoneOccupancy,
)
from services.inference.counting.tally import Visit
from services.inference.recorder.messages import visit_row
from services.inference.recorder.metrics import StoreMetrics
from services.inference.recorder.recorder import Announcement, Recorder
from services.inference.recorder.reset_points import DailyReset
from services.inference.recorder.samples import Sampler
from services.inference.recorder.spool import Spool
from services.inference.recorder.store_writer import StoreWriter

SPOOL_FOLDER: Final = "spool"
# For the totals of earlier days before anything is shown; a database that is slower than this is waited for meanwhile.
SETTLE_SECONDS: Final = 1.5


@dataclass(frozen=True, slots=True)
class Place:
    """Where rows go.

    Attributes:
        url: Of the store.
        folder: For the spool.
        spool_bytes: That it may take.
        retention_days: For which rows are kept; 0: for ever.
    """

    url: URL
    folder: Path
    spool_bytes: int
    retention_days: int


class Recording:
    """Makes what was counted last. Any thread may call it.

    Args:
        place: Where.
        daily: When the shown totals begin anew, or None.
        registry: For the metrics.
        changed: Called when totals or the store's state changed by themselves.

    Raises:
        UsageError: The folder cannot be written, or another process has it.
    """

    def __init__(
        self, place: Place, daily: DailyReset | None, registry: CollectorRegistry, changed: Callable[[], None]
    ) -> None:
        metrics = StoreMetrics(registry)
        wake = threading.Event()
        self._recorder = Recorder(
            lambda header: Spool(place.folder / SPOOL_FOLDER, place.spool_bytes, header), daily, metrics, wake.set
        )
        self._writer = StoreWriter(place.url, self._recorder, wake, place.retention_days, metrics, changed)
        self._samplers: dict[str, Sampler] = {}

    def start(self) -> None:
        """Begin to write to the store, and wait a moment for its totals."""
        self._writer.start()
        self._writer.wait_settled(SETTLE_SECONDS)

    def stop(self) -> None:
        """End; what the store has not got yet stays on disk."""
        self._writer.stop()
        self._recorder.spool.close()

    def crossings(self, crossings: Sequence[Crossing]) -> None:
        """Record crossings, and corrections of earlier ones, of any camera."""
        if crossings:
            self._recorder.record_crossings(crossings)

    def zones(self, camera: str, zones: Iterable[ZoneOccupancy], visits: Iterable[Visit], time_ns: int) -> None:
        """Record how many are in the zones of a camera at ``time_ns``, and the visits that have ended."""
        samples = self._samplers.setdefault(camera, Sampler(camera)).sample(zones, time_ns)
        self._recorder.record([*(visit_row(camera, visit) for visit in visits), *samples])

    def totals(self, camera: str, lines: Iterable[str]) -> list[LineTotal]:
        """Return the shown totals of a camera's lines."""
        return self._recorder.totals(camera, lines)

    def announcement(self) -> Announcement:
        """Return the recent crossings of every camera."""
        return self._recorder.announcement()

    def status(self) -> Store:
        """Return the store's state, for the directory."""
        full, unreachable = self._recorder.full, self._writer.cause
        state = STORE_STATE_FULL if full else STORE_STATE_UNREACHABLE if unreachable else STORE_STATE_READY
        return Store(
            state=state,
            cause=full or unreachable or "",
            spooled=self._writer.pending,
            lost=self._recorder.lost + self._writer.lost,
        )
