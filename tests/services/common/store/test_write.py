"""Rows reach the store once each, whatever comes twice."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import Engine, func, select, text

from services.common.store.errors import StoreError
from services.common.store.migrate import HEAD, migrate, version
from services.common.store.records import Row, SampleRow, SpoolPosition
from services.common.store.retention import prune
from services.common.store.schema import crossings, metadata, zone_samples, zone_visits
from services.common.store.totals import line_totals
from services.common.store.write import position_of, take_over
from tests.services.common.store.rows import HOUR, SECOND, correction, crossing, ns, visit

NOON = ns("2026-03-01T12:00:00")


def take(engine: Engine, *rows: Row, offset: int = 1) -> int:
    with engine.begin() as connection:
        return take_over(connection, rows, SpoolPosition("spool", 1, offset))


def totals(engine: Engine, since_ns: int | None = None) -> dict[tuple[str, str], tuple[int, int]]:
    with engine.begin() as connection:
        return line_totals(connection, since_ns)


def test_a_row_that_comes_twice_counts_once(engine: Engine) -> None:
    first, second = crossing(NOON), crossing(NOON, "out")
    seen = visit(NOON, NOON + 5 * SECOND)
    sample = SampleRow(NOON, "entrance", "queue", 2)
    assert take(engine, first, seen, sample) == 3
    assert take(engine, first, second, seen, sample) <= 2  # samples that were there are not told apart
    assert totals(engine) == {("entrance", "door"): (1, 1)}
    with engine.begin() as connection:
        for table in (crossings, zone_visits, zone_samples):
            count = connection.execute(select(func.count()).select_from(table)).scalar()
            assert count == (2 if table is crossings else 1)


def test_a_correction_takes_its_row_back(engine: Engine) -> None:
    wrong, right = crossing(NOON), crossing(NOON + 1)
    take(engine, wrong, right)
    take(engine, correction(wrong))
    assert totals(engine) == {("entrance", "door"): (1, 0)}
    assert totals(engine, NOON - SECOND) == {("entrance", "door"): (1, 0)}


@pytest.mark.parametrize("after", [0, 1, 7 * 60 * SECOND, HOUR // 4, HOUR])
def test_totals_since_any_moment_are_those_of_the_rows(engine: Engine, after: int) -> None:
    rows = [crossing(NOON + minute * 60 * SECOND, "in" if minute % 3 else "out") for minute in range(-10, 90, 4)]
    take(engine, *rows)
    since = NOON + after
    expected = [sum(row.direction == way for row in rows if row.time_ns >= since) for way in ("in", "out")]
    assert totals(engine, since) == {("entrance", "door"): tuple(expected)}


def test_the_position_is_part_of_the_transaction(engine: Engine) -> None:
    with engine.begin() as connection:
        assert position_of(connection, "spool") == SpoolPosition("spool", 0, 0)
    take(engine, crossing(NOON), offset=77)
    with engine.connect() as connection, connection.begin() as transaction:
        take_over(connection, [crossing(NOON)], SpoolPosition("spool", 2, 5))
        transaction.rollback()
    with engine.begin() as connection:
        assert position_of(connection, "spool") == SpoolPosition("spool", 1, 77)
    assert totals(engine) == {("entrance", "door"): (1, 0)}


def test_old_rows_go_their_sums_stay(engine: Engine) -> None:
    old = [crossing(NOON + n * SECOND) for n in range(5)]
    take(engine, *old, visit(NOON, NOON + SECOND), SampleRow(NOON, "entrance", "queue", 1), crossing(NOON + HOUR))
    with engine.begin() as connection:
        assert prune(connection, NOON + HOUR // 2, limit=3) == 3 + 1 + 1
        assert prune(connection, NOON + HOUR // 2, limit=3) == 2
        assert prune(connection, NOON + HOUR // 2, limit=3) == 0
        assert connection.execute(select(func.count()).select_from(crossings)).scalar() == 1
    assert totals(engine) == {("entrance", "door"): (6, 0)}


def test_rows_in_whose_slot_a_total_begins_stay(engine: Engine) -> None:
    take(engine, crossing(NOON), crossing(NOON + 60 * SECOND), crossing(NOON + HOUR))
    with engine.begin() as connection:
        assert prune(connection, NOON + 10 * HOUR, keep=[NOON + 30 * SECOND]) == 1
    assert totals(engine, NOON + 30 * SECOND) == {("entrance", "door"): (2, 0)}


def test_the_migrations_make_what_the_program_expects(engine: Engine) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    with engine.begin() as connection:
        assert version(connection) == HEAD
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    migrate(engine)


def test_two_programs_may_make_the_tables_at_once(database_url: str | None, engine: Engine) -> None:
    with engine.begin() as connection:
        metadata.drop_all(connection)
        connection.execute(text("DROP TABLE alembic_version"))
    failures: list[BaseException] = []

    def attempt() -> None:
        try:
            migrate(engine)
        except BaseException as error:  # noqa: BLE001 - told by the assertion
            failures.append(error)

    threads = [threading.Thread(target=attempt) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert take(engine, crossing(NOON)) == 1


def test_tables_of_a_newer_program_are_refused(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError, match="does not know"):
        migrate(engine)
