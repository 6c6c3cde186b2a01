"""Server-sent events over real HTTP."""

from __future__ import annotations

import asyncio
import json
import socket
from typing import Any, Self

import pytest

from proto.turnstile_pb2 import CAMERA_STATE_OFFLINE
from services.streamer import event_queue
from tests.services.streamer.inference import FakeInference
from tests.services.streamer.support import StreamerProcess
from tests.waiting import eventually


class EventClient:
    """Reads events as (name, id, data)."""

    def __init__(self, port: int, last_event_id: str | None = None, path: str = "/api/events") -> None:
        self._socket = socket.create_connection(("127.0.0.1", port))
        self._socket.settimeout(20)
        resume = f"Last-Event-ID: {last_event_id}\r\n" if last_event_id else ""
        # HTTP/1.0, so that events are not chunked
        self._socket.sendall(f"GET {path} HTTP/1.0\r\nHost: test\r\n{resume}\r\n".encode())
        self._file = self._socket.makefile("rb")
        self.head = b"".join(iter(self._file.readline, b"\r\n")).decode()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()
        self._socket.close()

    def next(self) -> tuple[str, str | None, dict[str, Any]]:
        fields: dict[str, str] = {}
        while True:
            line = self._file.readline().decode()
            assert line, "the stream ended"
            if line == "\n" and "event" in fields:
                return fields["event"], fields.get("id"), json.loads(fields["data"])
            name, _, value = line.rstrip("\n").partition(": ")
            fields[name] = value

    def until(self, kind: str, **fields: str) -> tuple[str | None, dict[str, Any]]:
        """Return id and data of the next event that is as wanted; a machine that stalls has others before it."""
        while True:
            name, event_id, data = self.next()
            if name == kind and fields.items() <= data.items():
                return event_id, data

    def crossings(self, count: int) -> list[str]:
        """Return the ids of the next so many crossings."""
        ids: list[str] = []
        while len(ids) < count:
            kind, event_id, data = self.next()
            if kind == "crossing":
                assert event_id == data["id"]
                ids.append(data["id"])
        return ids


def test_states_first_then_what_happens(streamer: StreamerProcess, inference: FakeInference) -> None:
    with EventClient(streamer.port) as client:
        assert "content-type: text/event-stream" in client.head
        assert "x-accel-buffering: no" in client.head
        kind, event_id, data = client.next()
        assert (kind, event_id, data["camera"]) == ("state", None, "entrance")
        if data["state"] != "live":
            client.until("state", state="live")
        inference.cross("entrance", "0001")
        event_id, data = client.until("crossing")
        assert event_id == "0001"
        assert (data["camera"], data["line"], data["direction"], data["track"]) == ("entrance", "door", "in", 5)
        assert (data["label"], data["confidence"], data["x"], data["y"]) == ("person", 0.9, 0.5, 0.25)
        inference.change("entrance", CAMERA_STATE_OFFLINE, "pulled out")
        client.until("state", state="offline", cause="pulled out")
        assert streamer.metric("turnstile_event_clients") == 1
    eventually(lambda: streamer.metric("turnstile_event_clients") == 0)


def test_resume_after_the_last_event(streamer: StreamerProcess, inference: FakeInference) -> None:
    with EventClient(streamer.port) as client:
        for number in range(5):
            inference.cross("entrance", f"000{number}")
        assert client.crossings(5) == ["0000", "0001", "0002", "0003", "0004"]
    with EventClient(streamer.port, "0002") as client:
        assert client.crossings(2) == ["0003", "0004"]
    with EventClient(streamer.port, "00025") as client:
        assert client.crossings(2) == ["0003", "0004"]


def test_each_crossing_once_when_inference_restarts(
    bus: str, streamer: StreamerProcess, inference: FakeInference
) -> None:
    with EventClient(streamer.port) as client:
        inference.cross("entrance", "0001")
        assert client.crossings(1) == ["0001"]
        inference.close()
        eventually(lambda: streamer.get("/readyz").status_code == 503)
        with FakeInference(bus) as again:
            again.add("entrance")
            again.cross("entrance", "0001")
            again.cross("entrance", "0002")
            assert client.crossings(1) == ["0002"]


def test_silence_is_filled_with_comments(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_queue, "HEARTBEAT_SECONDS", 0.05)

    async def quiet() -> list[bytes | None]:
        client = event_queue.EventQueue(None)
        client.put(b"event")
        received = [await client.next(), await client.next(), await client.next()]
        client.end()
        return [*received, await client.next()]

    assert asyncio.run(quiet()) == [b"event", event_queue.HEARTBEAT, event_queue.HEARTBEAT, None]


def test_client_that_takes_nothing_is_cut_off() -> None:
    async def behind() -> int:
        client = event_queue.EventQueue(None)
        for _ in range(event_queue.MAX_BACKLOG + 10):
            client.put(b"event")
        count = 0
        while await client.next() is not None:
            count += 1
        return count

    assert asyncio.run(behind()) == event_queue.MAX_BACKLOG


def test_added_and_removed_cameras(streamer: StreamerProcess, inference: FakeInference) -> None:
    with EventClient(streamer.port) as client:
        client.next()
        inference.add("garden")
        client.until("state", camera="garden", state="live")
        garden = inference.cameras.pop("garden")
        inference.do(garden.annotated.close)
        inference.do(garden.raw.close)
        client.until("state", camera="garden", state="offline", cause="The camera was removed.")
        client.until("state", camera="garden", state="removed")
    assert streamer.get("/stream/garden").status_code == 404
