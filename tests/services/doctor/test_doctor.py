"""What `turnstile doctor` finds: the whole command, and each obstacle between a camera and us."""

from __future__ import annotations

import errno
import json
import os
import socket
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from services.capture.doctor import examine_cameras, examine_node
from services.common.settings import Settings
from tests.conftest import ROOT


def doctor(folder: Path, **environment: str) -> tuple[int, dict[str, dict[str, Any]]]:
    answer = subprocess.run(
        [sys.executable, "-m", "services.cli", "doctor", "--json"],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", "HOME": str(folder), "TURNSTILE_CACHE": str(folder), **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    return answer.returncode, {finding["subject"]: finding for finding in json.loads(answer.stdout)}


def test_it_names_what_works_and_what_does_not(tmp_path: Path, free_port: int) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = other.getsockname()[1]
        status, found = doctor(
            tmp_path,
            TURNSTILE_SOURCE="/dev/video250",
            TURNSTILE_MODEL="/nowhere/model.onnx",
            TURNSTILE_PORT=str(taken),
            TURNSTILE_CAPTURE_PORT=str(free_port),
            TURNSTILE_DATABASE_URL="oracle://x/y",
        )
    assert status == 1
    assert found[f"port {taken} (streamer)"]["verdict"] == "broken"
    assert "TURNSTILE_PORT" in found[f"port {taken} (streamer)"]["remedy"]
    assert found[f"port {free_port} (capture)"]["told"] == "is free"
    assert "/dev/video250 is not there" in found["source of main"]["told"]
    assert found["model"]["told"] == "/nowhere/model.onnx: there is no such model"
    assert "oracle" in found["store of counts"]["told"]


def test_a_model_is_tried_out(tmp_path: Path, real_model: Path) -> None:
    _, found = doctor(tmp_path, TURNSTILE_SOURCE="demo", TURNSTILE_MODEL=str(real_model))
    assert found["model"]["verdict"] == "works"
    assert "pictures/s" in found["model"]["told"]
    assert found["configuration"]["told"] == "cameras: main"


def test_a_setting_that_cannot_be_is_told(tmp_path: Path) -> None:
    status, found = doctor(tmp_path, TURNSTILE_PORT="many")
    assert status == 1
    assert found["settings"]["told"].startswith("TURNSTILE_PORT=many: ")


def test_a_camera_without_a_node_here_is_told_with_the_line_to_add(tmp_path: Path) -> None:
    known = tmp_path / "known" / "video3"
    known.mkdir(parents=True)
    (known / "name").write_text("Lab Webcam\n")
    settings = Settings(source="demo", data_dir=tmp_path)
    found = {f.subject: f for f in examine_cameras(settings, known=tmp_path / "known", devices=tmp_path)}
    camera = found[f"camera {tmp_path}/video3 (Lab Webcam)"]
    assert camera.verdict == "broken"
    assert "deploy/compose/usb.yml" in camera.remedy


def test_no_camera_is_nothing_wrong(tmp_path: Path) -> None:
    settings = Settings(source="demo", data_dir=tmp_path)
    verdicts = {f.subject: f.verdict for f in examine_cameras(settings, known=tmp_path, devices=tmp_path)}
    assert verdicts == {"configuration": "works", "USB cameras": "absent"}


def test_a_node_that_may_not_be_opened_names_its_group(tmp_path: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may open anything")
    node = tmp_path / "video0"
    node.touch(0)
    finding = examine_node(node, "Lab Webcam", tmp_path)
    assert finding is not None
    assert finding.verdict == "broken"
    assert os.strerror(errno.EACCES) in finding.told


def test_a_node_without_a_camera_behind_it_is_told(tmp_path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("needs root, to make a device node")
    node = tmp_path / "video250"
    try:
        os.mknod(node, stat.S_IFCHR | 0o660, os.makedev(81, 250))
        os.close(os.open(tmp_path / "plain", os.O_CREAT | os.O_RDONLY))
    except PermissionError:
        pytest.skip("this container may not make device nodes")
    finding = examine_node(node, "Lab Webcam", tmp_path)
    assert finding is not None
    assert finding.verdict == "broken"
