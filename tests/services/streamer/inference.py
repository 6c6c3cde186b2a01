"""A small real publisher in inference's place: its directory, and JPEGs on the streams of its cameras."""

from __future__ import annotations

import io
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Self

import zmq
from PIL import Image
from zmq.utils.monitor import recv_monitor_message

from proto.codec import encode_directory, encode_frame
from proto.sockets import Bus, publisher
from proto.turnstile_pb2 import (
    CAMERA_STATE_LIVE,
    DETECTOR_STATE_READY,
    DIRECTION_IN,
    ENCODING_JPEG,
    STORE_STATE_READY,
    Analysis,
    Camera,
    CameraState,
    Crossing,
    Detector,
    Directory,
    Frame,
    LineTotal,
    SourceStats,
    Store,
    ZoneOccupancy,
)

DIRECTORY_SECONDS = 0.1
FRAME_SECONDS = 1 / 30


def jpeg(level: int, size: tuple[int, int] = (320, 180), padding: int = 0) -> bytes:
    """Return a picture of one grey level; ``padding`` bytes behind its end make it as big as a real one."""
    buffer = io.BytesIO()
    Image.new("L", size, level).save(buffer, "JPEG")
    return buffer.getvalue() + bytes(padding)


class Stream:
    """One PUB socket, and how many are connected to it."""

    def __init__(self, context: zmq.Context[zmq.Socket[bytes]], bus: Bus, name: str) -> None:
        self.socket = publisher(context)
        self.endpoint = bus.bind_stream(self.socket, name)
        self._monitor = self.socket.get_monitor_socket(zmq.EVENT_HANDSHAKE_SUCCEEDED | zmq.EVENT_DISCONNECTED)
        self.readers = 0

    def count_readers(self) -> None:
        while self._monitor.poll(0):
            event = recv_monitor_message(self._monitor)["event"]
            self.readers += 1 if event == zmq.EVENT_HANDSHAKE_SUCCEEDED else -1

    def close(self) -> None:
        """Close it; safe to call again."""
        if self.socket.closed:
            return
        self.socket.disable_monitor()
        self._monitor.close(linger=0)
        self.socket.close(linger=0)


@dataclass
class FakeCamera:
    """A camera to publish; tests change its fields while it runs."""

    camera: Camera
    annotated: Stream
    raw: Stream
    pictures: list[bytes] = field(default_factory=lambda: [jpeg(level, padding=2000) for level in (40, 90, 140, 190)])
    publishing: bool = True
    sequence: int = 0


class FakeInference:
    """Publishes from a thread of its own until it is closed."""

    def __init__(self, bus_url: str) -> None:
        self._context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
        self._bus = Bus.parse(bus_url)
        self._directory = publisher(self._context)
        self._bus.bind_directory(self._directory)
        self._stop = threading.Event()
        self._todo: list[Callable[[], None]] = []
        self._streams: list[Stream] = []
        self.cameras: dict[str, FakeCamera] = {}
        self.store = Store(state=STORE_STATE_READY)
        self.longest_pause = 0.0  # seconds between two rounds of publishing: what a machine that stalls makes of it
        self._thread = threading.Thread(target=self._run, name="fake-inference")
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._stop.set()
        self._thread.join()

    def add(self, name: str, *, state: CameraState = CAMERA_STATE_LIVE, cause: str = "") -> FakeCamera:
        """Add a camera of 320x180 pixels with a line ``door`` and a zone ``queue``."""
        done: list[FakeCamera] = []

        def make() -> None:
            annotated, raw = (self._stream(f"{name}/{kind}") for kind in ("annotated", "raw"))
            camera = Camera(
                id=name,
                state=state,
                cause=cause,
                since_ns=time.time_ns(),
                source=f"/videos/{name}.mp4",
                stats=SourceStats(
                    width=320, height=180, fps=30, nominal_fps=30, pixel_format="h264", frames=7, dropped=2, bytes=9
                ),
                endpoint=annotated.endpoint,
                analysis=Analysis(
                    raw_endpoint=raw.endpoint,
                    detect_fps=29.5,
                    latency_ms=21.25,
                    lines=[LineTotal(name="door", count_in=3, count_out=1)],
                    zones=[ZoneOccupancy(name="queue", occupancy=2)],
                ),
            )
            self.cameras[name] = FakeCamera(camera, annotated, raw)
            done.append(self.cameras[name])

        self.do(make)
        return done[0]

    def change(self, name: str, state: CameraState, cause: str = "") -> None:
        """Put a camera into another state."""
        camera = self.cameras[name].camera
        camera.state, camera.cause, camera.since_ns = state, cause, time.time_ns()

    def move(self, name: str, stream: str) -> None:
        """Publish a camera's annotated pictures on a new socket; the old one is the caller's to close."""

        def make() -> None:
            camera = self.cameras[name]
            camera.annotated = self._stream(stream)
            camera.camera.endpoint = camera.annotated.endpoint

        self.do(make)

    def cross(self, name: str, crossing_id: str) -> None:
        """Let somebody go in over the door."""
        analysis = self.cameras[name].camera.analysis
        analysis.lines[0].count_in += 1
        analysis.crossings.append(
            Crossing(
                id=crossing_id,
                time_ns=time.time_ns(),
                camera=name,
                line="door",
                direction=DIRECTION_IN,
                track=5,
                label="person",
                confidence=0.9,
                x=0.5,
                y=0.25,
            )
        )

    def send(self, name: str, message: bytes) -> None:
        """Publish bytes of the test's own on a camera's annotated stream, or on the directory if it is ``""``."""
        self.do(lambda: (self.cameras[name].annotated.socket if name else self._directory).send(message))

    def do(self, action: Callable[[], object]) -> None:
        """Run ``action`` in the publishing thread, which owns the sockets, and wait for it."""
        finished = threading.Event()

        def run() -> None:
            action()
            finished.set()

        self._todo.append(run)
        assert finished.wait(30)

    def _stream(self, name: str) -> Stream:
        self._streams.append(Stream(self._context, self._bus, name))
        return self._streams[-1]

    def _run(self) -> None:
        directory_due = frame_due = before = time.monotonic()
        while not self._stop.wait(max(0.0, min(directory_due, frame_due) - time.monotonic())):
            while self._todo:
                self._todo.pop(0)()
            now = time.monotonic()
            self.longest_pause, before = max(self.longest_pause, now - before), now
            if now >= directory_due:
                directory_due = now + DIRECTORY_SECONDS
                self._publish_directory()
            if now >= frame_due:
                frame_due = max(frame_due + FRAME_SECONDS, now)
                for camera in self.cameras.values():
                    self._publish_frame(camera)
        for stream in self._streams:
            stream.close()
        self._directory.close(linger=0)
        self._context.term()

    def _publish_directory(self) -> None:
        directory = Directory(
            boot_id=1,
            published_ns=time.time_ns(),
            cameras=[camera.camera for camera in self.cameras.values()],
            detector=Detector(state=DETECTOR_STATE_READY, model="yolo26n"),
            store=self.store,
        )
        self._directory.send(encode_directory(directory))

    @staticmethod
    def _publish_frame(camera: FakeCamera) -> None:
        for stream in (camera.annotated, camera.raw):
            stream.count_readers()
        if not camera.publishing:
            return
        camera.sequence += 1
        picture = camera.pictures[camera.sequence % len(camera.pictures)]
        for stream in (camera.annotated, camera.raw):
            frame = Frame(
                camera=camera.camera.id,
                sequence=camera.sequence,
                capture_time_ns=time.time_ns(),
                boot_id=1,
                encoding=ENCODING_JPEG,
                width=320,
                height=180,
                state=CAMERA_STATE_LIVE,
            )
            stream.socket.send(encode_frame(frame, picture))
