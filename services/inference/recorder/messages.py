"""Crossings and visits as rows, and a row as the message that announces it."""

from __future__ import annotations

from typing import Final

from proto.turnstile_pb2 import DIRECTION_IN, DIRECTION_OUT, Crossing
from services.common.event_ids import EVENT_IDS
from services.common.store.records import CrossingRow, VisitRow
from services.inference.counting.tally import Visit

# More would be noise of 32-bit floats, and of detectors.
DIGITS: Final = 4


def crossing_row(crossing: Crossing) -> CrossingRow:
    """Return the row of a crossing."""
    return CrossingRow(
        id=crossing.id,
        time_ns=crossing.time_ns,
        camera=crossing.camera,
        line=crossing.line,
        direction="in" if crossing.direction == DIRECTION_IN else "out",
        label=crossing.label,
        track=crossing.track,
        confidence=round(crossing.confidence, DIGITS),
        x=round(crossing.x, DIGITS),
        y=round(crossing.y, DIGITS),
        corrects=crossing.corrects or None,
        late=crossing.late,
    )


def crossing_message(row: CrossingRow) -> Crossing:
    """Return the message of a row."""
    return Crossing(
        id=row.id,
        time_ns=row.time_ns,
        camera=row.camera,
        line=row.line,
        direction=DIRECTION_IN if row.direction == "in" else DIRECTION_OUT,
        label=row.label,
        track=row.track,
        confidence=row.confidence,
        x=row.x,
        y=row.y,
        corrects=row.corrects or "",
        late=row.late,
    )


def visit_row(camera: str, visit: Visit) -> VisitRow:
    """Return the row of a visit, with an id of its own."""
    return VisitRow(EVENT_IDS.next(), camera, visit.zone, visit.track, visit.label, visit.entered_ns, visit.left_ns)
