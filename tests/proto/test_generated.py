"""The generated code in the tree is what the schema generates."""

from __future__ import annotations

import sys
from pathlib import Path
from subprocess import run

from tests.conftest import ROOT


def test_generated_code_is_fresh(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "grpc_tools.protoc", "-I.", f"--python_out={tmp_path}", f"--pyi_out={tmp_path}"]
    run([*command, "proto/turnstile.proto"], cwd=ROOT, check=True)
    for name in ("turnstile_pb2.py", "turnstile_pb2.pyi"):
        fresh = (tmp_path / "proto" / name).read_text()
        assert (ROOT / "proto" / name).read_text() == fresh, f"proto/{name} is stale: run `make proto`"
