"""The cases of the USB camera lab; runs inside the guest, where ``plug``, ``unplug`` and ``vivid`` are on the PATH.

Usage: guest.py RESULTS FRAMES. Writes ``{case: "" or what went wrong}`` to the file RESULTS; FRAMES is the folder of
the JPEGs that the lab's webcam shows. The cases build on one another, in the order in which they stand.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from tempfile import mkdtemp
from typing import Final

import numpy as np
import zmq
from prometheus_client import CollectorRegistry

from proto.sockets import Bus
from proto.turnstile_pb2 import ENCODING_BGR24, ENCODING_JPEG
from services.capture.manager import CameraManager
from services.capture.metrics import publish_histogram
from services.capture.publisher import DirectoryPublisher
from services.capture.sources.base import SourceError
from services.capture.sources.v4l2 import V4l2Source
from services.capture.worker import Wiring
from services.common.config import parse_camera
from tests.services.capture.readers import DirectoryReader, StreamReader
from tests.services.capture.support import new_intake, opened
from tests.waiting import eventually

BY_ID: Final = Path("/dev/v4l/by-id/usb-Turnstile_Lab_Lab_Webcam_LAB0001-video-index0")
METADATA: Final = BY_ID.with_name(BY_ID.name.replace("index0", "index1"))
NOBODY: Final = 65534


class Lab:
    """A capture service with one USB camera, and somebody who reads it."""

    def __init__(self, frames: Path) -> None:
        self.shown = [path.read_bytes() for path in sorted(frames.glob("*.jpg"))]
        context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
        bus = Bus.parse(f"ipc://{mkdtemp()}/capture")
        changed = threading.Event()
        self.manager = CameraManager(Wiring(context, bus, publish_histogram(CollectorRegistry())), changed.set)
        DirectoryPublisher(context, bus, changed, self.manager).start()
        self.directory = DirectoryReader(context, bus)
        self.stream = StreamReader(self.directory, "cam")


def lab_command(name: str) -> None:
    subprocess.run([name], check=True)


def started_without_the_camera_it_waits_and_finds_it(lab: Lab) -> None:
    lab.manager.add("cam", parse_camera({"source": str(BY_ID), "width": 650, "height": 350, "fps": 5}))
    offline = lab.directory.await_state("offline")
    assert offline.cause == f"{BY_ID} does not exist: is the camera plugged in?"
    lab_command("plug")
    lab.directory.await_state("live")


def size_and_rate_are_negotiated(lab: Lab) -> None:
    (view,) = lab.manager.views()
    form = view.form
    assert (form.pixel_format, form.width, form.height, form.nominal_fps) == ("MJPG", 640, 360, 5.0), form


def its_jpegs_pass_through_intact_and_in_order(lab: Lab) -> None:
    messages = [lab.stream.read() for _ in range(6)]
    at = [lab.shown.index(bytes(message.payload)) for message in messages]
    steps = {(b - a) % len(lab.shown) for a, b in pairwise(at)}
    assert {message.header.encoding for message in messages} == {ENCODING_JPEG}
    assert steps <= set(range(1, 10)), at


def capture_times_are_the_drivers(lab: Lab) -> None:
    before = time.time_ns() - 2_000_000_000
    headers = [lab.stream.read().header for _ in range(4)]
    times = [header.capture_time_ns for header in headers]
    assert times == sorted(set(times)), times
    assert before < times[0] <= times[-1] < time.time_ns(), (before, times)


def its_metadata_node_is_left_alone(lab: Lab) -> None:
    lab.manager.add("meta", parse_camera({"source": str(METADATA)}))
    offline = lab.directory.await_state("offline", "meta")
    lab.manager.remove("meta")
    assert "carries a camera's metadata, not its pictures" in offline.cause, offline.cause
    lab.directory.await_state("live")


def a_camera_in_use_is_told_so(lab: Lab) -> None:
    assert refusal(BY_ID) == f"{BY_ID} is in use by another program"


def a_camera_without_permission_is_told_so(lab: Lab) -> None:
    os.seteuid(NOBODY)
    try:
        cause = refusal(BY_ID)
    finally:
        os.seteuid(0)
    assert "may not be opened by this user" in cause, cause
    assert "group video" in cause, cause


def other_devices_are_no_cameras(lab: Lab) -> None:
    assert refusal(Path("/dev/null")) == "/dev/null is not a camera"
    assert refusal(Path("/dev/pts")) == "/dev/pts is not a device"


def pulled_in_mid_stream_it_is_offline_and_comes_back(lab: Lab) -> None:
    last = lab.stream.read().header.sequence
    lab_command("unplug")
    offline = lab.directory.await_state("offline")
    lab_command("plug")
    live = lab.directory.await_state("live")
    assert offline.cause in (f"{BY_ID} was unplugged", f"{BY_ID} does not exist: is the camera plugged in?"), offline
    assert live.stats.reconnects >= 1
    assert lab.stream.read().header.sequence > last


def it_comes_back_under_another_number(lab: Lab) -> None:
    before = BY_ID.resolve()
    held = os.open(before, os.O_RDWR | os.O_NONBLOCK)  # somebody else keeps the old number busy
    try:
        lab_command("unplug")
        lab.directory.await_state("offline")
        lab_command("plug")
        lab.directory.await_state("live")
        after = BY_ID.resolve()
    finally:
        os.close(held)
    assert after != before, after
    assert bytes(lab.stream.read().payload) in lab.shown


def frames_that_the_driver_lost_are_counted(lab: Lab) -> None:
    lab.manager.remove("cam")
    intake, tally = new_intake()
    with opened(V4l2Source(BY_ID, intake, fps=15, width=640, height=360)) as source:
        pictures = source.pictures()
        next(pictures)
        time.sleep(3)  # a reader that is held up: its few buffers fill, the rest is lost
        next(pictures)
        next(pictures)
    assert tally.dropped > 0, vars(tally)
    assert tally.skipped["superseded"] > 0, vars(tally)


def a_read_that_blocks_can_be_interrupted(lab: Lab) -> None:
    with opened(V4l2Source(BY_ID, new_intake()[0], fps=5, width=640, height=360)) as source:
        reader = threading.Thread(target=lambda: list(source.pictures()))
        reader.start()
        source.interrupt()
        reader.join(10)
        assert not reader.is_alive()


def raw_formats_become_pictures(lab: Lab) -> None:
    lab_command("vivid")
    node = eventually(lambda: next((n for n in Path("/sys/class/video4linux").iterdir() if is_vivid(n)), None))
    assert node is not None
    source = f"/dev/{node.name}"
    lab.manager.add("cam", parse_camera({"source": source, "width": 320, "height": 180, "fps": 5}))
    live = lab.directory.await_state("live")
    lab.stream.connect()
    message = lab.stream.read()
    pixels = np.frombuffer(message.payload, np.uint8).reshape(message.header.height, message.header.width, 3)
    bars = pixels[150, 20::40].astype(int)
    assert message.header.encoding == ENCODING_BGR24
    assert live.stats.pixel_format != "MJPG", live.stats
    # 75 % colour bars: white, yellow, cyan, green, magenta, red, blue, black, as blue-green-red.
    expected = np.array([[1, 1, 1], [0, 1, 1], [1, 1, 0], [0, 1, 0], [1, 0, 1], [0, 0, 1], [1, 0, 0], [0, 0, 0]]) * 191
    assert np.abs(bars - expected).max() < 40, bars.tolist()


def everything_ends_while_reads_block(lab: Lab) -> None:
    assert lab.manager.stop()


def is_vivid(node: Path) -> bool:
    return (node / "name").read_text().startswith("vivid")


def refusal(path: Path) -> str:
    """Return why ``path`` cannot be opened."""
    try:
        with opened(V4l2Source(path, new_intake()[0], width=640, height=360)):
            return ""
    except SourceError as error:
        return str(error)


CASES: Final[tuple[Callable[[Lab], None], ...]] = (
    started_without_the_camera_it_waits_and_finds_it,
    size_and_rate_are_negotiated,
    its_jpegs_pass_through_intact_and_in_order,
    capture_times_are_the_drivers,
    its_metadata_node_is_left_alone,
    a_camera_in_use_is_told_so,
    a_camera_without_permission_is_told_so,
    other_devices_are_no_cameras,
    pulled_in_mid_stream_it_is_offline_and_comes_back,
    it_comes_back_under_another_number,
    frames_that_the_driver_lost_are_counted,
    a_read_that_blocks_can_be_interrupted,
    raw_formats_become_pictures,
    everything_ends_while_reads_block,
)


def main(results: Path, frames: Path) -> None:
    lab = Lab(frames)
    outcomes: dict[str, str] = {}
    for case in CASES:
        began = time.monotonic()
        try:
            case(lab)
        except Exception:  # noqa: BLE001 - told to whoever reads the results; the next case has its own turn
            outcomes[case.__name__] = traceback.format_exc()
        else:
            outcomes[case.__name__] = ""
        print(f"{time.monotonic() - began:6.1f} s  {case.__name__}", flush=True)
        results.write_text(json.dumps(outcomes))


if __name__ == "__main__":
    import logging

    logging.basicConfig(level=logging.INFO, format="%(relativeCreated)8d %(message)s", stream=sys.stdout)
    main(Path(sys.argv[1]), Path(sys.argv[2]))
    # The directory's thread and sockets go with the process.
    os._exit(0)
