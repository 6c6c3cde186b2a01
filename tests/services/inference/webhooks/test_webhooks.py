"""Webhooks against a real receiver: signed, in order, tried until they arrive, and not forgotten by a restart."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import CollectorRegistry
from pydantic import SecretStr

from proto.turnstile_pb2 import CAMERA_STATE_LIVE, CAMERA_STATE_OFFLINE, Analysis, Camera, Directory, ZoneOccupancy
from services.common.config import WebhookConfig
from services.common.store.engine import open_store, store_url
from services.common.store.migrate import migrate
from services.common.store.records import SpoolPosition
from services.common.store.write import take_over
from services.inference.webhooks.watcher import CALM_NS, Watcher
from services.inference.webhooks.webhooks import Webhooks
from tests.services.common.store.rows import SECOND, crossing, ns
from tests.waiting import eventually

SECRET = "a secret of the two of us"  # noqa: S105 - of the test and nobody else
NOON = ns("2026-03-01T12:00:00")


class Receiver:
    """Takes note of what it is sent; answers what ``answers`` says first, then 204."""

    def __init__(self) -> None:
        self.answers: list[int] = []
        self.requests: list[tuple[dict[str, str], bytes]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.requests.append((dict(self.headers), body))
                self.send_response(outer.answers.pop(0) if outer.answers else 204)
                self.send_header("Location", "/elsewhere")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"
        self._thread = threading.Thread(target=self.server.serve_forever)
        self._thread.start()

    def close(self) -> None:
        self.server.shutdown()
        self._thread.join()
        self.server.server_close()

    def events(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _, body in self.requests]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.close()


@pytest.fixture
def start(receiver: Receiver, tmp_path: Path) -> Iterator[Callable[..., Webhooks]]:
    url = store_url(None, tmp_path)
    running: list[Webhooks] = []

    def starter(*events: str, crowded: int = 3) -> Webhooks:
        hook = WebhookConfig(url=receiver.url, secret=SecretStr(SECRET), events=events, crowded=crowded)  # type: ignore[arg-type]
        webhooks = Webhooks({"hook": hook}, url, CollectorRegistry())
        webhooks.start()
        running.append(webhooks)
        return webhooks

    yield starter
    for webhooks in running:
        webhooks.stop()


class Rows:
    def __init__(self, folder: Path) -> None:
        self._engine = open_store(store_url(None, folder), "own")
        migrate(self._engine)
        self._count = 0

    def add(self, count: int) -> list[str]:
        self._count += count
        rows = [crossing(NOON + n * SECOND) for n in range(count)]
        with self._engine.begin() as connection:
            take_over(connection, rows, SpoolPosition("test", 1, self._count))
        return [row.id for row in rows]

    def add_and_see(self, receiver: Receiver) -> list[dict[str, Any]]:
        self.add(1)
        return receiver.events()

    def close(self) -> None:
        self._engine.dispose()


@pytest.fixture
def rows(tmp_path: Path) -> Iterator[Rows]:
    rows = Rows(tmp_path)
    yield rows
    rows.close()


def directory(now_ns: int, *, live: bool = True, inside: int = 0) -> Directory:
    zones = [ZoneOccupancy(name="queue", occupancy=inside)]
    state = CAMERA_STATE_LIVE if live else CAMERA_STATE_OFFLINE
    camera = Camera(id="entrance", state=state, cause="" if live else "pulled out", analysis=Analysis(zones=zones))
    return Directory(published_ns=now_ns, cameras=[camera])


def test_crossings_signed_and_in_order_from_now_on(
    start: Callable[..., Webhooks], receiver: Receiver, rows: Rows
) -> None:
    rows.add(1)  # before there was a webhook
    start("crossing")
    first = eventually(lambda: rows.add_and_see(receiver))[0]  # its thread is there
    assert first["event"] == "crossing"
    assert (first["data"]["camera"], first["data"]["line"], first["data"]["direction"]) == ("entrance", "door", "in")
    ids = rows.add(5)
    eventually(lambda: len([e for e in receiver.events() if e["id"] in ids]) == 5)
    assert [e["id"] for e in receiver.events()][-5:] == ids
    headers, body = receiver.requests[0]
    seconds, signature = (part.partition("=")[2] for part in headers["X-Turnstile-Signature"].split(","))
    assert signature == hmac.new(SECRET.encode(), f"{seconds}.".encode() + body, hashlib.sha256).hexdigest()
    assert headers["X-Turnstile-Id"] == first["id"]


def test_tried_again_until_it_arrives_and_never_what_was_refused(
    start: Callable[..., Webhooks], receiver: Receiver, rows: Rows
) -> None:
    webhooks = start("camera")
    receiver.answers = [503, 429, 204, 400, 302]
    for live in (True, False, True, False, True):
        webhooks.observe(directory(NOON, live=live))
    eventually(lambda: len(receiver.requests) == 6)
    sent = [event["data"]["state"] for event in receiver.events()]
    assert sent == ["offline", "offline", "offline", "live", "offline", "live"]
    assert len({event["id"] for event in receiver.events()[:3]}) == 1, "the same event again"
    assert {headers.get("Host") for headers, _ in receiver.requests} == {receiver.url.split("/")[2]}


def test_a_restart_forgets_nothing(start: Callable[..., Webhooks], receiver: Receiver, rows: Rows) -> None:
    first = start("crossing")
    eventually(lambda: rows.add_and_see(receiver))
    first.stop()
    ids = rows.add(3)
    start("crossing")
    eventually(lambda: set(ids) <= {event["id"] for event in receiver.events()})


def test_what_a_directory_tells() -> None:
    watcher = Watcher(crowded=3)

    def told(now_ns: int, **what: Any) -> list[tuple[str, Any]]:
        events = watcher.observe(directory(now_ns, **what))
        return [(event["event"], event["data"].get("occupancy") or event["data"].get("state")) for event in events]

    assert told(NOON, live=False) == [], "it was never live"
    assert told(NOON, live=True) == [("camera", "live")]
    assert told(NOON, inside=2) == []
    assert told(NOON, inside=3) == [("crowded", 3)]
    assert told(NOON + SECOND, inside=4) == []
    assert told(NOON + 2 * SECOND, inside=2) == []
    assert told(NOON + 3 * SECOND, inside=3) == [], "it hardly was calm"
    assert told(NOON + 4 * SECOND + CALM_NS, inside=5) == [("crowded", 5)]
    assert told(NOON + 5 * SECOND + CALM_NS, live=False) == [("camera", "offline")]
