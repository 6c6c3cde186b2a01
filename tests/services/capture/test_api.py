"""Cameras over real HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from prometheus_client import CollectorRegistry
from prometheus_client.parser import text_string_to_metric_families

from services.capture.api import add_camera_routes
from services.capture.manager import CameraManager
from services.common.http import HttpThread, make_app
from tests.services.capture.readers import DirectoryReader, StreamReader
from tests.services.capture.support import write_video
from tests.waiting import eventually


@pytest.fixture
def http(manager: CameraManager, registry: CollectorRegistry) -> Iterator[httpx.Client]:
    app = make_app("capture", registry, waiting_for=lambda: None)
    add_camera_routes(app, manager)
    server = HttpThread(app, "127.0.0.1", 0)
    server.start()
    with httpx.Client(base_url=f"http://127.0.0.1:{server.port}", timeout=20) as client:
        yield client
    server.stop()


@pytest.fixture
def video(tmp_path: Path) -> Path:
    return write_video(tmp_path / "v.mp4", [90] * 10)


def test_a_camera_is_added_seen_and_removed(
    http: httpx.Client, directory: DirectoryReader, stream: StreamReader, video: Path
) -> None:
    added = http.post("/cameras", json={"id": "cam", "source": str(video), "fps": 15})
    directory.await_state("live")
    stream.read()
    listed = eventually(lambda: [c for c in http.get("/cameras").json() if c["state"] == "live"])
    removed = http.delete("/cameras/cam")
    while directory.read().cameras:
        pass

    assert (added.status_code, added.json()["id"]) == (201, "cam")
    assert removed.status_code == 204
    assert http.get("/cameras").json() == []
    (camera,) = listed
    assert camera["frames"] > 0
    expected = {
        "id": "cam",
        "state": "live",
        "cause": "",
        "source": str(video),
        "width": 64,
        "height": 48,
        "pixel_format": "h264",
        "dropped": 0,
        "reconnects": 0,
    }
    assert camera | expected == camera
    assert round(camera["nominal_fps"]) == 30
    assert camera.keys() == expected.keys() | {"since", "fps", "nominal_fps", "frames", "skipped", "bytes"}


def test_a_camera_of_the_same_name_is_refused(http: httpx.Client, video: Path) -> None:
    body = {"id": "cam", "source": str(video)}
    http.post("/cameras", json=body)
    again = http.post("/cameras", json=body)

    assert (again.status_code, again.json()) == (409, {"detail": "there is a camera cam already"})


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({"source": "x"}, "id: is missing"),
        ({"id": "a b", "source": "x"}, "id: has 1 to 63 letters"),
        ({"id": 7, "source": "x"}, "id: has 1 to 63 letters"),
        ({"id": "a"}, "source: "),
        ({"id": "a", "source": "x", "fsp": 3}, "fsp: "),
        ({"id": "a", "source": "x", "fps": -3}, "fps: "),
        ({"id": "a", "source": "x", "wire": "png"}, "wire: "),
        ({"id": "a", "source": "demo://moon"}, "source: scene is 'moon'; a demo scene has the scenes plaza, street"),
        ({"id": "a", "source": "demo://plaza?colour=red"}, "source: a demo scene has no colour"),
        ({"id": "a", "source": "demo://plaza?size=100x100"}, "source: size is 100x100"),
        ({"id": "a", "source": "demo://plaza?people=-1"}, "source: people is -1"),
        ({"id": "a", "source": "demo://plaza?fps=0"}, "source: fps is 0"),
        ({"id": "a", "source": "demo", "width": 100}, "camera: size is 100x56"),
        ({"id": "a", "source": "x", "lines": {"l": {"from": [0, 0], "to": [0, 0]}}}, "lines.l: "),
    ],
)
def test_mistakes_are_named(http: httpx.Client, body: dict[str, object], named: str) -> None:
    answer = http.post("/cameras", json=body)

    assert answer.status_code == 422
    assert answer.json()["detail"].startswith(named)
    assert http.get("/cameras").json() == []


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b'"text"'])
def test_a_body_that_is_no_object_is_refused(http: httpx.Client, content: bytes) -> None:
    assert http.post("/cameras", content=content).status_code == 422


def test_a_camera_that_is_not_there_cannot_be_removed(http: httpx.Client) -> None:
    answer = http.delete("/cameras/nobody")

    assert (answer.status_code, answer.json()) == (404, {"detail": "there is no camera nobody"})


def test_credentials_are_not_shown(http: httpx.Client, directory: DirectoryReader) -> None:
    answer = http.post("/cameras", json={"id": "cam", "source": "http://ann:s3cret@127.0.0.1:1/x?token=t0ken"})
    offline = directory.await_state("offline")
    shown = answer.text + http.get("/cameras").text + http.get("/metrics").text + str(offline)

    assert "http://***@127.0.0.1:1/x?token=***" in shown
    assert "s3cret" not in shown
    assert "t0ken" not in shown


def test_metrics_tell_of_each_camera_and_end_with_it(
    http: httpx.Client, directory: DirectoryReader, stream: StreamReader, video: Path
) -> None:
    http.post("/cameras", json={"id": "cam", "source": str(video), "fps": 10})
    directory.await_state("live")
    while stream.read().header.sequence < 12:
        pass
    live = eventually(lambda: (now := samples(http))["turnstile_capture_camera_state{cam,live}"] and now)
    assert live
    http.delete("/cameras/cam")
    after = samples(http)

    skipped = sum(value for key, value in live.items() if key.startswith("turnstile_capture_frames_skipped_total{cam,"))
    assert live["turnstile_capture_frames_skipped_total{cam,fps_cap}"] > 0
    assert live["turnstile_capture_frames_in_total{cam}"] - skipped - live[
        "turnstile_capture_frames_out_total{cam}"
    ] in (0, 1)
    assert live["turnstile_capture_camera_state{cam,offline}"] == 0
    assert live["turnstile_capture_publish_seconds_count{cam}"] > 0
    assert live["turnstile_capture_bytes_total{cam}"] > 0
    assert live["turnstile_capture_fps{cam}"] > 0
    assert 0 <= live["turnstile_capture_frame_age_seconds{cam}"] < 10
    assert not [key for key in after if "{cam" in key]


def samples(http: httpx.Client) -> dict[str, float]:
    """Return each sample as ``name{label values}``."""
    families = text_string_to_metric_families(http.get("/metrics").text)
    return {f"{s.name}{{{','.join(s.labels.values())}}}": s.value for family in families for s in family.samples}
