"""Old rows are given up, a few at a time; their roll-ups stay."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from sqlalchemy import Column, Connection, Table, delete, select, tuple_

from services.common.store.schema import SLOT_NS, crossings, zone_samples, zone_visits

# Oldest first by the time that questions are asked by.
_TABLES: Final[tuple[tuple[Table, Column[int]], ...]] = (
    (crossings, crossings.c.time_ns),
    (zone_visits, zone_visits.c.left_ns),
    (zone_samples, zone_samples.c.time_ns),
)


def prune(connection: Connection, before_ns: int, keep: Iterable[int] = (), limit: int = 2000) -> int:
    """Delete up to ``limit`` rows of each table that are older than ``before_ns``; return how many.

    Args:
        connection: In a transaction.
        before_ns: Wall clock, ns.
        keep: Moments since when totals are shown: crossings of the slot of each stay, for a total begins within it.
        limit: So many at a time, so that nobody who reads or writes waits long.
    """
    slots = [moment // SLOT_NS * SLOT_NS for moment in keep]
    deleted = 0
    for table, time in _TABLES:
        key = list(table.primary_key)
        old = select(*key).where(time < before_ns).order_by(time).limit(limit)
        if table is crossings:
            for slot in slots:
                old = old.where(~time.between(slot, slot + SLOT_NS - 1))
        deleted += connection.execute(delete(table).where(tuple_(*key).in_(old.subquery().select()))).rowcount
    return deleted
