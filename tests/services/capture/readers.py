"""Who reads what capture publishes, as inference does."""

from __future__ import annotations

import time
from typing import Self

import zmq

from proto.codec import FrameMessage, decode_directory, decode_frame
from proto.sockets import Bus, Subscription, subscriber
from proto.turnstile_pb2 import Camera, CameraState, Directory
from tests.waiting import eventually

TIMEOUT_MS = 20_000
FOLLOW_MS = 2_000


class DirectoryReader:
    def __init__(self, context: zmq.Context[zmq.Socket[bytes]], bus: Bus) -> None:
        self.context = context
        self.bus = bus
        self._socket = subscriber(context)
        self._socket.connect(bus.directory)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close(linger=0)

    def read(self) -> Directory:
        assert self._socket.poll(TIMEOUT_MS), "no directory"
        return decode_directory(self._socket.recv())

    def camera(self, name: str = "cam") -> Camera | None:
        return next((camera for camera in self.read().cameras if camera.id == name), None)

    def await_state(self, state: str, name: str = "cam") -> Camera:
        """Return the camera once it is in ``state``."""
        wanted = CameraState.Value(f"CAMERA_STATE_{state.upper()}")

        def probe() -> Camera | None:
            camera = self.camera(name)
            return camera if camera is not None and camera.state == wanted else None

        camera = eventually(probe, 40)
        assert camera is not None
        return camera


class StreamReader:
    def __init__(self, directory: DirectoryReader, name: str) -> None:
        self._directory = directory
        self._name = name
        self._frames: Subscription | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._frames is not None:
            self._frames.close()
            self._frames = None

    def connect(self) -> None:
        """Connect to where the directory says that the stream is."""
        self.__exit__()
        camera = eventually(lambda: (c := self._directory.camera(self._name)) and c.endpoint and c)
        assert camera
        self._frames = Subscription(self._directory.context, self._directory.bus.resolve(camera.endpoint))

    def read(self) -> FrameMessage:
        deadline = time.monotonic() + TIMEOUT_MS / 1000
        while time.monotonic() < deadline:
            if self._frames is None:
                self.connect()
            assert self._frames is not None
            message = self._frames.receive(FOLLOW_MS)
            if message is not None:
                return decode_frame(message.buffer)
            self.connect()  # the stream may have moved: a thread that hung was replaced
        raise AssertionError("no frame")
