"""The configuration API where capture is away, changes are refused, or the request is not to be passed on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from services.streamer.configuration import MAX_BODY
from tests.services.streamer.inference import FakeInference
from tests.services.streamer.support import StreamerProcess, running_streamer

CHANGES = [
    ("POST", "/cameras"),
    ("PATCH", "/cameras/a"),
    ("DELETE", "/cameras/a"),
    ("POST", "/cameras/a/reconnect"),
    ("POST", "/undo"),
    ("POST", "/test"),
]
JSON = {"Content-Type": "application/json", "If-Match": '"x"'}


@pytest.fixture
def alone(inference: FakeInference, bus: str, free_port: int, ipc_dir: Path) -> Iterator[StreamerProcess]:
    """A streamer whose capture does not answer."""
    with running_streamer(bus, free_port, ipc_dir, capture_url="http://127.0.0.1:9") as process:
        yield process


@pytest.fixture
def read_only(inference: FakeInference, bus: str, free_port: int, ipc_dir: Path) -> Iterator[StreamerProcess]:
    with running_streamer(bus, free_port, ipc_dir, read_only="1", capture_url="http://127.0.0.1:9") as process:
        yield process


def test_capture_that_is_away_is_told(alone: StreamerProcess) -> None:
    answer = alone.get("/api/config")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")
    assert answer.json()["detail"] == "capture does not answer; try again in a moment"
    assert alone.patch("/api/config/cameras/a", {}, "x").status_code == 503
    assert alone.get("/api/cameras").status_code == 200


def test_a_body_that_is_too_large_is_refused(alone: StreamerProcess) -> None:
    answer = httpx.post(alone.url + "/api/config/test", content=b"x" * (MAX_BODY + 1), headers=JSON)
    assert answer.status_code == 413


def test_read_only_refuses_every_change(read_only: StreamerProcess) -> None:
    for method, path in CHANGES:
        answer = httpx.request(method, f"{read_only.url}/api/config{path}", headers=JSON, content=b"{}")
        assert answer.status_code == 403, (method, path)
        assert "TURNSTILE_READ_ONLY" in answer.json()["detail"]


def test_the_api_describes_itself(alone: StreamerProcess) -> None:
    paths = alone.get("/openapi.json").json()["paths"]
    change = paths["/api/config/cameras/{camera}"]["patch"]
    assert change["requestBody"]["content"]["application/json"]["example"]["lines"]
    assert any(parameter["name"] == "If-Match" for parameter in change["parameters"])
