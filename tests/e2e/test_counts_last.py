"""Counts outlive the process that made them: the whole of Turnstile, killed while people cross."""

from __future__ import annotations

import http.client
import json
import os
import signal
import threading
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from tests.e2e.conftest import Turnstile

Start = Callable[..., Turnstile]
KILLS = 3


class Listener:
    """A client of the event stream that comes back by itself, as a browser does."""

    def __init__(self, port: int) -> None:
        self.ids: list[str] = []
        self._port = port
        self._stop = threading.Event()
        self._connection: http.client.HTTPConnection | None = None
        self._thread = threading.Thread(target=self._run, name="listener")
        self._thread.start()

    def close(self) -> None:
        self._stop.set()
        if self._connection is not None and self._connection.sock is not None:
            with suppress(OSError):
                self._connection.sock.shutdown(2)
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.is_set():
            with suppress(OSError, http.client.HTTPException):
                self._read()
            self._stop.wait(0.2)

    def _read(self) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", self._port)
        headers = {"Last-Event-ID": self.ids[-1]} if self.ids else {}
        self._connection.request("GET", "/api/events", headers=headers)
        answer = self._connection.getresponse()
        while line := answer.readline():
            if line.startswith(b"id: "):
                self.ids.append(line[4:].strip().decode())


def ask(turnstile: Turnstile, path: str) -> dict[str, Any]:
    status, _, body = turnstile.get(path)
    assert status == 200, body
    found: dict[str, Any] = json.loads(body)
    return found


def shown(turnstile: Turnstile) -> tuple[int, int] | None:
    camera = turnstile.cameras().get("main")
    return (camera["lines"][0]["in"], camera["lines"][0]["out"]) if camera and camera["lines"] else None


def kill_after(turnstile: Turnstile, listener: Listener, heard: int) -> None:
    """Kill inference once so many events were heard, and wait until it counts again."""
    turnstile.until(lambda: len(listener.ids) >= heard, "people to cross")
    pid = turnstile.pid("inference")
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    turnstile.until(lambda: turnstile.pid("inference") not in (pid, None), "inference to come back")
    turnstile.until_counting()


def test_killed_while_people_cross_no_count_is_lost_or_doubled(
    start: Start, town_centre: Path, real_model: Path
) -> None:
    turnstile = start("--source", str(town_centre), "--model", str(real_model))
    turnstile.until_counting()
    listener = Listener(turnstile.port)
    try:
        for _ in range(KILLS):
            kill_after(turnstile, listener, len(listener.ids) + 5)
        turnstile.until(lambda: ask(turnstile, "/api/store")["spooled"] == 0, "everything to be stored")
    finally:
        listener.close()
    announced = list(listener.ids)
    # The source goes on: what is compared is everything up to the last event that was heard.
    rows = ask(turnstile, "/api/crossings?from=2020-01-01&limit=1000")["crossings"]
    stored = Counter(row["id"] for row in rows)
    assert len(announced) >= 5 * KILLS
    assert announced == sorted(set(announced)), "each once, in order"
    assert [each for each in announced if each not in stored] == [], "announced and lost"
    assert max(stored.values()) == 1
    missed = [each for each in sorted(stored) if announced[0] < each < announced[-1] and each not in announced]
    assert missed == [], "stored, and never told to the client"

    def agree() -> bool:
        (series,) = ask(turnstile, "/api/counts?from=2020-01-01&line=middle")["series"]
        return (series["total_in"], series["total_out"]) == shown(turnstile)

    turnstile.until(agree, "the shown totals to be those of the rows")
