"""Snapshots, facts, readiness and the dashboard's files, over real HTTP."""

from __future__ import annotations

import io
import re
from pathlib import Path

import httpx
from PIL import Image

from proto.turnstile_pb2 import CAMERA_STATE_CONNECTING, CAMERA_STATE_OFFLINE
from tests.services.streamer.inference import FakeInference
from tests.services.streamer.support import StreamClient, StreamerProcess, running_streamer
from tests.waiting import eventually


def snapshot(streamer: StreamerProcess, query: str = "") -> httpx.Response:
    """Return a picture of the camera as it is."""

    def probe() -> httpx.Response | None:
        answer = streamer.get(f"/snapshot/entrance.jpg{query}")
        return answer if answer.status_code == 200 else None

    answer = eventually(probe)
    assert answer is not None
    return answer


def test_snapshot_of_a_camera_nobody_watches(streamer: StreamerProcess, inference: FakeInference) -> None:
    camera = inference.cameras["entrance"]
    answer = snapshot(streamer)
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert answer.headers["X-Turnstile-State"] == "live"
    assert answer.headers["Cache-Control"] == "no-cache, no-store, must-revalidate"
    assert answer.content == camera.pictures[int(answer.headers["X-Sequence"]) % 4]
    assert camera.raw.readers == 0
    assert snapshot(streamer, "?raw=1").headers["X-Turnstile-State"] == "live"
    eventually(lambda: camera.annotated.readers == camera.raw.readers == 0)


def test_snapshot_of_an_offline_camera_is_its_slate(streamer: StreamerProcess, inference: FakeInference) -> None:
    inference.change("entrance", CAMERA_STATE_OFFLINE, "no such file")
    eventually(lambda: streamer.get("/api/cameras").json()[0]["state"] == "offline")
    answer = streamer.get("/snapshot/entrance.jpg")
    assert answer.status_code == 503
    assert answer.headers["X-Turnstile-State"] == "offline"
    assert Image.open(io.BytesIO(answer.content)).size == (320, 180)


def test_head_of_a_snapshot(streamer: StreamerProcess) -> None:
    answer = snapshot(streamer)
    head = httpx.head(f"{streamer.url}/snapshot/entrance.jpg", timeout=20)
    assert head.status_code == 200
    assert abs(int(head.headers["Content-Length"]) - len(answer.content)) < 1000
    assert not head.content


def test_cameras(streamer: StreamerProcess) -> None:
    with StreamClient(streamer.port, "/stream/entrance") as client:
        client.head()
        client.part()
        view = eventually(
            lambda: [v for v in streamer.get("/api/cameras").json() if v["viewers"] and v["state"] == "live"]
        )[0]
    assert view.pop("age_ms") >= 0
    assert view.pop("since").endswith("Z")
    assert view == {
        "id": "entrance",
        "state": "live",
        "cause": "",
        "source": "/videos/entrance.mp4",
        "width": 320,
        "height": 180,
        "capture_fps": 30.0,
        "detect_fps": 29.5,
        "latency_ms": 21.2,
        "viewers": 1,
        "lines": [{"name": "door", "title": "door", "in": 3, "out": 1}],
        "zones": [{"name": "queue", "title": "queue", "occupancy": 2}],
        "detector": {"state": "ready", "cause": "", "model": "yolo26n", "notice": ""},
    }


def test_stats(streamer: StreamerProcess) -> None:
    with StreamClient(streamer.port, "/stream/entrance?raw=1") as client:
        client.head()
        client.live(1)
        stats = eventually(lambda: [c for c in streamer.get("/stats").json()["cameras"] if c["viewers"]])[0]
    assert (stats["width"], stats["height"], stats["fps"], stats["nominal_fps"]) == (320, 180, 30.0, 30.0)
    assert (stats["pixel_format"], stats["frames"], stats["dropped"], stats["bytes"]) == ("h264", 7, 2, 9)
    viewer = stats["viewers"][0]
    assert viewer["kind"] == "raw"
    assert viewer["frames_sent"] >= 1


def test_metrics(streamer: StreamerProcess) -> None:
    with StreamClient(streamer.port, "/stream/entrance") as client:
        client.head()
        client.live(5)
        labels = '{camera="entrance",kind="annotated"}'
        assert streamer.metric(f"turnstile_viewers{labels}") == 1
        assert streamer.metric(f"turnstile_frames_sent_total{labels}") >= 5
        assert streamer.metric(f"turnstile_sent_bytes_total{labels}") > 5000
        assert streamer.metric(f"turnstile_capture_to_viewer_seconds_count{labels}") >= 5
        eventually(lambda: streamer.metric(f"turnstile_stream_fps{labels}") > 1)
        eventually(lambda: streamer.metric('turnstile_camera_state{camera="entrance",state="live"}') == 1)
        eventually(lambda: streamer.metric("turnstile_inference_up") == 1)
        eventually(lambda: "turnstile_frame_age_seconds{" in streamer.get("/metrics").text)
        assert "turnstile_build_info{" in streamer.get("/metrics").text
    eventually(lambda: streamer.metric(f"turnstile_stream_fps{labels}") == 0)


def test_before_inference_is_heard(bus: str, free_port: int, ipc_dir: Path) -> None:
    with running_streamer(bus, free_port, ipc_dir) as streamer:
        ready = streamer.get("/readyz")
        assert (ready.status_code, ready.json()["detail"]) == (503, "waiting for inference")
        assert streamer.get("/api/cameras").json() == []
        assert streamer.get("/snapshot/entrance.jpg").headers["X-Turnstile-State"] == "waiting"
        assert streamer.get("/stream/..%2Fetc").status_code == 404
        with StreamClient(streamer.port, "/stream/entrance") as client:
            client.head()
            assert client.part().state == "waiting"
            with FakeInference(bus) as inference:
                inference.add("entrance", state=CAMERA_STATE_CONNECTING)
                client.parts_until(lambda part: part.state == "connecting", most=20)
                assert streamer.get("/stream/garden").status_code == 404


def test_dashboard_files(streamer: StreamerProcess) -> None:
    page = streamer.get("/")
    assert page.status_code == 200
    assert page.headers["Content-Type"].startswith("text/html")
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "//" not in page.text.replace("<!doctype", ""), "nothing from elsewhere"
    files = re.findall(r'(?:href|src)="(/static/[^"]+)"', page.text)
    assert {Path(file).suffix for file in files} >= {".js", ".css", ".svg"}
    for file in files:
        assert streamer.get(file).status_code == 200, file
