"""The rows themselves: pages, what came after an event, CSV."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from tests.services.streamer.history.conftest import Served

DAY = {"from": "2026-03-01", "to": "2026-03-02"}


def ask(served: Served, **query: Any) -> dict[str, Any]:
    answer = served.client.get("/api/crossings", params={**DAY, **query})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


@pytest.mark.parametrize("order", ["asc", "desc"])
def test_pages_hold_every_row_once_and_in_order(served: Served, order: str) -> None:
    pages = [ask(served, order=order, limit=5)]
    while pages[-1]["next"]:
        pages.append(ask(served, order=order, limit=5, cursor=pages[-1]["next"]))
    assert [len(page["crossings"]) for page in pages] == [5, 5, 3]
    rows = [row for page in pages for row in page["crossings"]]
    assert len({row["id"] for row in rows}) == 13
    assert [row["time"] for row in rows] == sorted((row["time"] for row in rows), reverse=order == "desc")


def test_a_row_says_all_that_is_known(served: Served) -> None:
    first = ask(served, limit=1)["crossings"][0]
    assert first.pop("id")
    assert first == {
        "time": "2026-03-01T12:00:00.000Z", "camera": "entrance", "line": "door", "direction": "out", "track": 7,
        "label": "person", "confidence": 0.9, "x": 0.5, "y": 0.25, "corrects": None, "late": False,
    }  # fmt: skip
    (correction,) = [row for row in ask(served)["crossings"] if row["corrects"]]
    assert correction["corrects"] in {row["id"] for row in ask(served)["crossings"]}


def test_filters(served: Served) -> None:
    assert {row["direction"] for row in ask(served, direction="out")["crossings"]} == {"out"}
    assert [row["label"] for row in ask(served, line="side")["crossings"]] == ["dog"]
    assert ask(served, label="cat")["crossings"] == []


def test_what_was_recorded_after_an_event(served: Served) -> None:
    ids = sorted(row["id"] for row in ask(served)["crossings"])
    later = ask(served, after=ids[3], limit=1000)["crossings"]
    assert [row["id"] for row in later][: len(ids) - 4] == ids[4:]
    assert [row["id"] for row in ask(served, after=ids[3], limit=2)["crossings"]] == ids[4:6]


def test_csv_has_them_all(served: Served) -> None:
    answer = served.client.get("/api/crossings", params=DAY, headers={"Accept": "text/csv"})
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    wanted = ask(served)["crossings"]
    assert [row["id"] for row in rows] == [row["id"] for row in wanted]
    assert rows[0]["time"] == wanted[0]["time"]
    assert float(rows[0]["confidence"]) == pytest.approx(0.9)
    assert {row["late"] for row in rows} == {"false"}


def test_a_cursor_that_was_altered_or_mixed_up_is_refused(served: Served) -> None:
    cursor = ask(served, limit=1)["next"]
    altered = ("A" if cursor[0] != "A" else "B") + cursor[1:]
    for query in ({"cursor": altered}, {"cursor": cursor[:-3]}, {"cursor": "ü"}, {"cursor": cursor, "line": "door"}):
        answer = served.client.get("/api/crossings", params={**DAY, **query})
        assert answer.status_code == 422, query
        assert "pass `next` back as it is" in answer.json()["detail"]
    for query in ({"after": "nonsense"}, {"limit": "0"}, {"limit": "1001"}, {"order": "up"}):
        assert served.client.get("/api/crossings", params={**DAY, **query}).status_code == 422, query
