"""Lines changed over the page's API while Turnstile counts: in force at once, nothing lost, and there again next time."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from services.common.event_ids import EventIds
from services.common.store.engine import open_store, store_url
from services.common.store.migrate import migrate
from services.common.store.records import CrossingRow, SpoolPosition
from services.common.store.write import take_over
from tests.e2e.conftest import Turnstile

Start = Callable[..., Turnstile]


def change(turnstile: Turnstile, keys: dict[str, Any]) -> dict[str, Any]:
    """Change the camera main as it is now; return what it is then."""
    version = json.loads(turnstile.get("/api/config")[2])["cameras"][0]["version"]
    with closing(HTTPConnection("127.0.0.1", turnstile.port, timeout=20)) as connection:
        headers = {"Content-Type": "application/json", "If-Match": f'"{version}"'}
        connection.request("PATCH", "/api/config/cameras/main", json.dumps(keys), headers)
        answer = connection.getresponse()
        camera: dict[str, Any] = json.loads(answer.read())
    assert answer.status == 200, camera
    return camera


def lines(turnstile: Turnstile) -> dict[str, dict[str, Any]]:
    """Return the lines that inference counts at, by name."""
    camera = turnstile.cameras().get("main")
    return {line["name"]: line for line in camera["lines"]} if camera else {}


def counted_before(folder: Path, people: int) -> None:
    """Put crossings of the line ``middle`` into the store, as an earlier run would have."""
    folder.mkdir(parents=True)
    engine = open_store(store_url(None, folder), "own")
    migrate(engine)
    ids = EventIds()
    rows = [
        CrossingRow(ids.next(), time.time_ns(), "main", "middle", "in", "person", n, 0.9, 0.5, 0.5)
        for n in range(people)
    ]
    with engine.begin() as connection:
        take_over(connection, rows, SpoolPosition("before", 0, 0))
    engine.dispose()


def test_lines_are_in_force_at_once_and_kept(start: Start, tmp_path: Path) -> None:
    data = tmp_path / "data"
    counted_before(data / "demo", people=7)
    turnstile = start("--source", "demo", TURNSTILE_DATA_DIR=str(data))
    turnstile.until(lambda: lines(turnstile).get("middle", {}).get("in", 0) >= 7, "the totals of before")
    middle = {"from": [0.5, 0.0], "to": [0.5, 1.0], "title": "Fountain"}
    change(turnstile, {"lines": {"middle": middle, "left": {"from": [0.25, 0], "to": [0.25, 1]}}})
    turnstile.until(lambda: "left" in lines(turnstile), "the new line")
    changed = lines(turnstile)["middle"]
    assert changed["title"] == "Fountain"
    assert changed["in"] >= 7
    turnstile.close()

    again = start("--source", "demo", TURNSTILE_DATA_DIR=str(data))
    again.until(lambda: lines(again).get("middle", {}).get("in", 0) >= changed["in"], "the lines and totals of before")
    assert set(lines(again)) == {"middle", "left"}
    assert lines(again)["middle"]["title"] == "Fountain"
