"""From a count to the store, and what happens where something is in the way."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from datetime import time as clock_time
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import delete, select, text

from proto.turnstile_pb2 import (
    STORE_STATE_FULL,
    STORE_STATE_READY,
    STORE_STATE_UNREACHABLE,
    Crossing,
    ZoneOccupancy,
)
from services.common.errors import UsageError
from services.common.event_ids import EVENT_IDS
from services.common.store.resets import Reset, add_reset, undo_reset
from services.common.store.schema import crossings, zone_samples, zone_visits
from services.inference.counting.tally import Visit
from services.inference.recorder.reset_points import DailyReset
from tests.postgres import Postgres
from tests.services.inference.recorder.conftest import Lab, crossing, settle, shown
from tests.waiting import eventually

HOUR = 3600 * 1_000_000_000


def test_totals_go_on_after_a_restart(lab: Lab) -> None:
    first = lab.start()
    first.crossings([crossing("in"), crossing("in"), crossing("out")])
    assert shown(first) == (2, 1), "at once, whether the store has them or not"
    settle(first)
    lab.stop(first)
    again = lab.start()
    assert shown(again) == (2, 1)
    again.crossings([crossing("out")])
    assert shown(again) == (2, 2)
    assert shown(again, "side") == (0, 0)


def test_what_is_recorded_is_announced_and_nothing_else(lab: Lab) -> None:
    recording = lab.start()
    assert recording.announcement() == {}
    happened = [crossing() for _ in range(300)]
    for each in happened:
        recording.crossings([each])
    assert list(recording.announcement()["entrance"]) == happened[-256:]
    lab.stop(recording)
    # A kill may come before readers heard of the last ones: the next process names them again.
    assert list(lab.start().announcement()["entrance"]) == happened[-256:]


def test_ids_rise_across_a_restart_also_when_the_clock_was_set_back(lab: Lab) -> None:
    future = crossing()
    future.id = "7ZZZZZZZZZ0000000000000000"
    recording = lab.start()
    recording.crossings([future])
    lab.stop(recording)
    lab.start()
    assert EVENT_IDS.next() > future.id


def test_a_correction_takes_back(lab: Lab) -> None:
    recording = lab.start()
    wrong = crossing("in")
    recording.crossings([wrong, crossing("in")])
    recording.crossings([crossing("in", time_ns=wrong.time_ns, corrects=wrong.id)])
    assert shown(recording) == (1, 0)
    settle(recording)
    lab.stop(recording)
    assert shown(lab.start()) == (1, 0)


def test_zones_become_samples_and_visits(lab: Lab) -> None:
    recording = lab.start()
    begin = time.time_ns()
    for tenth, inside in enumerate([0, 0, 1, 2] + [2] * 20):  # 2.4 s, a change within the first second
        recording.zones("entrance", [ZoneOccupancy(name="queue", occupancy=inside)], (), begin + tenth * 100_000_000)
    visit = Visit("queue", 7, "person", begin, begin + HOUR)
    recording.zones("entrance", [ZoneOccupancy(name="queue", occupancy=2)], [visit], begin + 61_000_000_000)
    settle(recording)
    with lab.engine().begin() as connection:
        samples = list(connection.execute(select(zone_samples.c.time_ns, zone_samples.c.occupancy)))
        assert [(ns - begin) // 100_000_000 for ns, _ in samples] == [0, 10, 610]
        assert [occupancy for _, occupancy in samples] == [0, 2, 2]
        assert connection.execute(select(zone_visits.c.left_ns - zone_visits.c.entered_ns)).scalar() == HOUR


def test_a_database_that_comes_and_goes_gets_all_in_order_and_once(
    postgres: Postgres, make_lab: Callable[[str | None], Lab]
) -> None:
    lab = make_lab(postgres.new_database())
    recording = lab.start()
    settle(recording)
    happened: list[Crossing] = []
    stop = threading.Event()

    def count() -> None:
        while not stop.wait(0.005):
            happened.append(crossing())
            recording.crossings([happened[-1]])

    counting = threading.Thread(target=count)
    counting.start()
    try:
        for mode in ("fast", "immediate"):
            postgres.stop(mode)
            eventually(lambda: recording.status().state == STORE_STATE_UNREACHABLE)
            eventually(lambda: recording.status().spooled > 20)
            assert "database" in recording.status().cause
            postgres.start()
            eventually(lambda: recording.status().state == STORE_STATE_READY)
    finally:
        stop.set()
        counting.join()
    settle(recording)
    assert lab.stored() == [each.id for each in happened]
    assert shown(recording) == (len(happened), 0)


def test_a_database_that_stands_still_does_not_hold_up_counting(
    postgres: Postgres, make_lab: Callable[[str | None], Lab]
) -> None:
    lab = make_lab(postgres.new_database())
    recording = lab.start()
    settle(recording)
    postgres.freeze()
    try:
        happened = [crossing() for _ in range(500)]
        for each in happened:
            recording.crossings([each])
        assert shown(recording) == (500, 0)
        assert recording.status().spooled > 0
        eventually(lambda: recording.status().cause == "the database does not answer")
    finally:
        postgres.thaw()
    settle(recording)
    assert lab.stored() == [each.id for each in happened]


def test_a_database_that_is_locked_is_waited_for(lab: Lab) -> None:
    recording = lab.start()
    with lab.lock():
        recording.crossings([crossing(), crossing()])
        eventually(lambda: recording.status().cause == "the database says: database is locked")
        assert recording.status().state == STORE_STATE_UNREACHABLE
        assert shown(recording) == (2, 0)
    settle(recording)
    assert len(lab.stored()) == 2


def test_started_without_a_database_it_counts_on_and_merges_later(lab: Lab) -> None:
    first = lab.start()
    first.crossings([crossing("in")] * 1)
    settle(first)
    lab.stop(first)
    with lab.lock():
        second = lab.start()
        assert second.status().state == STORE_STATE_UNREACHABLE
        assert shown(second) == (1, 0), "the spool knows"
        second.crossings([crossing("out")])
        assert shown(second) == (1, 1)
    settle(second)
    assert shown(second) == (1, 1)
    assert len(lab.stored()) == 2


def test_a_database_that_had_counts_before_the_folder_was_lost(
    postgres: Postgres, make_lab: Callable[[str | None], Lab]
) -> None:
    lab = make_lab(postgres.new_database())
    first = lab.start()
    first.crossings([crossing() for _ in range(3)])
    settle(first)
    lab.stop(first)
    lab.folder /= "elsewhere"
    assert shown(lab.start()) == (3, 0)


def test_a_spool_that_is_full_loses_the_newest_and_says_so(lab: Lab) -> None:
    recording = lab.start(spool_bytes=20_000)
    with lab.lock():
        for _ in range(200):
            recording.crossings([crossing()])
        status = recording.status()
        assert status.state == STORE_STATE_FULL
        assert 0 < status.lost < 200
        assert "limit" in status.cause
        assert lab.registry.get_sample_value("turnstile_store_lost_rows_total", {"cause": "spool_full"}) == status.lost
        assert shown(recording) == (200, 0), "counting goes on"
    eventually(lambda: recording.status().spooled == 0)
    assert len(lab.stored()) == 200 - status.lost


def test_a_row_that_the_store_refuses_holds_up_no_other(
    postgres: Postgres, make_lab: Callable[[str | None], Lab]
) -> None:
    lab = make_lab(postgres.new_database())
    recording = lab.start()
    bad = crossing(line="do\x00or")  # PostgreSQL keeps no such text
    recording.crossings([crossing(), bad, crossing()])
    settle(recording)
    assert len(lab.stored()) == 2
    assert recording.status().lost == 1


def test_only_one_process_counts_into_a_folder(lab: Lab) -> None:
    lab.start()
    with pytest.raises(UsageError, match="another Turnstile counts into"):
        lab.start()


def test_a_reset_by_hand_and_its_undoing(lab: Lab) -> None:
    recording = lab.start()
    recording.crossings([crossing("in"), crossing("out", line="side")])
    settle(recording)
    reset = Reset(EVENT_IDS.next(), time.time_ns(), "the fair opens", "entrance", "door")
    with lab.engine().begin() as connection:
        add_reset(connection, reset)
    eventually(lambda: shown(recording) == (0, 0))
    assert shown(recording, "side") == (0, 1)
    recording.crossings([crossing("in"), crossing("in")])
    assert shown(recording) == (2, 0)
    settle(recording)
    lab.stop(recording)
    again = lab.start()
    eventually(lambda: shown(again) == (2, 0))
    with lab.engine().begin() as connection:
        assert undo_reset(connection, reset.id, time.time_ns())
    eventually(lambda: shown(again) == (3, 0))


def test_a_daily_reset(lab: Lab) -> None:
    berlin = ZoneInfo("Europe/Berlin")
    now = datetime.now(berlin)
    past = (now - timedelta(hours=1)).time().replace(second=0, microsecond=0)
    recording = lab.start(daily=DailyReset(past, berlin))
    long_ago, late = time.time_ns() - 3 * HOUR, time.time_ns() - HOUR // 2
    recording.crossings([crossing(time_ns=long_ago), crossing(time_ns=late)])
    assert shown(recording) == (1, 0)
    settle(recording)
    lab.stop(recording)
    assert shown(lab.start(daily=DailyReset(past, berlin))) == (1, 0)


def test_a_daily_reset_comes_while_it_runs(lab: Lab) -> None:
    recording = lab.start(daily=DailyReset(clock_time(0, 0), ZoneInfo("UTC")))
    recording.crossings([crossing()])
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    recording.crossings([crossing(time_ns=round(tomorrow.timestamp() * 1e9))])
    assert shown(recording) == (1, 0), "the first of the new day"


def test_rows_past_their_retention_go(lab: Lab) -> None:
    recording = lab.start(retention_days=1)
    recording.crossings([crossing(time_ns=time.time_ns() - 30 * HOUR), crossing()])
    settle(recording)
    lab.stop(recording)
    again = lab.start(retention_days=1)
    eventually(lambda: len(lab.stored()) == 1)
    assert shown(again) == (2, 0), "sums stay"


def test_rows_are_not_taken_over_again_after_they_went(lab: Lab) -> None:
    recording = lab.start()
    recording.crossings([crossing()])
    settle(recording)
    lab.stop(recording)
    with lab.engine().begin() as connection:
        connection.execute(delete(crossings))
    again = lab.start()
    again.crossings([crossing()])
    settle(again)
    assert shown(again) == (2, 0)
    assert len(lab.stored()) == 1


def test_a_spool_whose_end_was_cut_off(lab: Lab) -> None:
    recording = lab.start()
    with lab.lock():
        recording.crossings([crossing(), crossing()])
        lab.stop(recording)
        (segment,) = (lab.folder / "spool").glob("*.spool")
        segment.write_bytes(segment.read_bytes()[:-5])  # as a kill within write(2) would leave it
    again = lab.start()
    assert shown(again) == (1, 0)
    again.crossings([crossing()])
    settle(again)
    assert len(lab.stored()) == 2


def test_a_spool_that_was_damaged_in_the_middle(lab: Lab) -> None:
    recording = lab.start()
    with lab.lock():
        recording.crossings([crossing(), crossing(), crossing()])
        lab.stop(recording)
        (segment,) = (lab.folder / "spool").glob("*.spool")
        lines = segment.read_bytes().splitlines(keepends=True)
        segment.write_bytes(b"".join([lines[0], lines[1], lines[2].replace(b"door", b"roof"), lines[3]]))
    again = lab.start()
    settle(again)
    assert len(lab.stored()) == 2
    assert again.status().lost == 1


def test_tables_of_a_newer_program_are_left_alone(lab: Lab) -> None:
    recording = lab.start()
    settle(recording)
    lab.stop(recording)
    with lab.engine().begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    again = lab.start()
    again.crossings([crossing()])
    assert again.status().state == STORE_STATE_UNREACHABLE
    assert "does not know" in again.status().cause
    with lab.engine().begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    settle(again)
    assert len(lab.stored()) == 1
