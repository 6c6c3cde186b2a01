"""Records what was counted, and says only what was recorded."""

from __future__ import annotations

import logging
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from proto.turnstile_pb2 import Crossing, LineTotal
from services.common.event_ids import EVENT_IDS
from services.common.store.records import CrossingRow, Row, VisitRow
from services.common.store.totals import Totals
from services.inference.recorder.messages import crossing_message, crossing_row
from services.inference.recorder.metrics import StoreMetrics
from services.inference.recorder.reset_points import DailyReset, ResetPoints
from services.inference.recorder.segment import Segment
from services.inference.recorder.spool import KEEP_SEGMENTS, Spool, SpoolFullError
from services.inference.recorder.totals import ShownTotals

log = logging.getLogger(__name__)

# Announced again and again, so that a reader that was away for a moment misses none.
RECENT_CROSSINGS: Final = 256
Announcement = Mapping[str, Sequence[Crossing]]
"""The recent crossings of each camera, oldest first."""


@dataclass(slots=True)
class Replacement:
    """New totals, for :meth:`Recorder.replacing`.

    Attributes:
        appended: How many rows this process had appended when it began; what they add up to is asked for.
        totals: The answer; without one nothing is replaced.
        points: Since when it counts.
    """

    appended: int
    totals: Totals | None = None
    points: ResetPoints = field(default_factory=ResetPoints)


class Recorder:
    """What was counted goes into the spool first and becomes part of totals and announcements then. Any thread calls.

    Args:
        spool_at: Makes the spool, given what its segments are to begin with.
        daily: When the shown totals begin anew, or None.
        metrics: Of the store.
        recorded: Called when there are rows to take over.
    """

    def __init__(
        self,
        spool_at: Callable[[Callable[[], dict[str, Any]]], Spool],
        daily: DailyReset | None,
        metrics: StoreMetrics,
        recorded: Callable[[], None],
    ) -> None:
        self._lock = threading.Lock()
        self._metrics = metrics
        self._recorded = recorded
        self._totals = ShownTotals(daily, time.time_ns())
        self._recent: defaultdict[str, deque[Crossing]] = defaultdict(lambda: deque(maxlen=RECENT_CROSSINGS))
        self._last_id = ""
        self._appended = 0
        self._journal: list[CrossingRow] | None = None  # what is counted while the store is asked for its totals
        self._full = ""
        self._lost = 0
        self.spool = spool_at(self._header)
        self._restore()

    # Writing

    def record_crossings(self, crossings: Sequence[Crossing]) -> None:
        """Make crossings, or corrections of earlier ones, last; then announce them."""
        rows = [crossing_row(crossing) for crossing in crossings]
        with self._lock:
            self._append(rows)
            for row, crossing in zip(rows, crossings, strict=True):
                self._count(row, crossing)

    def record(self, rows: Sequence[Row]) -> None:
        """Make visits and samples of zones last."""
        if rows:
            with self._lock:
                self._append(rows)

    def _append(self, rows: Sequence[Row]) -> None:
        begun = time.perf_counter()
        try:
            self.spool.append(rows)
            self._full = ""
            self._appended += len(rows)
        except SpoolFullError as error:
            if not self._full:
                log.error("rows are lost: %s", error)  # noqa: TRY400 - a state of the disk, not of the program
            self._full = str(error)
            self._lost += len(rows)
            self._metrics.lost.labels("spool_full").inc(len(rows))
        self._metrics.append.observe(time.perf_counter() - begun)
        self._recorded()

    def _count(self, row: CrossingRow, crossing: Crossing) -> None:
        self._totals.add(row)
        self._recent[row.camera].append(crossing)
        self._last_id = max(self._last_id, row.id)
        if self._journal is not None:
            self._journal.append(row)

    # Saying

    def totals(self, camera: str, lines: Iterable[str]) -> list[LineTotal]:
        """Return the shown totals of a camera's lines."""
        with self._lock:
            counts = [(line, *self._totals.get(camera, line)) for line in lines]
        return [LineTotal(name=line, count_in=count_in, count_out=count_out) for line, count_in, count_out in counts]

    def announcement(self) -> Announcement:
        """Return the recent crossings of every camera at one moment: whoever knows one of them knows all before it."""
        with self._lock:
            return {camera: tuple(recent) for camera, recent in self._recent.items()}

    @property
    def full(self) -> str:
        """Why rows are being lost; empty while they are not."""
        return self._full

    @property
    def lost(self) -> int:
        """Rows for which there was no room."""
        return self._lost

    @property
    def appended(self) -> int:
        """Rows that this process put into the spool."""
        return self._appended

    # What the writer to the store asks

    @property
    def points(self) -> ResetPoints:
        """Since when totals are shown."""
        with self._lock:
            self._totals.advance(time.time_ns())
            return self._totals.points

    @contextmanager
    def replacing(self) -> Iterator[Replacement]:
        """Hand the totals over to the store: it says what was counted up to now, what is counted meanwhile is added."""
        with self._lock:
            self._journal = []
            replacement = Replacement(self._appended)
        try:
            yield replacement
        finally:
            with self._lock:
                if replacement.totals is not None:
                    self._totals.replace(replacement.totals, replacement.points, self._journal)
                self._journal = None

    # Restoring

    def _header(self) -> dict[str, Any]:
        return {"format": 1, "after": self._last_id, "totals": self._totals.save()}

    def _restore(self) -> None:
        """Continue where the process before this one was killed: its ids, totals and newest announcements."""
        for segment, header in self._segments_to_restore():
            self._last_id = max(self._last_id, header["after"])
            self._totals.load(header["totals"])
            for row, _ in segment.rows():
                if isinstance(row, CrossingRow):
                    self._count(row, crossing_message(row))
                elif isinstance(row, VisitRow):
                    self._last_id = max(self._last_id, row.id)
        if self._last_id:
            EVENT_IDS.continue_after(self._last_id)

    def _segments_to_restore(self) -> list[tuple[Segment, dict[str, Any]]]:
        """Return the last two segments, and those before them back to the first from which totals are known."""
        chosen: list[tuple[Segment, dict[str, Any]]] = []
        for segment in reversed(self.spool.found):
            header = segment.header()
            if header is not None:
                chosen.insert(0, (segment, header))
            if len(chosen) >= KEEP_SEGMENTS and chosen[0][1]["totals"] is not None:
                break
        return chosen
