"""Occupancy and dwell."""

from __future__ import annotations

from tests.services.streamer.history.conftest import Served

NOON = {"from": "2026-03-01T12:00:00Z", "to": "2026-03-01T12:04:00Z", "bucket": "1m", "zone": "queue"}


def test_occupancy_is_a_mean_over_time(served: Served) -> None:
    (series,) = served.client.get("/api/occupancy", params=NOON).json()["series"]
    assert (series["camera"], series["zone"]) == ("entrance", "queue")
    # 10 s one person, 20 s two, then one; the last sample holds for 90 s at most.
    assert series["mean"] == [round(80 / 60, 3), 1.0, None, None]
    assert series["max"] == [2, 1, None, None]


def test_dwell_of_the_visits_that_ended(served: Served) -> None:
    (series,) = served.client.get("/api/dwell", params=NOON).json()["series"]
    assert series["visits"] == [1, 1, 0, 0]
    assert series["median"] == series["p95"] == series["mean"] == [30.0, 90.0, None, None]
    (whole,) = served.client.get("/api/dwell", params={**NOON, "bucket": "1h"}).json()["series"]
    assert (whole["mean"], whole["median"], whole["p95"], whole["max"]) == ([60.0], [30.0], [90.0], [90.0])


def test_as_csv(served: Served) -> None:
    lines = served.client.get("/api/dwell", params={**NOON, "format": "csv"}).text.split("\r\n")
    assert lines[0] == "start,end,camera,zone,visits,mean,median,p95,max"
    assert lines[1] == "2026-03-01T12:00:00+00:00,2026-03-01T12:01:00+00:00,entrance,queue,1,30.0,30.0,30.0,30.0"
    assert lines[3].endswith("queue,0,,,,")
