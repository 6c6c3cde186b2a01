"""Ids of events sort by time, whatever the clock does."""

from __future__ import annotations

import re
import threading

from services.common.event_ids import EventIds, is_event_id

MS = 1_000_000


def test_written_as_the_specification_says() -> None:
    # The example of https://github.com/ulid/spec: 1469918176385 ms.
    event_id = EventIds(lambda: 1469918176385 * MS).next()
    assert event_id[:10] == "01ARYZ6S41"
    assert re.fullmatch("[0-9A-HJKMNP-TV-Z]{26}", event_id)


def test_they_rise_within_a_moment_and_when_the_clock_is_set_back() -> None:
    clock = iter([5, 5, 5, 3, 1, 6])
    ids = EventIds(lambda: next(clock) * MS)
    made = [ids.next() for _ in range(6)]
    assert made == sorted(set(made))


def test_they_go_on_after_those_of_an_earlier_process() -> None:
    before = EventIds(lambda: 9 * MS)
    last = [before.next() for _ in range(3)][-1]
    after = EventIds(lambda: 2 * MS)
    after.continue_after(last)
    assert after.next() > last


def test_two_processes_differ() -> None:
    assert len({EventIds(lambda: 7 * MS).next() for _ in range(1000)}) == 1000


def test_threads_share_one_order() -> None:
    ids = EventIds()
    made: list[str] = []

    def make() -> None:
        made.extend(ids.next() for _ in range(2000))

    threads = [threading.Thread(target=make) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(made)) == 8000


def test_what_is_no_id() -> None:
    assert is_event_id("01ARYZ6S41TSV4RRFFQ69G5FAV")
    for text in (
        "",
        "01ARYZ6S41",
        "01aryz6s41tsv4rrffq69g5fav",
        "81ARYZ6S41TSV4RRFFQ69G5FAV",
        "01ARYZ6S41TSV4RRFFQ69G5FAU",
    ):
        assert not is_event_id(text), text
