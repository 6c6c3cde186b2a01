"""Streams over real HTTP: framing byte by byte, slow and stalled viewers, states, limits."""

from __future__ import annotations

import re
import socket
import time
from typing import Any

import pytest

from proto.codec import MAX_MESSAGE_BYTES
from proto.turnstile_pb2 import CAMERA_STATE_LIVE, CAMERA_STATE_OFFLINE, CAMERA_STATE_STALLED
from services.streamer.directory import SILENCE_SECONDS
from tests.services.streamer.inference import FakeInference, jpeg
from tests.services.streamer.support import StreamClient, StreamerProcess
from tests.waiting import eventually

STREAM_HEADERS = [
    "Content-Type: multipart/x-mixed-replace; boundary=frame",
    "Cache-Control: no-cache, no-store, must-revalidate",
    "Pragma: no-cache",
    "Expires: 0",
    "X-Accel-Buffering: no",
    "Connection: close",
]


def until_view(streamer: StreamerProcess, state: str, cause: str) -> dict[str, Any]:
    """Return what the API says of the camera once it is in ``state`` for this ``cause``."""

    def probe() -> dict[str, Any] | None:
        view: dict[str, Any] = streamer.get("/api/cameras").json()[0]
        return view if (view["state"], view["cause"]) == (state, cause) else None

    view = eventually(probe, what=f"the camera to be {state}")
    assert view is not None
    return view


@pytest.mark.parametrize("version", ["1.0", "1.1"])
def test_head_and_parts_byte_by_byte(streamer: StreamerProcess, inference: FakeInference, version: str) -> None:
    with StreamClient(streamer.port, "/stream/entrance", version=version) as client:
        lines = client.head().decode().split("\r\n")
        assert lines[0] == "HTTP/1.1 200 OK"
        assert re.fullmatch(r"Date: \w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT", lines[1])
        assert lines[2:] == STREAM_HEADERS
        before = time.time()
        parts = client.live(10)
    for part in parts:
        assert list(part.headers) == [
            "Content-Type", "Content-Length", "X-Timestamp", "X-Sequence", "X-Turnstile-State",
        ]  # fmt: skip
        assert part.headers["Content-Type"] == "image/jpeg"
        assert re.fullmatch(r"\d+\.\d{6}", part.headers["X-Timestamp"])
        assert part.body == inference.cameras["entrance"].pictures[part.sequence % 4]
    assert abs(parts[-1].seconds - before) < 20
    sequences = [part.sequence for part in parts]
    assert sequences == sorted(set(sequences))


def test_raw_stream_is_another_one(streamer: StreamerProcess, inference: FakeInference) -> None:
    camera = inference.cameras["entrance"]
    with StreamClient(streamer.port, "/stream/entrance?raw=1") as client:
        client.head()
        client.part()
        eventually(lambda: camera.raw.readers == 1)
        assert camera.annotated.readers == 0


def test_subscribed_only_while_watched(streamer: StreamerProcess, inference: FakeInference) -> None:
    annotated = inference.cameras["entrance"].annotated
    assert annotated.readers == 0
    with StreamClient(streamer.port, "/stream/entrance") as first, StreamClient(streamer.port, "/stream/entrance"):
        first.head()
        first.part()
        eventually(lambda: annotated.readers == 1)
        eventually(lambda: streamer.get("/api/cameras").json()[0]["viewers"] == 2)
    eventually(lambda: streamer.get("/api/cameras").json()[0]["viewers"] == 0)
    eventually(lambda: annotated.readers == 0)


def test_cap_of_one_viewer(streamer: StreamerProcess) -> None:
    with (
        StreamClient(streamer.port, "/stream/entrance?fps=5") as capped,
        StreamClient(streamer.port, "/stream/entrance") as free,
    ):
        capped.head()
        free.head()
        some = capped.live(6)
        assert some[-1].seconds - some[0].seconds > 0.6, "five intervals of 200 ms, one of them maybe cut short"
        many = free.parts_until(lambda part: part.sequence >= some[-1].sequence)
        assert len([part for part in many if part.sequence > some[0].sequence]) > 2 * len(some)
    assert streamer.metric('turnstile_frames_skipped_total{camera="entrance",cause="fps_cap",kind="annotated"}') > 0


@pytest.mark.parametrize("fps", ["0", "-1", "fast", "nan", "inf", "-inf", ""])
def test_cap_that_is_none(streamer: StreamerProcess, fps: str) -> None:
    answer = streamer.get(f"/stream/entrance?fps={fps}")
    assert answer.status_code == 422
    assert answer.json()["detail"]


@pytest.mark.parametrize(
    "path", ["/stream/garden", "/snapshot/garden.jpg", "/stream/", "/nowhere", "/static/x/none.js"]
)
def test_unknown_is_404_with_detail(streamer: StreamerProcess, path: str) -> None:
    answer = streamer.get(path)
    assert answer.status_code == 404
    assert answer.json()["detail"]


def test_viewer_past_the_limit(streamer: StreamerProcess) -> None:
    clients = [StreamClient(streamer.port, "/stream/entrance") for _ in range(4)]
    for client in clients:
        client.head()
    refused = streamer.get("/stream/entrance")
    assert refused.status_code == 503
    assert refused.headers["Retry-After"] == "5"
    assert "4 places" in refused.json()["detail"]
    assert streamer.metric("turnstile_viewers_refused_total") == 1
    clients.pop().socket.close()
    eventually(lambda: streamer.metric('turnstile_viewers{camera="entrance",kind="annotated"}') == 3)
    with StreamClient(streamer.port, "/stream/entrance") as another:
        another.head()
    for client in clients:
        client.socket.close()


def test_limit_holds_when_all_come_at_once(streamer: StreamerProcess) -> None:
    clients = [StreamClient(streamer.port, "/stream/entrance") for _ in range(12)]
    statuses = sorted(client.status() for client in clients)
    for client in clients:
        client.socket.close()
    assert statuses == [200] * 4 + [503] * 8


def test_head_request_answers_the_head_alone(streamer: StreamerProcess, inference: FakeInference) -> None:
    with socket.create_connection(("127.0.0.1", streamer.port)) as client:
        client.settimeout(20)
        client.sendall(b"HEAD /stream/entrance HTTP/1.1\r\nHost: test\r\n\r\n")
        answer = b"".join(iter(lambda: client.recv(4096), b"")).decode()
    assert answer.startswith("HTTP/1.1 200 OK\r\n")
    for line in STREAM_HEADERS:
        assert line.lower() in answer.lower()
    assert answer.endswith("\r\n\r\n")
    assert inference.cameras["entrance"].annotated.readers == 0


def test_requests_before_a_stream_on_one_connection(streamer: StreamerProcess) -> None:
    with StreamClient(streamer.port, "/healthz") as client:
        client.socket.sendall(b"GET /stream/entrance HTTP/1.1\r\nHost: test\r\n\r\n")
        data = b""
        while data.count(b"Content-Type: image/jpeg") < 3:
            data += client.socket.recv(1 << 16)
    assert data.index(b'{"status":"alive"}HTTP/1.1 200 OK\r\n') > 0


def test_slow_viewer_skips_alone(streamer: StreamerProcess, inference: FakeInference) -> None:
    inference.cameras["entrance"].pictures = [jpeg(level, padding=150_000) for level in (60, 120)]
    with (
        StreamClient(streamer.port, "/stream/entrance", receive_buffer=20_000) as slow,
        StreamClient(streamer.port, "/stream/entrance") as fast,
    ):
        slow.head()
        eventually(lambda: len(streamer.get("/stats").json()["cameras"][0]["viewers"]) == 2)
        fast.head()
        newest = fast.live(60)[-1].sequence
        # In the order in which they came; which is which is told by what they were sent.
        few, many = sorted(streamer.get("/stats").json()["cameras"][0]["viewers"], key=lambda v: v["frames_sent"])
        assert few["frames_sent"] <= 3
        assert few["frames_skipped"] > 50
        assert many["frames_sent"] >= 60
        assert many["frames_skipped"] < few["frames_skipped"] / 2
        backlog = slow.parts_until(lambda part: part.sequence >= newest)
        assert len(backlog) <= 4, "a slow viewer is shown the newest picture, not those that it missed"
    skipped = 'turnstile_frames_skipped_total{camera="entrance",cause="slow_viewer",kind="annotated"}'
    assert streamer.metric(skipped) > 50


def test_stalled_viewer_is_gone_and_slow_one_stays(streamer: StreamerProcess, inference: FakeInference) -> None:
    inference.cameras["entrance"].pictures = [jpeg(level, padding=150_000) for level in (60, 120)]
    viewers = 'turnstile_viewers{camera="entrance",kind="annotated"}'
    with (
        StreamClient(streamer.port, "/stream/entrance", receive_buffer=20_000) as stalled,
        StreamClient(streamer.port, "/stream/entrance", receive_buffer=20_000) as slow,
    ):
        stalled.head()
        slow.head()
        eventually(lambda: streamer.metric(viewers) == 2)
        deadline = time.monotonic() + 40
        while streamer.metric(viewers) == 2:
            assert time.monotonic() < deadline, "the stalled viewer is still there"
            slow.read_slowly(seconds=0.5)
        assert stalled.ended()
        for _ in range(3):
            slow.part()


def test_camera_that_goes_offline_and_comes_back(streamer: StreamerProcess, inference: FakeInference) -> None:
    camera = inference.cameras["entrance"]
    with StreamClient(streamer.port, "/stream/entrance") as client:
        client.head()
        (live,) = client.live(1)
        inference.change("entrance", CAMERA_STATE_OFFLINE, "the cable was pulled")
        slate = client.parts_until(lambda part: part.state == "offline")[-1]
        assert slate.body not in camera.pictures
        assert slate.sequence >= live.sequence
        following = client.part()
        assert following.state == "offline", "frames that still come are not shown as live"
        assert following.body != slate.body, "the clock in it goes on"
        view = until_view(streamer, "offline", "the cable was pulled")
        assert (view["capture_fps"], view["latency_ms"], view["age_ms"]) == (0.0, None, None)
        inference.change("entrance", CAMERA_STATE_LIVE)
        client.parts_until(lambda part: part.state == "live", most=20)


def test_stream_without_pictures_shows_a_slate(streamer: StreamerProcess, inference: FakeInference) -> None:
    camera = inference.cameras["entrance"]
    with StreamClient(streamer.port, "/stream/entrance") as client:
        client.head()
        client.part()
        camera.publishing = False
        stopped = time.time()
        client.parts_until(lambda part: part.state == "stalled" and part.seconds >= stopped)
        until_view(streamer, "stalled", "Inference sends no pictures of this camera.")
        eventually(lambda: streamer.metric('turnstile_camera_state{camera="entrance",state="stalled"}') == 1)
        camera.publishing = True
        client.parts_until(lambda part: part.state == "live", most=20)
        until_view(streamer, "live", "")


def test_stalled_camera_says_so_at_once(streamer: StreamerProcess, inference: FakeInference) -> None:
    inference.change("entrance", CAMERA_STATE_STALLED, "open, but it delivers nothing")
    until_view(streamer, "stalled", "open, but it delivers nothing")
    with StreamClient(streamer.port, "/stream/entrance") as client:
        client.head()
        parts = client.parts_until(lambda part: part.state == "stalled", most=20)
    assert "live" not in {part.state for part in parts}


def test_inference_that_vanishes_and_comes_back(bus: str, streamer: StreamerProcess, inference: FakeInference) -> None:
    with StreamClient(streamer.port, "/stream/entrance") as client:
        client.head()
        client.part()
        inference.close()
        client.parts_until(lambda part: part.state == "offline")
        eventually(lambda: streamer.get("/readyz").status_code == 503)
        assert streamer.get("/readyz").json()["detail"] == "inference does not answer"
        until_view(streamer, "offline", "Inference does not answer.")
        with FakeInference(bus) as again:
            again.add("entrance")
            client.parts_until(lambda part: part.state == "live", most=20)
            eventually(lambda: streamer.get("/readyz").status_code == 200)


def test_follows_a_stream_to_another_endpoint(streamer: StreamerProcess, inference: FakeInference) -> None:
    camera = inference.cameras["entrance"]
    with StreamClient(streamer.port, "/stream/entrance") as client:
        client.head()
        client.part()
        before = camera.annotated
        inference.move("entrance", "moved")
        newest = camera.sequence
        eventually(lambda: camera.annotated.readers == 1)
        parts = client.parts_until(lambda part: part.sequence > newest + 5)
        if inference.longest_pause < SILENCE_SECONDS:  # else the machine stalled, and a slate is right
            assert {part.state for part in parts} == {"live"}
        inference.do(before.close)


def test_endpoint_that_is_none(streamer: StreamerProcess, inference: FakeInference) -> None:
    camera = inference.cameras["entrance"].camera
    good, camera.endpoint = camera.endpoint, "x" * 200
    with StreamClient(streamer.port, "/stream/entrance") as client:
        client.head()
        client.parts_until(lambda part: part.state == "stalled")
        camera.endpoint = good
        client.parts_until(lambda part: part.state == "live", most=20)


def test_garbage_is_counted_and_survived(streamer: StreamerProcess, inference: FakeInference) -> None:
    garbage = {
        "truncated": b"TSTL",
        "magic": b"GARBAGE" * 10,
        "version": b"TSTL\0\0\0\0\0\0\0\0",
        "oversized": b"TSTL\1\0\0\0\xff\xff\xff\xff",
        "header": b"TSTL\1\0\0\0\2\0\0\0\xff\xff",
    }
    inference.cameras["entrance"].publishing = False
    with StreamClient(streamer.port, "/stream/entrance") as client:
        client.head()
        eventually(lambda: inference.cameras["entrance"].annotated.readers == 1)
        for fault, message in garbage.items():
            for name in ("entrance", ""):
                sample = f'turnstile_wire_errors_total{{fault="{fault}"}}'
                before = streamer.metric(sample)

                def counted(
                    name: str = name, message: bytes = message, sample: str = sample, n: float = before
                ) -> bool:
                    # Again and again: on a conflated socket the next directory may take its place.
                    inference.send(name, message)
                    return streamer.metric(sample) > n

                eventually(counted)
        inference.send("entrance", bytes(MAX_MESSAGE_BYTES + 1))
        inference.cameras["entrance"].publishing = True
        client.parts_until(lambda part: part.state == "live", most=20)
    eventually(lambda: streamer.get("/readyz").status_code == 200)
