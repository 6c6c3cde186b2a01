"""What capture tells of its cameras, and how often."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
import zmq
from prometheus_client import CollectorRegistry

from proto.sockets import Bus, BusError
from proto.turnstile_pb2 import ANCHOR_CENTRE, ANCHOR_FEET, OVERLAY_LIVE
from services.capture.manager import CameraManager
from services.capture.metrics import publish_histogram
from services.capture.publisher import DirectoryPublisher
from services.capture.worker import Wiring
from services.common.clock import BOOT_ID
from services.common.config import parse_camera
from services.common.wire_settings import wire_settings
from tests.services.capture.readers import DirectoryReader


def test_a_heartbeat_comes_without_any_change(manager: CameraManager, directory: DirectoryReader) -> None:
    first, second, third = (directory.read() for _ in range(3))

    assert {first.boot_id, second.boot_id, third.boot_id} == {BOOT_ID}
    assert first.published_ns < second.published_ns < third.published_ns


def test_settings_are_those_of_the_configuration() -> None:
    told = wire_settings(
        parse_camera(
            {
                "source": "x",
                "overlay": "live",
                "lines": {"door": {"from": [0.5, 0.25], "to": [0.5, 1.0], "anchor": "feet"}},
                "zones": {"queue": {"polygon": [[0, 0], [1, 0], [1, 1]], "anchor": "centre"}},
            }
        )
    )
    (line,), (zone,) = told.lines, told.zones

    assert told.overlay == OVERLAY_LIVE
    assert (line.name, line.start.x, line.start.y, line.end.x, line.end.y) == ("door", 0.5, 0.25, 0.5, 1.0)
    assert (line.anchor, zone.anchor) == (ANCHOR_FEET, ANCHOR_CENTRE)
    assert (zone.name, [(p.x, p.y) for p in zone.polygon]) == ("queue", [(0, 0), (1, 0), (1, 1)])


def test_a_camera_without_lines_is_told_with_the_default_line() -> None:
    assert [line.name for line in wire_settings(parse_camera({"source": "x"})).lines] == ["middle"]


def test_a_bus_that_cannot_be_bound_is_an_error_and_leaves_no_socket(
    context: zmq.Context[zmq.Socket[bytes]], tmp_path: Path
) -> None:
    bus = Bus.parse("ipc:///nowhere/at/all")
    manager = CameraManager(Wiring(context, bus, publish_histogram(CollectorRegistry())), lambda: None)

    with pytest.raises(BusError, match="/nowhere/at"):
        DirectoryPublisher(context, bus, threading.Event(), manager)


def test_a_camera_whose_stream_cannot_be_bound_says_so(context: zmq.Context[zmq.Socket[bytes]], ipc_dir: Path) -> None:
    bus = Bus.parse("ipc:///nowhere/at/all")
    manager = CameraManager(Wiring(context, bus, publish_histogram(CollectorRegistry())), lambda: None)
    manager.add("cam", parse_camera({"source": "x"}))
    try:
        while (condition := manager.views()[0].condition).state == "connecting":
            pass
        assert (condition.state, "cannot open a socket in /nowhere/at" in condition.cause) == ("offline", True)
    finally:
        assert manager.stop()


def test_streams_across_hosts_are_jpeg_at_ports_above_the_bus(
    context: zmq.Context[zmq.Socket[bytes]], free_port: int, tmp_path: Path
) -> None:
    from proto.turnstile_pb2 import ENCODING_JPEG
    from tests.services.capture.readers import StreamReader
    from tests.services.capture.support import write_video

    bus = Bus.parse(f"tcp://127.0.0.1:{free_port}")
    changed = threading.Event()
    manager = CameraManager(Wiring(context, bus, publish_histogram(CollectorRegistry())), changed.set)
    publisher = DirectoryPublisher(context, bus, changed, manager)
    publisher.start()
    manager.add("cam", parse_camera({"source": str(write_video(tmp_path / "v.mp4", [90] * 10))}))
    try:
        with DirectoryReader(context, bus) as directory, StreamReader(directory, "cam") as stream:
            frame = stream.read()
        assert frame.header.encoding == ENCODING_JPEG
    finally:
        publisher.stop()
        assert manager.stop()
