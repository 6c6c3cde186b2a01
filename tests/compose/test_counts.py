"""What was counted is kept, once: the database away for a while, and inference killed meanwhile."""

from __future__ import annotations

import http.client
import json
import socket
import threading
from collections import Counter
from types import TracebackType
from typing import Self

import pytest

from tests.compose.stack import Stack, until
from tests.crossing_rows import added_up, parsed

pytestmark = [pytest.mark.compose, pytest.mark.timeout(180, func_only=True)]

CROSSINGS = 2
"""Heard at each stage before the next begins."""


class Listener:
    """A client of the event stream for as long as the context lasts.

    Attributes:
        ids: Of the crossings that it was told of.
    """

    def __init__(self, stack: Stack) -> None:
        self.ids: list[str] = []
        self._connection = http.client.HTTPConnection("127.0.0.1", stack.port, timeout=60)
        self._thread = threading.Thread(target=self._run, name="listener")

    def __enter__(self) -> Self:
        self._connection.request("GET", "/api/events")
        self._answer = self._connection.getresponse()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._connection.close()

    @property
    def _socket(self) -> socket.socket:
        assert self._connection.sock is not None
        return self._connection.sock

    def hear(self) -> None:
        """Wait until some more people have crossed."""
        wanted = len(self.ids) + CROSSINGS
        until(lambda: len(self.ids) >= wanted, "people to cross")

    def _run(self) -> None:
        while line := self._answer.readline():
            if line.startswith(b"id: "):
                self.ids.append(line[4:].decode().strip())


def everything_is_stored(stack: Stack) -> bool:
    status, _, body = stack.get("/api/store")
    if status != 200:
        return False
    store = json.loads(body)
    return bool(store["state"] == "ready" and store["spooled"] == 0)


def rows(stack: Stack) -> list[dict[str, str]]:
    status, _, body = stack.get("/api/crossings?from=2020-01-01&format=csv")
    assert status == 200, body
    return parsed(body)


def shown(stack: Stack) -> Counter[tuple[str, str]]:
    lines = stack.cameras()["main"]["lines"]
    return Counter({(line["name"], way): line[way] for line in lines for way in ("in", "out")})


def test_a_kill_and_a_database_that_is_away_lose_no_count_and_double_none(stack: Stack) -> None:
    until(stack.detecting, "people to be detected in the demo")
    with Listener(stack) as listener:
        listener.hear()
        stack.compose("stop", "postgres")
        listener.hear()
        container = stack.containers("inference")[0]
        started = stack.inspect(container)["State"]["StartedAt"]
        stack.kill(container)
        until(lambda: stack.inspect(container)["State"]["StartedAt"] != started, "inference to be started again")
        listener.hear()
        stack.compose("start", "postgres")
        listener.hear()
        stack.compose("stop", "-t", "5", "capture")  # nobody crosses while it is compared
        until(lambda: everything_is_stored(stack), "everything to be stored")
        until(lambda: added_up(rows(stack)) == shown(stack), "the totals that are shown to be those of the rows")
        told = set(listener.ids)
        stored = rows(stack)
    stack.compose("start", "capture")
    ids = [row["id"] for row in stored]
    assert len(ids) == len(set(ids))
    assert told <= set(ids)
