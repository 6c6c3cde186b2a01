"""What the images are built from, as far as it can be told without an engine."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

COMPOSE = [ROOT / "docker-compose.yml", *sorted((ROOT / "deploy" / "compose").glob("*.yml"))]

WITHOUT_UNUSED = """
import importlib.abc, runpy, sys
from pathlib import Path
unused = {name.replace("-", "_") for name in runpy.run_path("deploy/images/requirements.py")["UNUSED"]}
unused |= {"thop", "pynvml", "markdown_it"}
class Refuse(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in unused:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Refuse())
from ultralytics.models import YOLO
weights = Path(sys.argv[1])
YOLO("yolo26n.yaml", task="detect").save(weights)
import numpy as np
from services.inference.detector.catalogue import export_to_openvino
from services.inference.detector.loader import load_detector
export_to_openvino(weights, weights.with_name("exported"))
for model in (weights, weights.with_name("exported")):
    detector = load_detector(model, imgsz=None, threads=1, classes=())
    detector.detect(np.zeros((640, 640, 3), np.uint8), 0.25)
from services.inference.detector.tracker import CameraTracker
CameraTracker(0.25)
import services.cli, services.inference.main, services.capture.main, services.streamer.main
"""


def test_each_image_installs_what_its_service_needs_and_no_more() -> None:
    checked = subprocess.run(
        [sys.executable, "deploy/images/requirements.py", "--check"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_nothing_misses_what_the_images_leave_out(tmp_path: Path) -> None:
    answer = subprocess.run(
        [sys.executable, "-c", WITHOUT_UNUSED, str(tmp_path / "fresh.pt")],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "YOLO_AUTOINSTALL": "false", "YOLO_OFFLINE": "true"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr[-3000:]


@pytest.mark.parametrize("place", ["docs/deploy.md", ".env.example"])
def test_every_setting_of_the_compose_files_is_described(place: str) -> None:
    described = (ROOT / place).read_text()
    used = {name for path in COMPOSE for name in re.findall(r"\$\{([A-Z_]+)", path.read_text())}
    passed = {name for path in COMPOSE for name in re.findall(r"^ +([A-Z_]+):$", path.read_text(), re.M)}
    rare = {"TURNSTILE_VERSION", "TURNSTILE_CACHE_DIR"}
    wanted = used | passed - ({"CAMERA_USB_WIDTH", "CAMERA_USB_HEIGHT", "CAMERA_USB_FPS"} if "docs" in place else set())
    missing = {name for name in wanted if name not in described} - (rare if place == ".env.example" else set())
    assert not missing, f"{place} does not mention {', '.join(sorted(missing))}"


@pytest.mark.parametrize("script", sorted((ROOT / "deploy").rglob("*.sh")), ids=lambda path: path.name)
def test_scripts_are_portable_shell(script: Path) -> None:
    checked = subprocess.run(["sh", "-n", str(script)], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr
