"""Counts outlive the process that made them: the whole of Turnstile, its inference killed while people cross."""

from __future__ import annotations

import json
import os
import signal
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.crossing_rows import added_up, parsed
from tests.e2e.conftest import Turnstile

Start = Callable[..., Turnstile]
Totals = dict[str, tuple[int, int]]
"""In and out by line."""
KILLS = 2
# Heard in each life before it ends.
CROSSINGS = 3
# Several, so that somebody crosses one of them every second.
LINES = {f"at{x}": {"from": [x / 100, 0.0], "to": [x / 100, 1.0]} for x in (30, 40, 50, 60, 70)}


class Listener:
    """A client of the event stream, until the server ends it.

    Attributes:
        ids: Of the crossings that it was told of.
    """

    def __init__(self, turnstile: Turnstile, after: str | None = None) -> None:
        self.ids: list[str] = []
        self._url = f"http://127.0.0.1:{turnstile.port}/api/events"
        self._headers = {"Last-Event-ID": after} if after else {}
        self._thread = threading.Thread(target=self._run, name="listener", daemon=True)
        self._thread.start()

    def wait(self) -> None:
        """Wait until the server has ended the stream."""
        self._thread.join()

    def _run(self) -> None:
        with httpx.stream("GET", self._url, headers=self._headers, timeout=60) as answer:
            for line in answer.iter_lines():
                if line.startswith("id: "):
                    self.ids.append(line.removeprefix("id: "))


def ask(turnstile: Turnstile, path: str) -> dict[str, Any]:
    status, _, body = turnstile.get(path)
    assert status == 200, body
    found: dict[str, Any] = json.loads(body)
    return found


def rows(turnstile: Turnstile) -> list[dict[str, str]]:
    """Return every row of a crossing, in the order in which they were recorded."""
    status, _, body = turnstile.get("/api/crossings?from=2020-01-01&format=csv")
    assert status == 200, body
    return sorted(parsed(body), key=lambda row: row["id"])


def totals_of(stored: list[dict[str, str]]) -> Totals:
    counts = added_up(stored)
    return {line: (counts[line, "in"], counts[line, "out"]) for line in LINES}


def counted(turnstile: Turnstile) -> Totals:
    """Return what the API of counts says, which adds up roll-ups."""
    series = ask(turnstile, "/api/counts?from=2020-01-01")["series"]
    return {one["line"]: (one["total_in"], one["total_out"]) for one in series}


def shown(turnstile: Turnstile) -> Totals:
    """Return the totals that the page shows."""
    return {line["name"]: (line["in"], line["out"]) for line in turnstile.cameras()["main"]["lines"]}


def hear(turnstile: Turnstile, listener: Listener) -> None:
    """Wait until some more people have crossed."""
    wanted = len(listener.ids) + CROSSINGS
    turnstile.until(lambda: len(listener.ids) >= wanted, "people to cross")


def kill_inference(turnstile: Turnstile) -> None:
    pid = turnstile.pid("inference")
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    turnstile.until(lambda: turnstile.pid("inference") not in (pid, None), "inference to come back")


def stored(turnstile: Turnstile) -> bool:
    store = ask(turnstile, "/api/store")
    return (store["state"], store["spooled"]) == ("ready", 0)


@pytest.mark.timeout(400)
def test_killed_while_people_cross_no_count_is_lost_or_doubled(
    start: Start, drawn_street: Path, builtin_model: Path, tmp_path: Path
) -> None:
    config = tmp_path / "turnstile.yaml"

    def begin(source: Path) -> Turnstile:
        config.write_text(json.dumps({"cameras": {"main": {"source": str(source), "lines": LINES}}}))
        turnstile = start("--config", str(config), "--model", str(builtin_model))
        turnstile.until(lambda: "main" in turnstile.cameras(), "the camera")
        return turnstile

    turnstile = begin(drawn_street)
    listener = Listener(turnstile)
    for _ in range(KILLS):
        hear(turnstile, listener)
        kill_inference(turnstile)
    hear(turnstile, listener)
    turnstile.close()
    listener.wait()
    told = listener.ids

    # Started once more without a picture: nobody crosses any more while what was counted is compared.
    again = begin(tmp_path / "nothing.mp4")
    again.until(lambda: stored(again), "everything to be stored")
    found = rows(again)
    ids = [row["id"] for row in found]
    later = Listener(again, after=told[-1])
    missing = len([event for event in ids if event > told[-1]])
    again.until(lambda: len(later.ids) >= missing, "the client to be told of what it missed")
    assert totals_of(found) == counted(again) == shown(again)
    again.close()
    later.wait()
    assert [*told, *later.ids] == [event for event in ids if event >= told[0]], "each once, in order"
    moments = [(row["time"], row["line"], row["track"], row["corrects"]) for row in found]
    assert len(set(moments)) == len(moments), "one crossing as two rows"
