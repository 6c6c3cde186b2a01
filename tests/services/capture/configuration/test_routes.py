"""The configuration over real HTTP, with real cameras behind it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import simplejpeg
from prometheus_client import CollectorRegistry

from services.capture.configuration.probe import Prober
from services.capture.configuration.routes import add_configuration_routes
from services.capture.configuration.store import UNDO_STEPS, ConfigStore
from services.capture.manager import CameraManager
from services.common.config import load_config
from services.common.http import HttpThread, make_app
from tests.services.capture.support import write_video

LINE = {"from": [0.1, 0.5], "to": [0.9, 0.5]}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Two cameras whose sources are not there, one with a password."""
    path = tmp_path / "turnstile.yaml"
    path.write_text(
        "cameras:  # ours\n"
        "  a: {source: /no/a.mp4, lines: {door: {from: [0.5, 0], to: [0.5, 1]}}}\n"
        "  b:\n    source: http://ann:s3cret@127.0.0.1:1/x\n"
    )
    return path


@pytest.fixture
def environment() -> dict[str, str]:
    return {}


@pytest.fixture
def http(
    manager: CameraManager, registry: CollectorRegistry, file: Path, environment: dict[str, str]
) -> Iterator[httpx.Client]:
    manager.apply(load_config(file, env=environment).cameras)
    app = make_app("capture", registry, waiting_for=lambda: None)
    store = ConfigStore(file, "", env=environment, apply=lambda config: manager.apply(config.cameras))
    add_configuration_routes(app, store, manager, Prober(15.0))
    server = HttpThread(app, "127.0.0.1", 0)
    server.start()
    with httpx.Client(base_url=f"http://127.0.0.1:{server.port}", timeout=30) as client:
        yield client
    server.stop()


def camera(http: httpx.Client, name: str) -> dict[str, object]:
    found: dict[str, object] = next(camera for camera in http.get("/config").json()["cameras"] if camera["id"] == name)
    return found


def patch(http: httpx.Client, name: str, keys: dict[str, object]) -> httpx.Response:
    """Change a camera as it is now."""
    return http.patch(f"/config/cameras/{name}", json=keys, headers={"If-Match": f'"{camera(http, name)["version"]}"'})


def in_force(manager: CameraManager, name: str) -> list[str]:
    """Return the lines that capture tells inference of."""
    return next(list(view.config.lines) for view in manager.views() if view.id == name)


def test_lines_are_stored_and_in_force_at_once(http: httpx.Client, manager: CameraManager, file: Path) -> None:
    answer = patch(http, "a", {"lines": {"gate": LINE | {"title": "Main gate"}}, "zones": {}})

    assert answer.status_code == 200
    assert in_force(manager, "a") == ["gate"]
    assert load_config(file).cameras["a"].lines["gate"].title == "Main gate"
    assert "# ours" in file.read_text()
    assert answer.headers["ETag"] == f'"{camera(http, "a")["version"]}"'


def test_the_later_of_two_people_is_told(http: httpx.Client, file: Path) -> None:
    version = camera(http, "a")["version"]
    other = camera(http, "b")["version"]
    first = http.patch("/config/cameras/a", json={"fps": 5}, headers={"If-Match": f'"{version}"'})
    text = file.read_text()
    second = http.patch("/config/cameras/a", json={"fps": 9}, headers={"If-Match": f'"{version}"'})
    elsewhere = http.patch("/config/cameras/b", json={"fps": 9}, headers={"If-Match": f'"{other}"'})

    assert (first.status_code, second.status_code, elsewhere.status_code) == (200, 412, 200)
    assert "somebody changed camera a in the meantime" in second.json()["detail"]
    assert "fps: 5" in text
    assert "fps: 9" not in text


def test_a_change_must_say_what_it_is_based_on(http: httpx.Client) -> None:
    assert http.patch("/config/cameras/a", json={"fps": 5}).status_code == 428
    assert http.delete("/config/cameras/a").status_code == 428
    assert http.post("/config/undo").status_code == 428


def test_undo_takes_changes_back_one_by_one(http: httpx.Client, manager: CameraManager, file: Path) -> None:
    before = file.read_text()
    patch(http, "a", {"lines": {"gate": LINE}})
    patch(http, "a", {"lines": {}})
    assert in_force(manager, "a") == []
    undone = []
    while (now := http.get("/config").json())["undo"]:
        undone.append(now["undo"]["what"])
        assert http.post("/config/undo", headers={"If-Match": now["version"]}).json() == {"undone": undone[-1]}

    assert undone == ["lines of a", "lines of a"]
    assert file.read_text() == before
    assert in_force(manager, "a") == ["door"]
    nothing = http.post("/config/undo", headers={"If-Match": now["version"]})
    assert (nothing.status_code, nothing.json()["detail"]) == (409, "there is nothing to undo")


def test_undo_spares_what_was_edited_by_hand(http: httpx.Client, file: Path) -> None:
    patch(http, "a", {"fps": 5})
    file.write_text(file.read_text() + "# mine\n")
    now = http.get("/config").json()

    assert now["undo"] is None
    assert http.post("/config/undo", headers={"If-Match": now["version"]}).status_code == 409
    assert file.read_text().endswith("# mine\n")


def test_undo_steps_are_bounded(http: httpx.Client) -> None:
    for step in range(UNDO_STEPS + 5):
        patch(http, "a", {"lines": {"door": {"from": [0.5, 0], "to": [step / 100, 1]}}})
    steps = 0
    while (now := http.get("/config").json())["undo"]:
        http.post("/config/undo", headers={"If-Match": now["version"]})
        steps += 1
    assert steps == UNDO_STEPS


def test_cameras_are_added_and_removed(http: httpx.Client, manager: CameraManager, file: Path) -> None:
    added = http.post("/config/cameras", json={"id": "yard", "source": "/no/yard.mp4", "fps": 10})
    listed = [view.id for view in manager.views()]
    removed = http.delete("/config/cameras/yard", headers={"If-Match": added.headers["ETag"]})

    assert (added.status_code, removed.status_code) == (201, 204)
    assert listed == ["a", "b", "yard"]
    assert [view.id for view in manager.views()] == ["a", "b"]
    assert list(load_config(file).cameras) == ["a", "b"]


@pytest.mark.parametrize("name", ["a", "A"])
def test_a_name_that_exists_is_refused(http: httpx.Client, name: str) -> None:
    answer = http.post("/config/cameras", json={"id": name, "source": "x"})
    assert (answer.status_code, answer.json()["detail"]) == (409, "there is a camera a already; choose another name")


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"lines": {"l": {"from": [0.5, 0.5], "to": [1.2, 0.5]}}}, "line l: lies outside the picture"),
        ({"zones": {"z": {"polygon": [[0, 0], [1, -0.1], [1, 1]]}}}, "zone z: lies outside the picture"),
        ({"zones": {"z": {"polygon": [[0, 0], [1, 1]]}}}, "zones.z.polygon: has 2 different points"),
        ({"lines": {"<b>x</b>": LINE}}, "lines.<b>x</b>: a name has 1 to 63 letters"),
        ({"lines": {"l": LINE | {"title": "a\nb"}}}, "lines.l.title: holds a character that cannot be shown"),
        ({"lines": {"l": LINE | {"title": "x" * 61}}}, "lines.l.title: string should have at most 60"),
        ({"lines": {"l": LINE | {"title": "Gate"}, "gate": LINE}}, "lines: gate and l are both shown as 'gate'"),
        ({"fps": 0}, "fps: input should be greater than 0"),
        ({"fsp": 3}, "fsp: "),
        ({"source": "http://***@127.0.0.1:2/x"}, "source: *** stands for a secret"),
    ],
)
def test_mistakes_are_named_and_nothing_is_stored(
    http: httpx.Client, file: Path, keys: dict[str, object], said: str
) -> None:
    before = file.read_text()
    answer = patch(http, "a", keys)

    assert answer.status_code == 422
    assert answer.json()["detail"].startswith(said)
    assert file.read_text() == before


def test_html_in_a_title_is_text(http: httpx.Client) -> None:
    assert patch(http, "a", {"lines": {"l": LINE | {"title": "<b>x</b>"}}}).status_code == 200


def test_an_unknown_camera_is_told(http: httpx.Client) -> None:
    answer = http.patch("/config/cameras/c", json={"fps": 5}, headers={"If-Match": "x"})
    assert (answer.status_code, answer.json()["detail"]) == (
        404,
        "there is no camera 'c' in the configuration; known: a, b",
    )
    assert http.post("/config/cameras/c/reconnect").status_code == 404


def test_secrets_are_not_shown_and_not_lost(http: httpx.Client, file: Path) -> None:
    shown = camera(http, "b")
    assert shown["source"] == "http://***@127.0.0.1:1/x"
    assert patch(http, "b", {"source": shown["source"], "fps": 5}).status_code == 200
    assert "s3cret" in file.read_text()
    assert "s3cret" not in http.get("/config").text


def test_a_file_that_has_mistakes_is_left_alone(http: httpx.Client, file: Path) -> None:
    version = str(camera(http, "a")["version"])
    file.write_text("cameras: {a: {source: x, fps: -1}}\n")
    answer = http.patch("/config/cameras/a", json={"fps": 5}, headers={"If-Match": version})

    assert answer.status_code == 409
    assert "turnstile.yaml:1: cameras.a.fps" in answer.json()["detail"]
    assert file.read_text() == "cameras: {a: {source: x, fps: -1}}\n"


class TestOverridden:
    @pytest.fixture
    def environment(self) -> dict[str, str]:
        return {"TURNSTILE_CAMERAS__A__FPS": "7"}

    def test_what_the_environment_sets_cannot_be_changed(self, http: httpx.Client, file: Path) -> None:
        before = file.read_text()
        answer = patch(http, "a", {"fps": 5})

        assert answer.status_code == 409
        assert "overridden by an environment variable" in answer.json()["detail"]
        assert file.read_text() == before
        assert patch(http, "a", {"lines": {"gate": LINE}}).status_code == 200


def test_a_test_picture(http: httpx.Client, tmp_path: Path) -> None:
    video = write_video(tmp_path / "v.mp4", [90] * 3)
    answer = http.post("/config/test", json={"source": str(video)})

    assert answer.headers["Content-Type"] == "image/jpeg"
    assert simplejpeg.decode_jpeg_header(answer.content)[:2] == (48, 64)


def test_a_source_without_a_picture_says_why(http: httpx.Client) -> None:
    answer = http.post("/config/test", json={"source": "/no/such.mp4"})
    assert answer.status_code == 422
    assert "/no/such.mp4" in answer.json()["detail"]


def test_a_camera_is_reconnected(http: httpx.Client, manager: CameraManager) -> None:
    camera = next(camera for camera in manager._cameras.values() if camera.id == "a")
    worker = camera._worker
    assert http.post("/config/cameras/a/reconnect").status_code == 202
    assert camera._worker is not worker
