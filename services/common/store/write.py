"""Takes rows over from a spool: each exactly once, with the roll-ups that follow from it, in one transaction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any, TypeVar

from sqlalchemy import Connection, Table, select
from sqlalchemy.dialects import postgresql, sqlite

from services.common.store.records import CrossingRow, Row, SampleRow, SpoolPosition, VisitRow
from services.common.store.schema import (
    SLOT_NS,
    crossing_rollups,
    crossings,
    spools,
    zone_rollups,
    zone_samples,
    zone_visits,
)

Identified = TypeVar("Identified", CrossingRow, VisitRow)


def take_over(connection: Connection, rows: Sequence[Row], position: SpoolPosition) -> int:
    """Insert ``rows`` and note that the spool was read up to ``position``; return how many were new.

    A row that is there already changes nothing, not even a roll-up. To be called in a transaction.
    """
    new_crossings = _insert_new(connection, crossings, [row for row in rows if isinstance(row, CrossingRow)])
    new_visits = _insert_new(connection, zone_visits, [row for row in rows if isinstance(row, VisitRow)])
    samples = [row for row in rows if isinstance(row, SampleRow)]
    if samples:
        statement = _insert(connection, zone_samples).on_conflict_do_nothing()
        connection.execute(statement, [asdict(row) for row in samples])
    _add(connection, crossing_rollups, _crossing_slots(new_crossings))
    _add(connection, zone_rollups, _visit_slots(new_visits))
    _note(connection, position)
    return len(new_crossings) + len(new_visits) + len(samples)


def position_of(connection: Connection, spool: str) -> SpoolPosition:
    """Return how far ``spool`` was taken over."""
    found = connection.execute(select(spools.c.segment, spools.c.position).where(spools.c.spool == spool)).first()
    return SpoolPosition(spool, *found) if found else SpoolPosition(spool, 0, 0)


def _insert_new(connection: Connection, table: Table, rows: Sequence[Identified]) -> list[Identified]:
    if not rows:
        return []
    statement = _insert(connection, table).on_conflict_do_nothing().returning(table.c.id)
    inserted = set(connection.execute(statement, [asdict(row) for row in rows]).scalars())
    return [row for row in rows if row.id in inserted]


def _crossing_slots(rows: Iterable[CrossingRow]) -> list[dict[str, Any]]:
    counts: Counter[tuple[str, str, str, int, str]] = Counter()
    for row in rows:
        counts[row.camera, row.line, row.label, _slot(row.time_ns), row.direction] += row.weight
    slots = dict.fromkeys(key[:4] for key in counts)
    return [
        {
            "camera": camera,
            "line": line,
            "label": label,
            "slot_ns": slot,
            "count_in": counts[camera, line, label, slot, "in"],
            "count_out": counts[camera, line, label, slot, "out"],
        }
        for camera, line, label, slot in slots
    ]


def _visit_slots(rows: Sequence[VisitRow]) -> list[dict[str, Any]]:
    entries = Counter((row.camera, row.zone, _slot(row.entered_ns)) for row in rows)
    exits = Counter((row.camera, row.zone, _slot(row.left_ns)) for row in rows)
    return [
        {"camera": key[0], "zone": key[1], "slot_ns": key[2], "entries": entries[key], "exits": exits[key]}
        for key in dict.fromkeys([*entries, *exits])
    ]


def _slot(time_ns: int) -> int:
    return time_ns // SLOT_NS * SLOT_NS


def _add(connection: Connection, table: Table, slots: Sequence[dict[str, Any]]) -> None:
    """Add to the slots' numbers, which are the columns that are not part of the key."""
    if not slots:
        return
    statement = _insert(connection, table)
    sums = {column.name: column + statement.excluded[column.name] for column in table.c if not column.primary_key}
    connection.execute(statement.on_conflict_do_update(index_elements=table.primary_key, set_=sums), slots)


def _note(connection: Connection, position: SpoolPosition) -> None:
    statement = _insert(connection, spools).values(
        spool=position.spool, segment=position.segment, position=position.offset
    )
    new = {"segment": statement.excluded.segment, "position": statement.excluded.position}
    connection.execute(statement.on_conflict_do_update(index_elements=spools.primary_key, set_=new))


def _insert(connection: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    # Both know ON CONFLICT; SQLAlchemy has no common word for it.
    return sqlite.insert(table) if connection.dialect.name == "sqlite" else postgresql.insert(table)
