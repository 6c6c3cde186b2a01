"""An inference to listen to and a streamer to ask, for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.services.streamer.inference import FakeInference
from tests.services.streamer.support import StreamerProcess, running_streamer
from tests.waiting import eventually


@pytest.fixture
def bus(ipc_dir: Path) -> str:
    return f"ipc://{ipc_dir}/inference"


@pytest.fixture
def inference(bus: str) -> Iterator[FakeInference]:
    """Publishes one live camera, ``entrance``."""
    with FakeInference(bus) as fake:
        fake.add("entrance")
        yield fake


@pytest.fixture
def streamer(inference: FakeInference, bus: str, free_port: int, ipc_dir: Path) -> Iterator[StreamerProcess]:
    """A streamer that heard ``inference``, with two places for viewers more than most tests need."""
    with running_streamer(bus, free_port, ipc_dir, max_viewers="4") as process:
        eventually(lambda: process.get("/readyz").status_code == 200)
        yield process
