"""What tests share: places, the public clips and model beside the checkout, addresses that leave no trace."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from services.capture.demo.main import Outputs
from services.capture.demo.main import main as write_demo
from services.inference.detector.catalogue import BUILT_IN
from tests.postgres import MISSING, PROGRAMS, Postgres

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"


def _shared(name: str) -> Path:
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"needs {name} of the public test material, which is not beside this checkout")
    return path


@pytest.fixture(scope="session")
def builtin_model() -> Path:
    """The detector that comes with Turnstile, as an OpenVINO folder."""
    return BUILT_IN


@pytest.fixture(scope="session")
def drawn_street(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A video of the demo street, ten seconds, 960x540 at 30 fps, somebody crossing its middle every few seconds."""
    path = tmp_path_factory.mktemp("clips") / "street.mp4"
    assert write_demo("demo://street?people=20&seed=3&size=960x540", 300, Outputs(path, None)) == 0
    return path


@pytest.fixture(scope="session")
def town_centre() -> Path:
    """A street, 302 frames, 1920x1080 at 30 fps, about 15 people at a time."""
    return _shared("data/town-centre-1080p.mp4")


@pytest.fixture(scope="session")
def real_model() -> Path:
    """YOLO26n (COCO), INT8, as an OpenVINO folder."""
    return _shared("models/yolo26n_int8_openvino_model")


@pytest.fixture(scope="session", autouse=True)
def _no_data_of_this_machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Whatever a test starts keeps its data among the tests'."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_DATA_HOME", str(tmp_path_factory.mktemp("data")))
        yield


@pytest.fixture(autouse=True)
def _data_of_this_test(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL server."""
    if not PROGRAMS:
        pytest.skip(MISSING)
    server = Postgres()
    yield server
    server.close()


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
