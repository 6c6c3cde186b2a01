"""The whole service as a process: frames in, pictures and counts out, and all that can go wrong between."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import cycle
from pathlib import Path

import av
import psutil
import pytest
import simplejpeg
import zmq

from proto.codec import FrameMessage, decode_directory, decode_frame, encode_directory, encode_frame
from proto.sockets import Bus, Subscription, publisher
from proto.turnstile_pb2 import (
    CAMERA_STATE_LIVE,
    CAMERA_STATE_OFFLINE,
    DETECTOR_STATE_FAILED,
    DETECTOR_STATE_LOADING,
    DETECTOR_STATE_READY,
    ENCODING_JPEG,
    OVERLAY_EXACT,
    OVERLAY_LIVE,
    Camera,
    Directory,
    Frame,
    Line,
    Overlay,
    Point,
    Settings,
)

DEADLINE = 60.0
WIDTH, HEIGHT, FPS = 960, 540, 15


@pytest.fixture(scope="module")
def jpegs(drawn_street: Path) -> list[bytes]:
    """The first six seconds of the clip at half its rate."""
    with av.open(str(drawn_street)) as clip:
        frames = [frame for number, frame in enumerate(clip.decode(video=0)) if number % 2 == 0][:90]
    return [simplejpeg.encode_jpeg(f.reformat(WIDTH, HEIGHT, "bgr24").to_ndarray(), 85, "BGR", "420") for f in frames]


class Capture:
    """Publishes cameras, as the capture service does, from a thread of its own.

    Args:
        bus: Where.
        jpegs: What they show, over and over.
        overlay: Of the camera ``main``.
        fps: Of the camera ``main``; the others have a tenth of it.
        others: More cameras, with their overlays.
    """

    def __init__(self, bus: Bus, jpegs: list[bytes], overlay: Overlay, fps: float = FPS, **others: Overlay) -> None:
        self._interval = 1 / fps
        self._context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
        self._directory = publisher(self._context)
        bus.bind_directory(self._directory)
        line = Line(name="middle", start=Point(x=0.5, y=0), end=Point(x=0.5, y=1))
        self._streams = {name: publisher(self._context) for name in ("main", *others)}
        self._cameras = [
            Camera(
                id=name,
                state=CAMERA_STATE_LIVE,
                source="test",
                endpoint=bus.bind_stream(self._streams[name], name),
                settings=Settings(overlay=others.get(name, overlay), lines=[line]),
            )
            for name in self._streams
        ]
        self._jpegs = jpegs
        self._stop = threading.Event()
        self.garbage: list[bytes] = []
        self._thread = threading.Thread(target=self._publish, name="test-capture")
        self._thread.start()

    def close(self) -> None:
        self._stop.set()
        self._thread.join()
        self._context.destroy(linger=0)

    def _publish(self) -> None:
        for sequence, jpeg in enumerate(cycle(self._jpegs)):
            if self._stop.wait(self._interval):
                return
            for name, stream in self._streams.items():
                if name != "main" and sequence % 10:
                    continue
                header = Frame(
                    camera=name,
                    sequence=sequence,
                    capture_time_ns=time.time_ns(),
                    boot_id=1,
                    encoding=ENCODING_JPEG,
                    width=WIDTH,
                    height=HEIGHT,
                    state=CAMERA_STATE_LIVE,
                )
                stream.send(self.garbage.pop() if self.garbage else encode_frame(header, jpeg))
            self._directory.send(encode_directory(Directory(boot_id=1, cameras=self._cameras)))


class Service:
    """The inference process and what it says."""

    def __init__(self, folder: Path, port: int, model: Path) -> None:
        self.capture_bus = Bus.parse(f"ipc://{folder}/capture")
        self._bus = Bus.parse(f"ipc://{folder}/inference")
        self.port = port
        environment = {
            **os.environ,
            "TURNSTILE_IPC_DIR": str(folder),
            "TURNSTILE_INFERENCE_PORT": str(port),
            "TURNSTILE_MODEL": str(model),
            "YOLO_OFFLINE": "true",
        }
        command = [sys.executable, "-m", "services.cli", "inference"]
        self.process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)
        self._context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
        self._directory = Subscription(self._context, self._bus.directory)

    def close(self) -> None:
        self._directory.close()
        self._context.term()
        self.process.terminate()
        self.process.communicate(timeout=60)

    def until(self, wanted: Callable[[Directory], bool]) -> Directory:
        """Return the first directory that is as ``wanted``."""
        deadline = time.monotonic() + DEADLINE
        while time.monotonic() < deadline:
            message = self._directory.receive(500)
            if message is not None and wanted(directory := decode_directory(message.buffer)):
                return directory
        raise TimeoutError("the directory never said so")

    def watch(self, endpoint: str) -> Subscription:
        return Subscription(self._context, self._bus.resolve(endpoint))

    def metric(self, pattern: str) -> float:
        """Return the value of the first sample whose line matches ``pattern``, 0 where there is none."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/metrics", timeout=20) as answer:
            found = re.search(rf"^{pattern}.* (\S+)$", answer.read().decode(), re.MULTILINE)
        return float(found[1]) if found else 0.0


def picture(stream: Subscription, wanted: Callable[[FrameMessage], bool] = lambda _: True) -> FrameMessage:
    deadline = time.monotonic() + DEADLINE
    while time.monotonic() < deadline:
        message = stream.receive(500)
        if message is not None and wanted(found := decode_frame(message.buffer)):
            return found
    raise TimeoutError("no such picture came")


@pytest.fixture
def service(ipc_dir: Path, free_port: int, builtin_model: Path) -> Iterator[Service]:
    service = Service(ipc_dir, free_port, builtin_model)
    yield service
    service.close()


@pytest.fixture
def capture(request: pytest.FixtureRequest, service: Service, jpegs: list[bytes]) -> Iterator[Capture]:
    capture = Capture(service.capture_bus, jpegs, getattr(request, "param", OVERLAY_EXACT))
    yield capture
    capture.close()


def ready(directory: Directory) -> bool:
    return bool(directory.cameras) and directory.detector.state == DETECTOR_STATE_READY


@pytest.mark.parametrize("capture", [OVERLAY_EXACT, OVERLAY_LIVE], ids=["exact", "live"], indirect=True)
def test_people_are_boxed_and_counted(service: Service, capture: Capture) -> None:
    camera = service.until(lambda d: ready(d) and d.cameras[0].analysis.detect_fps > 1).cameras[0]
    stream = service.watch(camera.endpoint)
    shown = picture(stream, lambda m: len(m.header.annotation.tracks) > 3)
    stream.close()
    assert (shown.header.camera, shown.header.width, shown.header.height) == ("main", WIDTH, HEIGHT)
    assert simplejpeg.decode_jpeg_header(bytes(shown.payload))[:2] == (HEIGHT, WIDTH)
    assert all(track.label == "person" and 0 < track.confidence <= 1 for track in shown.header.annotation.tracks)
    counted = service.until(lambda d: ready(d) and len(d.cameras[0].analysis.crossings) > 0)
    (line,) = counted.cameras[0].analysis.lines
    assert line.count_in + line.count_out == len(counted.cameras[0].analysis.crossings)


def test_cameras_share_the_detector_whatever_their_overlay(service: Service, jpegs: list[bytes]) -> None:
    greedy = Capture(service.capture_bus, jpegs, OVERLAY_EXACT, 200, second=OVERLAY_LIVE, third=OVERLAY_LIVE)
    with closing(greedy):
        cameras = service.until(ready).cameras
        streams = [service.watch(camera.endpoint) for camera in cameras]
        service.until(lambda d: min(camera.analysis.detect_fps for camera in d.cameras) > 3)
        service.until(lambda d: d.cameras[0].analysis.skipped > 20)  # there was no time left
        for stream in streams:
            picture(stream, lambda m: len(m.header.annotation.tracks) > 3)
            stream.close()


def test_nothing_is_encoded_for_nobody_and_counting_goes_on(service: Service, capture: Capture) -> None:
    service.until(lambda d: ready(d) and d.cameras[0].analysis.detect_fps > 1)
    service.until(lambda d: len(d.cameras[0].analysis.crossings) > 0)
    assert service.metric("turnstile_inference_frames_out_total") == 0
    assert service.metric(r"turnstile_inference_stage_seconds_count\{camera=\"main\",stage=\"encode\"") == 0
    stream = service.watch(service.until(ready).cameras[0].endpoint)
    picture(stream)
    stream.close()
    out = r"turnstile_inference_frames_out_total\{camera=\"main\",stream=\"annotated\""
    before = -1.0
    while (after := service.metric(out)) != before:  # the socket closes in the background
        before = after
        for _ in range(2):
            service.until(lambda d: True)
    assert after > 0


def test_the_raw_stream_is_the_camera_s_own_jpeg(service: Service, capture: Capture, jpegs: list[bytes]) -> None:
    camera = service.until(lambda d: bool(d.cameras)).cameras[0]
    stream = service.watch(camera.analysis.raw_endpoint)
    assert bytes(picture(stream).payload) in jpegs
    stream.close()


def test_a_picture_comes_before_the_detector_and_without_it(service: Service, capture: Capture) -> None:
    first = service.until(lambda d: bool(d.cameras))
    assert first.detector.state == DETECTOR_STATE_LOADING
    stream = service.watch(first.cameras[0].endpoint)
    assert not picture(stream).header.annotation.tracks
    picture(stream, lambda m: len(m.header.annotation.tracks) > 3)
    totals = service.until(lambda d: len(d.cameras[0].analysis.crossings) > 0).cameras[0].analysis.lines
    (worker,) = psutil.Process(service.process.pid).children()
    worker.send_signal(signal.SIGKILL)
    failed = service.until(lambda d: d.detector.state == DETECTOR_STATE_FAILED)
    assert failed.detector.cause == "was ended by signal 9"
    picture(stream, lambda m: not m.header.annotation.tracks)
    picture(stream, lambda m: len(m.header.annotation.tracks) > 3)  # it is back by itself
    after = service.until(ready).cameras[0].analysis.lines
    assert after[0].count_in + after[0].count_out >= totals[0].count_in + totals[0].count_out
    stream.close()


def test_garbage_on_the_socket_is_counted_and_survived(service: Service, capture: Capture, jpegs: list[bytes]) -> None:
    service.until(lambda d: ready(d) and d.cameras[0].analysis.detect_fps > 1)
    broken = Frame(camera="main", encoding=ENCODING_JPEG, width=WIDTH, height=HEIGHT)
    cut = bytes(encode_frame(broken, jpegs[0][:2000]))
    capture.garbage = [b"", b"GET / HTTP/1.1\r\n\r\n", b"TSTL\x00\x00" + bytes(100), cut[:40], cut]
    while capture.garbage:
        service.until(lambda d: True)
    for fault in ("truncated", "magic", "version"):
        assert service.metric(rf"turnstile_wire_errors_total\{{fault=\"{fault}\"") >= 1
    stream = service.watch(service.until(ready).cameras[0].endpoint)
    picture(stream, lambda m: len(m.header.annotation.tracks) > 3)
    stream.close()


def test_a_capture_that_vanishes_is_said_and_comes_back(service: Service, capture: Capture, jpegs: list[bytes]) -> None:
    service.until(ready)
    capture.close()
    lost = service.until(lambda d: d.cameras[0].state == CAMERA_STATE_OFFLINE)
    assert lost.cameras[0].cause == "capture does not answer"
    again = Capture(service.capture_bus, jpegs, OVERLAY_EXACT)
    service.until(lambda d: d.cameras[0].state == CAMERA_STATE_LIVE and d.cameras[0].analysis.detect_fps > 1)
    again.close()


def test_a_model_that_cannot_be_used_ends_the_start(ipc_dir: Path, free_port: int, tmp_path: Path) -> None:
    service = Service(ipc_dir, free_port, tmp_path)
    _, err = service.process.communicate(timeout=60)
    assert service.process.returncode == 2
    assert err.splitlines()[-1] == f"turnstile inference: {tmp_path}: has no .xml file, so it is no OpenVINO model"
    service.close()


def test_weights_that_were_altered_end_the_start(
    ipc_dir: Path, free_port: int, builtin_model: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "model"
    shutil.copytree(builtin_model, folder, copy_function=shutil.copyfile)
    folder.chmod(0o755)
    weights = folder / "person.bin"
    content = weights.read_bytes()
    weights.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    service = Service(ipc_dir, free_port, folder)
    _, err = service.process.communicate(timeout=60)
    assert service.process.returncode == 2
    assert err.splitlines()[-1].startswith(f"turnstile inference: {weights}: was altered or damaged: its SHA-256 is ")
    service.close()


def test_sigterm_ends_it_and_its_detector(service: Service, capture: Capture) -> None:
    service.until(ready)
    family = psutil.Process(service.process.pid).children()
    service.process.terminate()
    assert service.process.wait(30) == 0
    assert psutil.wait_procs(family, timeout=30)[1] == []
