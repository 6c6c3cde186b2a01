"""The main job on real video, and what happens when parts of it die."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import httpx
import pytest
import simplejpeg
from playwright.sync_api import sync_playwright

from tests.e2e.conftest import Turnstile, read_parts

Start = Callable[..., Turnstile]
CHROMIUM = Path("/usr/bin/chromium")


@pytest.fixture
def arguments(drawn_street: Path, builtin_model: Path) -> tuple[str, ...]:
    return "--source", str(drawn_street), "--model", str(builtin_model)


@pytest.fixture
def real_arguments(town_centre: Path, real_model: Path) -> tuple[str, ...]:
    return "--source", str(town_centre), "--model", str(real_model)


def is_ready(turnstile: Turnstile, port: int) -> bool:
    return turnstile.get("/readyz", port)[0] == 200


def is_live(turnstile: Turnstile, camera: str = "main") -> bool:
    return bool(turnstile.cameras().get(camera, {}).get("state") == "live")


def total(turnstile: Turnstile) -> int:
    camera = turnstile.cameras().get("main")
    return sum(line["in"] + line["out"] for line in camera["lines"]) if camera else 0


@pytest.mark.parametrize(("video", "size"), [("arguments", (960, 540)), ("real_arguments", (1920, 1080))])
def test_a_street_is_shown_live_with_people_counted(
    start: Start, video: str, size: tuple[int, int], request: pytest.FixtureRequest
) -> None:
    turnstile = start(*request.getfixturevalue(video))
    camera = turnstile.until_counting()
    assert (camera["width"], camera["height"]) == size
    assert [line["name"] for line in camera["lines"]] == ["middle"]
    parts = read_parts(turnstile, "/stream/main", 20)
    assert len({picture for _, picture in parts}) == 20, "the picture does not move"
    sequences = [int(headers["x-sequence"]) for headers, _ in parts]
    assert sequences == sorted(set(sequences))
    assert simplejpeg.decode_jpeg_header(parts[0][1])[:2] == size[::-1]
    age = time.time() - float(parts[-1][0]["x-timestamp"])
    assert 0 <= age < 20
    turnstile.until(lambda: total(turnstile) > 0, "somebody to cross the line")
    turnstile.until(lambda: "Turnstile is watching: http://localhost:" in turnstile.said, "the address")
    for port in (turnstile.port, turnstile.port + 1, turnstile.port + 2):
        assert turnstile.get("/healthz", port)[0] == 200
        turnstile.until(partial(is_ready, turnstile, port), f"port {port} to be ready")
        assert b"turnstile_build_info" in turnstile.get("/metrics", port)[2]


@pytest.mark.parametrize("service", ["capture", "inference", "streamer"])
def test_a_service_that_is_killed_comes_back(start: Start, arguments: tuple[str, ...], service: str) -> None:
    turnstile = start(*arguments)
    turnstile.until_counting()
    pid = turnstile.pid(service)
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    turnstile.until(lambda: turnstile.pid(service) not in (pid, None), f"{service} to be started again")
    turnstile.until_counting()
    assert len(read_parts(turnstile, "/stream/main", 3)) == 3
    assert f"{service} was ended by signal 9; starting it again in 1 s" in turnstile.said


def test_a_viewer_is_told_while_inference_is_gone_and_sees_it_return(start: Start, arguments: tuple[str, ...]) -> None:
    turnstile = start(*arguments)
    turnstile.until_counting()
    pid = turnstile.pid("inference")
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)  # alive, but silent: nobody starts it again

    def state() -> str:
        return str(turnstile.cameras()["main"]["state"])

    turnstile.until(lambda: state() == "offline", "the camera to be called offline")
    assert turnstile.cameras()["main"]["cause"] == "Inference does not answer."
    os.kill(pid, signal.SIGCONT)
    turnstile.until(lambda: state() == "live", "the camera to be live again")


def test_two_run_side_by_side(start: Start, arguments: tuple[str, ...], tmp_path: Path) -> None:
    one = start(*arguments)
    one.until_counting()
    assert "TURNSTILE_DATA_DIR" in ended(start(*arguments)), "two cannot keep their counts in one place"
    other = start(*arguments, TURNSTILE_DATA_DIR=str(tmp_path / "other"))
    other.until_counting()
    assert one.port != other.port
    one.until(lambda: is_live(one), "the first to be live")


def test_a_camera_that_is_not_there_does_not_keep_the_others_from_running(
    start: Start, drawn_street: Path, builtin_model: Path, tmp_path: Path
) -> None:
    text = tmp_path / "notes.txt"
    text.write_text("no video")
    config = tmp_path / "turnstile.yaml"
    sources = {"good": drawn_street, "missing": tmp_path / "none.mp4", "folder": tmp_path, "text": text}
    config.write_text(json.dumps({"cameras": {name: {"source": str(path)} for name, path in sources.items()}}))
    turnstile = start("--config", str(config), "--model", str(builtin_model))
    turnstile.until_counting("good")
    cameras = turnstile.until(
        lambda: (
            (found := turnstile.cameras()) and {c["state"] for c in found.values()} == {"live", "offline"} and found
        ),
        "the bad ones to be offline",
    )
    assert all(cameras[name]["cause"] for name in ("missing", "folder", "text"))
    status, headers, picture = turnstile.get("/snapshot/missing.jpg")
    assert status == 503
    assert headers["content-type"] == "image/jpeg"
    assert picture.startswith(b"\xff\xd8")


def test_cameras_come_and_go_while_it_runs(start: Start, arguments: tuple[str, ...], drawn_street: Path) -> None:
    turnstile = start(*arguments)
    turnstile.until_counting()
    capture = f"http://127.0.0.1:{turnstile.port + 1}/cameras"
    line = {"from": [0.1, 0.5], "to": [0.9, 0.5]}
    body = {"id": "second", "source": str(drawn_street), "fps": 5, "lines": {"across": line}, "overlay": "live"}
    assert httpx.post(capture, json={**body, "fps": 0}).status_code == 422
    assert httpx.post(capture, json=body).status_code == 201
    assert httpx.post(capture, json=body).status_code == 409
    second = turnstile.until_counting("second")
    assert [line["name"] for line in second["lines"]] == ["across"]
    assert len(read_parts(turnstile, "/stream/second", 3)) == 3
    assert httpx.delete(f"{capture}/second").status_code == 204
    turnstile.until(lambda: "second" not in turnstile.cameras(), "the camera to be gone")
    turnstile.until(lambda: is_live(turnstile), "the other camera to be live")


def test_a_line_that_is_edited_takes_effect_and_a_broken_edit_does_not(
    start: Start, drawn_street: Path, builtin_model: Path, tmp_path: Path
) -> None:
    config = tmp_path / "turnstile.yaml"
    text = f"cameras:\n  main:\n    source: {drawn_street}\n    lines:\n      door: {{from: [0.5, 0], to: [0.5, 1]}}\n"
    config.write_text(text)
    turnstile = start("--config", str(config), "--model", str(builtin_model))
    turnstile.until_counting()
    turnstile.until(lambda: total(turnstile) > 0, "somebody to cross")
    config.write_text(text.replace("from: [0.5, 0]", "from: [0.5, 1]"))
    turnstile.until(lambda: "door: from and to are the same point" in turnstile.said, "the mistake to be told")
    before = total(turnstile)
    config.write_text(text.replace("from: [0.5, 0]", "from: [0.6, 0]") + "      other: {from: [0, 0], to: [1, 1]}\n")

    def names() -> list[str]:
        return [line["name"] for line in turnstile.cameras()["main"]["lines"]]

    turnstile.until(lambda: names() == ["door", "other"], "the second line")
    assert total(turnstile) >= before, "totals were lost"


def test_the_page_shows_the_street_moving_and_the_totals(start: Start, arguments: tuple[str, ...]) -> None:
    if not CHROMIUM.exists():
        pytest.skip("needs Chromium at /usr/bin/chromium")
    turnstile = start(*arguments)
    turnstile.until_counting()
    turnstile.until(lambda: total(turnstile) > 0, "somebody to cross")
    with sync_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=flags)
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.goto(f"http://127.0.0.1:{turnstile.port}/")
        image = page.locator("img[src*='/stream/main']")
        image.wait_for(timeout=30_000)
        page.wait_for_function("e => e.naturalWidth === 960", arg=image.element_handle(), timeout=30_000)
        seen: set[bytes] = set()
        turnstile.until(lambda: seen.add(image.screenshot()) or len(seen) >= 3, "the picture to move")  # type: ignore[func-returns-value]
        shown = page.locator("body").inner_text()
        browser.close()
    assert "main" in shown
    assert "middle" in shown
    assert "Live" in shown


def ended(turnstile: Turnstile) -> str:
    assert turnstile.process.wait(60) == 2
    return turnstile.said


def test_a_mistake_ends_the_start_with_one_sentence(start: Start, arguments: tuple[str, ...], tmp_path: Path) -> None:
    config = tmp_path / "turnstile.yaml"
    config.write_text("cameras:\n  a: {sauce: x}\n")
    assert f"turnstile up: {config}:2: cameras.a.sauce: unknown key; allowed here: source" in ended(
        start("--config", str(config))
    )
    assert "the ipc folder /proc/x cannot be written" in ended(start(*arguments, TURNSTILE_IPC_DIR="/proc/x"))


def test_a_port_in_use_is_named(start: Start, arguments: tuple[str, ...]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        said = ended(start(*arguments, TURNSTILE_CAPTURE_PORT=str(port)))
        assert said == f"turnstile up: port {port} on 127.0.0.1 is in use by another program\n"


def test_a_model_that_cannot_be_used_ends_the_start(
    start: Start, drawn_street: Path, builtin_model: Path, tmp_path: Path
) -> None:
    cut = tmp_path / "cut_openvino_model"
    shutil.copytree(builtin_model, cut, copy_function=shutil.copyfile)
    weights = next(cut.glob("*.bin"))
    cut.chmod(0o755)
    weights.chmod(0o644)
    weights.write_bytes(weights.read_bytes()[:1000])
    for model, reason in ((tmp_path / "none", "there is no such model"), (cut, "was altered or damaged")):
        said = ended(start("--source", str(drawn_street), "--model", str(model)))
        assert f"turnstile inference: {model}" in said
        assert reason in said


def test_ctrl_c_ends_everything_with_viewers_attached(start: Start, arguments: tuple[str, ...]) -> None:
    turnstile = start(*arguments)
    turnstile.until_counting()
    with socket.create_connection(("127.0.0.1", turnstile.port)) as viewer:
        viewer.sendall(b"GET /stream/main HTTP/1.1\r\nHost: x\r\n\r\n")
        assert viewer.recv(12) == b"HTTP/1.1 200"
        turnstile.close()  # it asserts that no process is left
    assert turnstile.process.returncode == 0
    assert "Traceback" not in turnstile.said
