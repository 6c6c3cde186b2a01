"""What tests share: places, the public clips and model beside the checkout, addresses that leave no trace."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"


def _shared(name: str) -> Path:
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"needs {name} of the public test material, which is not beside this checkout")
    return path


@pytest.fixture(scope="session")
def town_centre() -> Path:
    """A street, 302 frames, 1920x1080 at 30 fps, about 15 people at a time."""
    return _shared("data/town-centre-1080p.mp4")


@pytest.fixture(scope="session")
def real_model() -> Path:
    """YOLO26n (COCO), INT8, as an OpenVINO folder."""
    return _shared("models/yolo26n_int8_openvino_model")


@pytest.fixture
def ipc_dir() -> Iterator[Path]:
    """A folder with a path short enough for sockets (pytest's own may not be)."""
    with TemporaryDirectory(prefix="tst-") as folder:
        yield Path(folder)


@pytest.fixture
def free_port() -> int:
    """A TCP port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
