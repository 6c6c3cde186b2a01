"""Since when totals are shown."""

from __future__ import annotations

from datetime import datetime, time
from zoneinfo import ZoneInfo

import pytest

from services.common.store.resets import Reset
from services.inference.recorder.reset_points import DailyReset, ResetPoints

BERLIN = ZoneInfo("Europe/Berlin")
SECOND = 1_000_000_000


def ns(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp()) * SECOND


@pytest.mark.parametrize(
    ("at", "now", "since"),
    [
        ("00:00", "2026-11-21T13:00+01:00", "2026-11-21T00:00+01:00"),
        ("00:00", "2026-11-21T00:00+01:00", "2026-11-21T00:00+01:00"),
        ("00:00", "2026-11-20T23:30+00:00", "2026-11-21T00:00+01:00"),
        ("04:30", "2026-11-21T04:29+01:00", "2026-11-20T04:30+01:00"),
        ("04:30", "2026-11-21T04:30+01:00", "2026-11-21T04:30+01:00"),
        ("02:30", "2026-03-29T12:00+02:00", "2026-03-29T03:30+02:00"),  # the clocks skip 2:30
        ("02:30", "2026-10-25T12:00+01:00", "2026-10-25T02:30+02:00"),  # and show it twice
        ("23:59", "2026-01-01T00:00+01:00", "2025-12-31T23:59+01:00"),
    ],
)
def test_the_last_daily_reset(at: str, now: str, since: str) -> None:
    assert DailyReset(time.fromisoformat(at), BERLIN).latest(ns(now)) == ns(since)


def test_the_latest_that_concerns_a_line() -> None:
    points = ResetPoints(
        100,
        (
            Reset("a", 50, "before the day began"),
            Reset("b", 200, "a camera", "entrance"),
            Reset("c", 300, "a line", "entrance", "door"),
            Reset("d", 400, "a line of that name", None, "side"),
        ),
    )
    assert points.since("entrance", "door") == 300
    assert points.since("entrance", "window") == 200
    assert points.since("yard", "door") == 100
    assert points.since("yard", "side") == 400
    assert ResetPoints().since("yard", "door") == 0
