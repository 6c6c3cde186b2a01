"""The crossings themselves: page by page, from an event on, or all of a span."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from sqlalchemy import ColumnElement, Connection, Integer, Select, and_, select, tuple_, type_coerce

from services.common.store.counts import Which
from services.common.store.records import CrossingRow, Direction
from services.common.store.schema import crossings

STREAM_ROWS: Final = 5000
Order = Literal["asc", "desc"]


@dataclass(frozen=True, slots=True)
class Span:
    """Crossings between two moments.

    Attributes:
        begin_ns: Included.
        end_ns: Not included.
        which: Of which cameras, lines and classes.
        direction: None for both.
    """

    begin_ns: int
    end_ns: int
    which: Which
    direction: Direction | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """Return what rows must fulfil."""
        conditions = [crossings.c.time_ns >= self.begin_ns, crossings.c.time_ns < self.end_ns]
        if self.direction is not None:
            conditions.append(crossings.c.direction == self.direction)
        return [*conditions, *self.which.conditions(crossings.c.line)]


Place = tuple[int, str]
"""Of a row in the order of what happened: its time and id."""


def page(connection: Connection, span: Span, order: Order, after: Place | None, limit: int) -> list[CrossingRow]:
    """Return up to ``limit`` crossings of ``span`` behind ``after``, in the order in which they happened."""
    place = tuple_(crossings.c.time_ns, crossings.c.id)
    statement = _ordered(span, order).limit(limit)
    if after is not None:
        statement = statement.where(place > after if order == "asc" else place < after)
    return [CrossingRow(*row) for row in connection.execute(statement)]


def recorded_after(connection: Connection, event_id: str, which: Which, limit: int) -> list[CrossingRow]:
    """Return up to ``limit`` crossings that were recorded after an event, in that order."""
    conditions = and_(crossings.c.id > event_id, *which.conditions(crossings.c.line))
    statement = select(crossings).where(conditions).order_by(crossings.c.id).limit(limit)
    return [CrossingRow(*row) for row in connection.execute(statement)]


def stream(connection: Connection, span: Span, order: Order) -> Iterator[Sequence[Any]]:
    """Yield all crossings of ``span``, some thousand at a time, as tuples of the table's columns; late is 0 or 1."""
    connection = connection.execution_options(yield_per=STREAM_ROWS)
    # As it comes from the driver: turning it into a bool would cost a quarter of the time.
    columns = [type_coerce(c, Integer) if c is crossings.c.late else c for c in crossings.c]
    yield from connection.execute(_ordered(span, order).with_only_columns(*columns)).partitions()


def _ordered(span: Span, order: Order) -> Select[*tuple[Any, ...]]:
    columns = (crossings.c.time_ns, crossings.c.id)
    ordered = columns if order == "asc" else tuple(column.desc() for column in columns)
    return select(crossings).where(*span.conditions()).order_by(*ordered)
