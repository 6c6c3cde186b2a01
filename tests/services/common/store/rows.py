"""Rows for tests of the store."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from services.common.event_ids import EventIds
from services.common.store.records import CrossingRow, Direction, VisitRow

IDS = EventIds()
SECOND = 1_000_000_000
HOUR = 3600 * SECOND


def ns(text: str, zone: str = "UTC") -> int:
    """Return a moment as ns since the epoch."""
    return round(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp()) * SECOND


def crossing(
    time_ns: int,
    direction: Direction = "in",
    *,
    camera: str = "entrance",
    line: str = "door",
    label: str = "person",
    corrects: str | None = None,
) -> CrossingRow:
    return CrossingRow(IDS.next(), time_ns, camera, line, direction, label, 7, 0.9, 0.5, 0.25, corrects)


def correction(row: CrossingRow) -> CrossingRow:
    return crossing(row.time_ns, row.direction, camera=row.camera, line=row.line, label=row.label, corrects=row.id)


def visit(entered_ns: int, left_ns: int, *, camera: str = "entrance", zone: str = "queue") -> VisitRow:
    return VisitRow(IDS.next(), camera, zone, 7, "person", entered_ns, left_ns)
