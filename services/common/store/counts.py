"""How many crossed each line, or visited each zone, per bucket."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Select, and_, func, literal, select

from services.common.store.buckets import Run, runs
from services.common.store.schema import SLOT_NS, crossing_rollups, crossings, zone_rollups, zone_visits
from services.common.store.totals import weight

PlaceKey = tuple[str, str]
"""Camera, and line or zone."""
Question = Select[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Which:
    """What is asked for; an empty list stands for all."""

    cameras: Sequence[str] = ()
    names: Sequence[str] = ()
    labels: Sequence[str] = ()

    def conditions(self, name: Column[str]) -> list[ColumnElement[bool]]:
        """Return what rows must fulfil, whose column ``name`` holds the line or zone."""
        table = name.table.c
        wanted = ((table.camera, self.cameras), (name, self.names), (table.get("label"), self.labels))
        return [column.in_(values) for column, values in wanted if values and column is not None]


@dataclass(frozen=True, slots=True)
class Series:
    """In and out per bucket."""

    count_in: list[int]
    count_out: list[int]


@dataclass(slots=True)
class Collected:
    """Series by place, every bucket in each."""

    buckets: int
    series: dict[PlaceKey, Series] = field(default_factory=dict)

    def at(self, key: PlaceKey) -> Series:
        """Return the series of a place; zeros, if it is new."""
        if key not in self.series:
            self.series[key] = Series([0] * self.buckets, [0] * self.buckets)
        return self.series[key]


def line_counts(connection: Connection, edges: Sequence[int], which: Which) -> Collected:
    """Return the crossings of each line between ``edges``, corrections taken off."""

    def rows(run: Run) -> list[Question]:
        return [_question(crossings.c.line, crossings.c.time_ns, run, which, weight("in"), weight("out"))]

    def rollups(run: Run) -> list[Question]:
        table = crossing_rollups.c
        return [_question(table.line, table.slot_ns, run, which, func.sum(table.count_in), func.sum(table.count_out))]

    return _collect(connection, edges, rows, rollups)


def zone_counts(connection: Connection, edges: Sequence[int], which: Which) -> Collected:
    """Return the visits of each zone that began and ended between ``edges``; only visits that have ended are known."""

    def rows(run: Run) -> list[Question]:
        table = zone_visits.c
        nobody = literal(0)
        return [
            _question(table.zone, table.entered_ns, run, which, func.count(), nobody),
            _question(table.zone, table.left_ns, run, which, nobody, func.count()),
        ]

    def rollups(run: Run) -> list[Question]:
        table = zone_rollups.c
        return [_question(table.zone, table.slot_ns, run, which, func.sum(table.entries), func.sum(table.exits))]

    return _collect(connection, edges, rows, rollups)


def pieces(edges: Sequence[int]) -> Iterator[tuple[bool, Run]]:
    """Yield what is to be asked: runs of buckets, and whether roll-ups answer them (or else rows).

    Roll-ups answer where buckets consist of whole slots; what ``edges`` cut off at both ends is counted from rows.
    """
    begin, end = edges[0], edges[-1]
    whole_begin, whole_end = -(-begin // SLOT_NS) * SLOT_NS, end // SLOT_NS * SLOT_NS
    if whole_begin >= whole_end or any(edge % SLOT_NS for edge in edges[1:-1]):
        yield from ((False, run) for run in runs(edges))
        return
    yield from ((False, run) for run in runs([begin, whole_begin]))
    yield from ((True, run) for run in runs([whole_begin, *edges[1:-1], whole_end]))
    yield from ((False, run) for run in runs([whole_end, end], first=len(edges) - 2))


def _question(
    name: Column[str],
    time: Column[int],
    run: Run,
    which: Which,
    count_in: ColumnElement[int],
    count_out: ColumnElement[int],
) -> Question:
    """Return a question whose answers are camera, name, index of the bucket, in and out."""
    camera = name.table.c.camera
    bucket = ((time - run.begin_ns) // run.step_ns + run.first).label("bucket")
    span = and_(time >= run.begin_ns, time < run.end_ns)
    conditions = which.conditions(name)
    return select(camera, name, bucket, count_in, count_out).where(span, *conditions).group_by(camera, name, bucket)


def _collect(
    connection: Connection,
    edges: Sequence[int],
    rows: Callable[[Run], list[Question]],
    rollups: Callable[[Run], list[Question]],
) -> Collected:
    collected = Collected(len(edges) - 1)
    for from_rollups, run in pieces(edges):
        for question in rollups(run) if from_rollups else rows(run):
            for camera, name, bucket, count_in, count_out in connection.execute(question):
                series = collected.at((camera, name))
                series.count_in[bucket] += int(count_in)
                series.count_out[bucket] += int(count_out)
    return collected
