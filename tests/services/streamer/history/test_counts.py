"""Counts per bucket, as a client asks for them."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from tests.services.streamer.history.conftest import BERLIN, Served

NOON = {"from": "2026-03-01T12:00:00Z", "to": "2026-03-01T12:10:00Z"}


def counts(served: Served, **query: Any) -> dict[str, Any]:
    answer = served.client.get("/api/counts", params=query)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def one(served: Served, **query: Any) -> dict[str, Any]:
    (series,) = counts(served, **query)["series"]
    found: dict[str, Any] = series
    return found


def test_minutes_with_corrections_taken_off(served: Served) -> None:
    answer = counts(served, **NOON, bucket="5m", camera="entrance", line="door")
    assert answer["buckets"] == ["2026-03-01T12:00:00+00:00", "2026-03-01T12:05:00+00:00"]
    assert (answer["from"], answer["to"]) == (answer["buckets"][0], "2026-03-01T12:10:00+00:00")
    assert answer["series"] == [
        {
            "camera": "entrance", "line": "door", "zone": None,
            "in": [2, 3], "out": [3, 2], "total_in": 5, "total_out": 5,
        }
    ]  # fmt: skip


def test_a_span_that_cuts_through_a_slot_counts_its_rows(served: Served) -> None:
    span = {"from": "2026-03-01T12:03:00Z", "to": "2026-03-01T13:07:00Z"}
    assert (one(served, **span, line="door")["in"], one(served, **span, line="door")["out"]) == ([4], [3])
    hours = one(served, **span, line="door", bucket="1h")
    assert (hours["in"], hours["out"]) == ([4, 0], [3, 0])


def test_every_bucket_is_there(served: Served) -> None:
    series = one(served, **{"from": "2026-03-01", "to": "2026-03-02"}, bucket="1h", line="door")
    assert series["in"] == [0] * 12 + [5] + [0] * 11


def test_what_is_asked_for_and_nothing_else(served: Served) -> None:
    day = {"from": "2026-03-01", "to": "2026-03-02"}
    assert [(s["line"], s["total_in"]) for s in counts(served, **day)["series"]] == [("door", 5), ("side", 1)]
    assert [s["line"] for s in counts(served, **day, line=["side", "door"])["series"]] == ["door", "side"]
    assert [s["total_in"] for s in counts(served, **day, label="dog")["series"]] == [0, 1]


def test_days_follow_the_clocks_of_the_time_zone(served: Served) -> None:
    span = {"from": "2026-03-28", "to": "2026-03-31"}
    answer = counts(served, **span, bucket="1d", timezone=BERLIN, line="door")
    assert answer["buckets"] == [
        "2026-03-28T00:00:00+01:00", "2026-03-29T00:00:00+01:00", "2026-03-30T00:00:00+02:00",
    ]  # fmt: skip
    assert answer["series"][0]["in"] == [0, 3, 0]
    hours = one(served, **{"from": "2026-03-29", "to": "2026-03-30"}, bucket="1h", timezone=BERLIN, line="door")["in"]
    assert len(hours) == 23
    assert [hour for hour, count in enumerate(hours) if count] == [0, 2, 22]


def test_a_zone_that_is_not_a_whole_hour_off(served: Served) -> None:
    span = {"from": "2026-03-01", "to": "2026-03-02"}
    hours = one(served, **span, bucket="1h", timezone="Asia/Kolkata", line="door")["in"]
    assert [hour for hour, count in enumerate(hours) if count] == [17]  # 12:00 UTC is 17:30 there


def test_visits_of_a_zone(served: Served) -> None:
    series = one(served, **NOON, bucket="1m", zone="queue")
    assert (series["zone"], series["line"]) == ("queue", None)
    assert (series["in"][:3], series["out"][:3]) == ([2, 0, 0], [1, 1, 0])


def test_csv_by_accept_and_by_format(served: Served) -> None:
    query = {**NOON, "bucket": "5m", "line": "door"}
    by_format = served.client.get("/api/counts", params={**query, "format": "csv"})
    by_accept = served.client.get("/api/counts", params=query, headers={"Accept": "text/csv"})
    assert by_format.text == by_accept.text
    assert by_format.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(by_format.text)))
    assert [(row["start"], row["in"], row["out"]) for row in rows] == [
        ("2026-03-01T12:00:00+00:00", "2", "3"), ("2026-03-01T12:05:00+00:00", "3", "2"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("query", "status", "sentence"),
    [
        ({"from": "2026-03-02", "to": "2026-03-01"}, 422, "is not before to"),
        ({"from": "2026-03-01", "to": "2026-03-01"}, 422, "is not before to"),
        ({"from": "yesterday"}, 422, "from='yesterday' is no time"),
        ({"to": "0001-01-01"}, 422, "is not between the years"),
        ({"bucket": "0m"}, 422, "bucket '0m' is not one of"),
        ({"bucket": "7m"}, 422, "bucket '7m' is not one of"),
        ({"bucket": "1m", "from": "2020-01-01", "to": "2026-01-01"}, 422, "more than 10000 buckets"),
        ({"timezone": "Mars/Olympus"}, 422, "there is no time zone 'Mars/Olympus'"),
        ({"timezone": "../../etc/passwd"}, 422, "there is no time zone"),
        ({"camera": "enrance"}, 404, "there is no camera 'enrance'; known: entrance"),
        ({"line": "dor"}, 404, "there is no line 'dor'; known: door, side"),
        ({"zone": "\x00"}, 404, "there is no zone"),
        ({"format": "xml"}, 422, "format: input should be 'json' or 'csv'"),
        ({"buckets": "5m"}, 422, "buckets: extra inputs are not permitted"),
    ],
)
def test_what_cannot_be_is_one_sentence(served: Served, query: dict[str, str], status: int, sentence: str) -> None:
    answer = served.client.get("/api/counts", params=query)
    assert answer.status_code == status, answer.text
    assert sentence in answer.json()["detail"]
