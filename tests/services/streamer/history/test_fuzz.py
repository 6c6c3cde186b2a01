"""The history's API against its own description: whatever is asked, it answers as it says, and never with 500."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.services.streamer.history.conftest import Served

CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
PATHS = r"^/api/(counts|crossings|occupancy|dwell|store)"


def test_it_does_what_it_says(served: Served, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "schemathesis.cli", "run", f"{served.streamer.url}/openapi.json"]
    options = [
        "--include-path-regex",
        PATHS,
        "--checks",
        CHECKS,
        "--max-examples",
        "25",
        "--phases",
        "examples,fuzzing",
    ]
    settings = ["--seed", "6", "--no-color", "--request-timeout", "20", "--generation-deterministic"]
    done = subprocess.run([*command, *options, *settings], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert "error" not in served.streamer.log.read_text().lower()
