"""The service as a process: what it needs, and how it ends."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.conftest import ROOT
from tests.services.capture.mjpeg_server import MjpegServer
from tests.services.capture.support import write_video
from tests.waiting import eventually

COMMAND = [sys.executable, "-c", "import sys; from services.capture.main import main; sys.exit(main())"]


@pytest.fixture
def env(ipc_dir: Path, free_port: int) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TURNSTILE_")}
    return kept | {"TURNSTILE_IPC_DIR": str(ipc_dir), "TURNSTILE_CAPTURE_PORT": str(free_port), "PYTHONPATH": str(ROOT)}


@contextmanager
def running(env: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(COMMAND, env=env, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def run(env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(COMMAND, env=env, capture_output=True, text=True, check=False, timeout=60)


def state(env: dict[str, str]) -> str | None:
    try:
        cameras = httpx.get(f"http://127.0.0.1:{env['TURNSTILE_CAPTURE_PORT']}/cameras").json()
    except httpx.TransportError:
        return None
    return str(cameras[0]["state"]) if cameras else None


def terminate(process: subprocess.Popen[str]) -> str:
    process.send_signal(signal.SIGTERM)
    _, log = process.communicate(timeout=8)  # it promises three; no source would end by itself before ten
    assert process.returncode == 0
    assert "Traceback" not in log
    return log


def test_without_anything_to_watch_it_says_what_to_give(env: dict[str, str]) -> None:
    answer = run(env)

    assert answer.returncode == 2
    assert answer.stderr.startswith("turnstile capture: there is nothing to watch: set TURNSTILE_SOURCE")


def test_a_file_and_a_source_together_are_refused(env: dict[str, str], tmp_path: Path) -> None:
    answer = run(env | {"TURNSTILE_SOURCE": "x", "TURNSTILE_CONFIG": str(tmp_path / "c.yaml")})

    assert (answer.returncode, "give one of them" in answer.stderr) == (2, True)


def test_mistakes_in_the_configuration_end_it_before_anything_starts(env: dict[str, str], tmp_path: Path) -> None:
    file = tmp_path / "c.yaml"
    file.write_text("cameras:\n  a: {source: x, fsp: 1}\n  b: {}\n")
    answer = run(env | {"TURNSTILE_CONFIG": str(file)})

    assert answer.returncode == 2
    assert [line.split(": ")[1] for line in answer.stderr.splitlines()] == [f"{file}:2", f"{file}:3"]


def test_a_port_in_use_is_named(env: dict[str, str]) -> None:
    with socket.create_server(("127.0.0.1", int(env["TURNSTILE_CAPTURE_PORT"]))):
        answer = run(env | {"TURNSTILE_SOURCE": "x"})

    assert answer.returncode == 2
    assert f"port {env['TURNSTILE_CAPTURE_PORT']} on 127.0.0.1 is in use" in answer.stderr


def test_an_ipc_folder_that_cannot_be_written_is_named(env: dict[str, str], tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    answer = run(env | {"TURNSTILE_SOURCE": "x", "TURNSTILE_IPC_DIR": str(file)})

    assert answer.returncode == 2
    assert f"the ipc folder {file} cannot be written" in answer.stderr


def test_sigterm_ends_it_while_a_video_plays(env: dict[str, str], tmp_path: Path) -> None:
    video = write_video(tmp_path / "v.mp4", [90] * 10)
    with running(env | {"TURNSTILE_SOURCE": str(video)}) as process:
        eventually(lambda: state(env) == "live")
        log = terminate(process)

    assert "did not stop" not in log


def test_sigterm_ends_it_while_an_http_read_blocks(env: dict[str, str]) -> None:
    with MjpegServer() as server, running(env | {"TURNSTILE_SOURCE": server.url}) as process:
        server.await_viewers()
        log = terminate(process)

    assert "did not stop" not in log


@pytest.mark.parametrize("scheme", ["rtsp", "http"])
def test_sigterm_ends_it_while_a_peer_never_answers(env: dict[str, str], scheme: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        source = f"{scheme}://127.0.0.1:{silent.getsockname()[1]}/x"
        with running(env | {"TURNSTILE_SOURCE": source}) as process:
            peer, _ = silent.accept()
            with peer:
                terminate(process)


def test_sigterm_ends_it_while_it_waits_to_try_again(env: dict[str, str]) -> None:
    with running(env | {"TURNSTILE_SOURCE": "/does/not/exist.mp4"}) as process:
        eventually(lambda: state(env) == "offline")
        log = terminate(process)

    assert log.count("does not exist") == 1
