"""A real UVC webcam on a real V4L2 stack, plugged in and out: every case in one boot of a small guest."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT, SHARED
from tests.usbcam.guest import CASES

pytestmark = [pytest.mark.usbcam, pytest.mark.timeout(900)]

GUEST_SECONDS = 420
FRAMES = Path(os.environ.get("USBCAM_DIR", "/var/lib/usbcam")) / "frames"


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What went wrong in each case that ran, empty where nothing did."""
    run = SHARED / "usbcam" / "run"
    if not run.exists():
        pytest.skip("needs usbcam/run of the public test material, which is not beside this checkout")
    if os.geteuid() != 0:
        pytest.skip("needs root, to boot the guest and to plug a camera in")
    lab = tmp_path_factory.mktemp("lab")
    results = lab / "results.json"
    # fmt: off
    command = [
        str(run), "-t", str(GUEST_SECONDS), "--",
        "env", f"PYTHONPATH={ROOT}", sys.executable, "-m", "tests.usbcam.guest", str(results), str(FRAMES),
    ]
    # fmt: on
    answer = subprocess.run(
        command, cwd=ROOT, env=os.environ | {"LAB": str(lab)}, capture_output=True, text=True, check=False
    )
    print(answer.stdout, answer.stderr)
    if not results.exists():
        pytest.fail(f"the guest brought nothing back: {answer.stdout[-4000:]}{answer.stderr[-2000:]}")
    told: dict[str, str] = json.loads(results.read_text())
    return told


@pytest.mark.parametrize("case", [case.__name__ for case in CASES])
def test_case(outcomes: dict[str, str], case: str) -> None:
    assert case in outcomes, "the guest ended before this case"
    assert outcomes[case] == "", outcomes[case]
