"""What each line counted in all, or since a moment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, case, func, select

from services.common.store.schema import SLOT_NS, crossing_rollups, crossings

LineKey = tuple[str, str]
"""Camera and line."""
Totals = dict[LineKey, tuple[int, int]]
"""In and out by line, corrections taken off."""


def line_totals(connection: Connection, since_ns: int | None = None) -> Totals:
    """Return the totals of every line, from ``since_ns`` on; each slot of time from its roll-up, if it is whole."""
    if since_ns is None:
        return _collect(connection.execute(_rollups()))
    first_slot = -(-since_ns // SLOT_NS) * SLOT_NS
    begun = crossings.c.time_ns.between(since_ns, first_slot - 1)
    return _collect(
        [
            *connection.execute(_rollups().where(crossing_rollups.c.slot_ns >= first_slot)),
            *connection.execute(_rows().where(begun)),
        ]
    )


def weight(direction: str) -> ColumnElement[int]:
    """Return what a row of ``crossings`` adds to the count of ``direction``."""
    signed = case((crossings.c.corrects.is_(None), 1), else_=-1)
    return func.sum(case((crossings.c.direction == direction, signed), else_=0))


def _rollups() -> Select[*tuple[Any, ...]]:
    table = crossing_rollups
    return select(table.c.camera, table.c.line, func.sum(table.c.count_in), func.sum(table.c.count_out)).group_by(
        table.c.camera, table.c.line
    )


def _rows() -> Select[*tuple[Any, ...]]:
    return select(crossings.c.camera, crossings.c.line, weight("in"), weight("out")).group_by(
        crossings.c.camera, crossings.c.line
    )


def _collect(found: Iterable[Row[*tuple[Any, ...]]]) -> Totals:
    count_in: Counter[LineKey] = Counter()
    count_out: Counter[LineKey] = Counter()
    for camera, line, more_in, more_out in found:
        count_in[camera, line] += int(more_in)  # PostgreSQL's sums are decimals
        count_out[camera, line] += int(more_out)
    return {key: (count_in[key], count_out[key]) for key in count_in}
