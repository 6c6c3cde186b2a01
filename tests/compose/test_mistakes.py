"""Somebody's mistake costs the service concerned alone, which says it in one sentence: in its log and in its health."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from tests.compose.stack import Stack, docker, until

pytestmark = [pytest.mark.compose, pytest.mark.timeout(180, func_only=True)]


def says(stack: Stack, service: str, sentence: str) -> None:
    """Wait until ``service`` is unhealthy for this reason, and said the same in its log."""
    until(lambda: stack.health(service)[0] == "unhealthy", f"{service} to be unhealthy")
    assert sentence in stack.health(service)[1]
    assert sentence in stack.logs(service)
    assert "Traceback" not in stack.logs(service)


def run_on(stack: Stack, *services: str) -> None:
    """Wait until these services are healthy."""
    for service in services:
        until(partial(stack.is_healthy, service), f"{service} to be healthy")


def test_a_configuration_with_a_mistake(new_stack: Callable[..., Stack], tmp_path: Path) -> None:
    config = tmp_path / "turnstile.yaml"
    config.write_text("cameras:\n  main:\n    source: demo\n    fsp: 30\n")
    tmp_path.chmod(0o755)
    stack = new_stack(
        "config", TURNSTILE_SOURCE="", TURNSTILE_CONFIG="/config/turnstile.yaml", TURNSTILE_CONFIG_DIR=str(tmp_path)
    )
    stack.up("capture", "streamer", "nginx")
    says(stack, "capture", "/config/turnstile.yaml:4: cameras.main.fsp: unknown key")
    run_on(stack, "streamer", "nginx")
    config.write_text("cameras:\n  main:\n    source: demo\n    fps: 30\n")
    until(partial(stack.is_healthy, "capture"), "capture to notice that it was mended")
    stack.down()


def test_a_model_that_cannot_be_read(new_stack: Callable[..., Stack], tmp_path: Path) -> None:
    (tmp_path / "secret.onnx").write_bytes(b"no model")
    (tmp_path / "secret.onnx").chmod(0)
    tmp_path.chmod(0o755)
    stack = new_stack("model", TURNSTILE_MODEL="/models/secret.onnx", TURNSTILE_MODEL_DIR=str(tmp_path))
    stack.up("capture", "inference", "streamer", "nginx")
    says(stack, "inference", "/models/secret.onnx")
    run_on(stack, "capture", "streamer", "nginx")
    stack.down()


def test_a_setting_that_is_no_number(new_stack: Callable[..., Stack]) -> None:
    stack = new_stack("setting", TURNSTILE_MAX_VIEWERS="many")
    stack.up("capture", "streamer", "nginx")
    says(stack, "streamer", "TURNSTILE_MAX_VIEWERS=many: Input should be a valid integer")
    run_on(stack, "capture", "nginx")
    assert stack.get("/")[0] == 503  # and nginx tells the people
    stack.down()


def test_an_env_file_that_is_malformed(new_stack: Callable[..., Stack]) -> None:
    stack = new_stack("malformed")
    stack.env_file.write_text('TURNSTILE_SOURCE="demo\n')
    answer = stack.compose("config", "--quiet")
    assert answer.returncode != 0
    assert "env" in answer.stderr


def test_a_port_that_is_in_use(new_stack: Callable[..., Stack]) -> None:
    with socket.create_server(("", 0)) as taken:
        stack = new_stack("port", TURNSTILE_PORT=str(taken.getsockname()[1]))
        answer = stack.compose("up", "-d", "--no-build", "capture", "streamer", "nginx")
        assert answer.returncode != 0
        assert "address already in use" in answer.stderr or "port is already allocated" in answer.stderr
        run_on(stack, "capture", "streamer")
    stack.down()


SMALL_DISK = """
volumes:
  counts:
    driver_opts: {type: tmpfs, device: tmpfs, o: "size=8m,uid=10001,gid=10001,mode=0700"}
"""
# Rows by the dozen: what is left of the last page that the spool has takes some of them even when the disk is full.
BUSY = {f"at{x}": {"from": [x / 100, 0.0], "to": [x / 100, 1.0]} for x in range(10, 100, 10)}


def test_a_disk_that_is_full(new_stack: Callable[..., Stack], tmp_path: Path) -> None:
    override, config = tmp_path / "small-disk.yml", tmp_path / "turnstile.yaml"
    override.write_text(SMALL_DISK)
    config.write_text(json.dumps({"cameras": {"main": {"source": "demo://plaza?people=40", "lines": BUSY}}}))
    tmp_path.chmod(0o755)
    folder = {"TURNSTILE_CONFIG": "/config/turnstile.yaml", "TURNSTILE_CONFIG_DIR": str(tmp_path)}
    stack = new_stack("disk", str(override), TURNSTILE_SOURCE="", **folder)
    stack.up("postgres", "capture", "inference", "streamer", "nginx")
    until(stack.detecting, "people to be detected in the demo")
    container = stack.containers("inference")[0]
    stack.compose("stop", "-t", "1", "postgres")  # or rows would make room as soon as they are there
    docker("exec", container, "sh", "-c", "head -c 16m /dev/zero > /counts/filling; true")
    says(stack, "inference", "No space left on device")
    run_on(stack, "capture", "streamer", "nginx")
    assert stack.live()
    docker("exec", container, "rm", "/counts/filling")
    stack.compose("start", "postgres")
    until(partial(stack.is_healthy, "inference"), "inference to notice that there is room again")
    stack.down()
