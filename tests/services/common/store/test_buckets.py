"""Where buckets begin."""

from __future__ import annotations

from datetime import datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.common.store.buckets import ALLOWED, Bucket, BucketError, edges, runs
from services.common.store.counts import pieces
from services.common.store.schema import SLOT_NS
from tests.services.common.store.rows import HOUR, SECOND, ns

ZONES = (
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "America/Havana",
)


def clocks(begin: str, end: str, bucket: str, zone: str) -> list[str]:
    """Return what the clocks show at each edge."""
    found = edges(ns(begin, zone), ns(end, zone), Bucket.parse(bucket), ZoneInfo(zone))
    return [datetime.fromtimestamp(edge / SECOND, ZoneInfo(zone)).strftime("%m-%dT%H:%M%z") for edge in found]


def hours(begin: str, end: str, bucket: str, zone: str) -> list[float]:
    """Return the length of each bucket."""
    found = edges(ns(begin, zone), ns(end, zone), Bucket.parse(bucket), ZoneInfo(zone))
    return [(b - a) / HOUR for a, b in pairwise(found)]


def test_days_are_as_long_as_the_clocks_make_them() -> None:
    assert hours("2026-03-28", "2026-03-31", "1d", "Europe/Berlin") == [24, 23, 24]
    assert hours("2026-10-24", "2026-10-27", "1d", "Europe/Berlin") == [24, 25, 24]
    assert hours("2026-03-28", "2026-03-31", "1d", "UTC") == [24, 24, 24]


def test_an_hour_that_comes_twice_is_two() -> None:
    assert clocks("2026-10-25T01:00", "2026-10-25T04:00", "1h", "Europe/Berlin") == [
        "10-25T01:00+0200", "10-25T02:00+0200", "10-25T02:00+0100", "10-25T03:00+0100", "10-25T04:00+0100",
    ]  # fmt: skip


def test_several_hours_begin_where_the_clocks_show_a_multiple() -> None:
    assert hours("2026-03-29", "2026-03-30", "6h", "Europe/Berlin") == [5, 6, 6, 6]
    assert hours("2026-03-29", "2026-03-30", "2h", "Europe/Berlin")[:3] == [2, 1, 2]


def test_weeks_begin_on_monday_and_months_on_the_first() -> None:
    assert clocks("2026-11-21", "2026-12-10", "1w", "Europe/Berlin") == [
        "11-21T00:00+0100", "11-23T00:00+0100", "11-30T00:00+0100", "12-07T00:00+0100", "12-10T00:00+0100",
    ]  # fmt: skip
    assert clocks("2026-11-21", "2027-02-10", "1mo", "UTC") == [
        "11-21T00:00+0000", "12-01T00:00+0000", "01-01T00:00+0000", "02-01T00:00+0000", "02-10T00:00+0000",
    ]  # fmt: skip


def test_a_midnight_that_the_clocks_skip() -> None:
    assert clocks("2026-03-07", "2026-03-10", "1d", "America/Havana")[1] == "03-08T01:00-0400"


def test_one_bucket_where_none_is_asked_for() -> None:
    assert edges(5, 9, None, ZoneInfo("UTC")) == [5, 9]


@pytest.mark.parametrize("text", ["", "0m", "1", "m", "60m", "5h", "2d", "1M", "-1h", "1h ", "01h", "1.5h", "٣m"])
def test_no_bucket(text: str) -> None:
    with pytest.raises(BucketError, match="is not one of"):
        Bucket.parse(text)


def test_too_many() -> None:
    with pytest.raises(BucketError, match="more than 10000 buckets of 1m"):
        edges(ns("2020-01-01"), ns("2026-01-01"), Bucket(1, "m"), ZoneInfo("UTC"))


@given(
    st.integers(ns("2025-01-01") // SECOND, ns("2027-01-01") // SECOND),
    st.integers(1, 40 * 86_400),
    st.sampled_from(ALLOWED),
    st.sampled_from(ZONES),
)
def test_buckets_cover_the_span_once(begin_s: int, length_s: int, bucket: str, zone: str) -> None:
    begin, end = begin_s * SECOND, (begin_s + length_s) * SECOND
    try:
        found = edges(begin, end, Bucket.parse(bucket), ZoneInfo(zone))
    except BucketError:
        assert length_s > 9_000 * 60
        return
    assert (found[0], found[-1]) == (begin, end)
    assert all(a < b for a, b in pairwise(found))
    covered = [(run.begin_ns + n * run.step_ns, run.first + n) for run in runs(found) for n in range(run.count)]
    assert covered == [(edge, index) for index, edge in enumerate(found[:-1])]


@given(
    st.integers(0, 30 * 86_400),
    st.integers(1, 20 * 86_400),
    st.sampled_from(("15m", "1h", "6h", "1d", "1w")),
    st.sampled_from(ZONES),
)
def test_rows_and_rollups_share_the_span_without_gap_or_overlap(
    begin_s: int, length_s: int, bucket: str, zone: str
) -> None:
    first = ns("2026-10-10")
    begin, end = first + begin_s * SECOND, first + (begin_s + length_s) * SECOND
    found = edges(begin, end, Bucket.parse(bucket), ZoneInfo(zone))
    at = begin
    for from_rollups, run in pieces(found):
        assert run.begin_ns == at
        at = run.end_ns
        assert not from_rollups or (run.begin_ns % SLOT_NS == 0 and run.step_ns % SLOT_NS == 0)
        for n in range(run.count):
            bucket_begin, bucket_end = found[run.first + n], found[run.first + n + 1]
            assert bucket_begin <= run.begin_ns + n * run.step_ns < run.begin_ns + (n + 1) * run.step_ns <= bucket_end
    assert at == end
