"""A bus with cameras on it, and readers of what they publish."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import zmq
from prometheus_client import CollectorRegistry

from proto.sockets import Bus
from services.capture.manager import CameraManager
from services.capture.metrics import CameraCollector, publish_histogram
from services.capture.publisher import DirectoryPublisher
from services.capture.sources import pacing, playback
from services.capture.worker import Wiring
from tests.services.capture.readers import DirectoryReader, StreamReader


@pytest.fixture
def context() -> Iterator[zmq.Context[zmq.Socket[bytes]]]:
    with zmq.Context() as context:
        yield context


@pytest.fixture
def bus(ipc_dir: Path) -> Bus:
    return Bus.parse(f"ipc://{ipc_dir}/capture")


@pytest.fixture
def registry() -> CollectorRegistry:
    return CollectorRegistry()


@pytest.fixture
def manager(context: zmq.Context[zmq.Socket[bytes]], bus: Bus, registry: CollectorRegistry) -> Iterator[CameraManager]:
    """The cameras, with their directory published."""
    changed = threading.Event()
    manager = CameraManager(Wiring(context, bus, publish_histogram(registry)), changed.set)
    registry.register(CameraCollector(manager.views))
    directory = DirectoryPublisher(context, bus, changed, manager)
    directory.start()
    yield manager
    directory.stop()
    assert manager.stop(), "a camera's thread did not end"


@pytest.fixture
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Recordings are played whole on a machine that stalls, where frames that are late would be skipped by right."""
    monkeypatch.setattr(pacing, "LATE_FRAME_EVERY_SECONDS", 0.0)
    monkeypatch.setattr(playback, "REBASE_SECONDS", 3600.0)


@pytest.fixture
def directory(context: zmq.Context[zmq.Socket[bytes]], bus: Bus) -> Iterator[DirectoryReader]:
    with DirectoryReader(context, bus) as reader:
        yield reader


@pytest.fixture
def stream(directory: DirectoryReader) -> Iterator[StreamReader]:
    """Reads the frames of the camera ``cam``, once there is one."""
    with StreamReader(directory, "cam") as reader:
        yield reader
