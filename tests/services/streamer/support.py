"""A streamer as a process of its own, and clients that read it byte by byte."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self, TypeVar

import httpx

from tests.conftest import ROOT
from tests.waiting import eventually

T = TypeVar("T")
BOUNDARY = b"--frame\r\n"


@dataclass
class StreamerProcess:
    """``turnstile streamer``, and what it wrote."""

    process: subprocess.Popen[bytes]
    port: int
    log: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def get(self, path: str, **options: object) -> httpx.Response:
        return httpx.get(self.url + path, timeout=20, **options)  # type: ignore[arg-type]

    def patch(self, path: str, body: dict[str, object], version: str) -> httpx.Response:
        """Change what was read at ``version``."""
        return httpx.patch(self.url + path, json=body, headers={"If-Match": f'"{version}"'}, timeout=20)

    def metric(self, sample: str) -> float:
        """Return the value of a sample, named with its labels as ``/metrics`` writes it; 0 where there is none."""
        for line in self.get("/metrics").text.splitlines():
            if line.startswith(sample + " "):
                return float(line.rsplit(" ", 1)[1])
        return 0.0


@contextmanager
def running_streamer(bus: str, port: int, folder: Path, **settings: str) -> Iterator[StreamerProcess]:
    """Run a streamer until the context ends; then it must have ended well and logged no error."""
    environment = {
        **{key: value for key, value in os.environ.items() if not key.startswith("TURNSTILE_")},
        "TURNSTILE_PORT": str(port),
        "TURNSTILE_INFERENCE_BUS": bus,
        **{f"TURNSTILE_{key.upper()}": value for key, value in settings.items()},
    }
    log = folder / "streamer.log"
    with log.open("wb") as output:
        command = [sys.executable, "-c", "from services.cli import main; main()", "streamer"]
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stderr=output)
        try:
            eventually(lambda: process.poll() is not None or answers(port), seconds=60)
            yield StreamerProcess(process, port, log)
        finally:
            process.terminate()
            status = process.wait(20)
    text = log.read_text()
    assert status == 0, text
    assert " E " not in text, text
    assert "Traceback" not in text, text


def answers(port: int) -> bool:
    """Say whether something accepts connections there."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@dataclass
class Part:
    """One part of a multipart stream."""

    headers: dict[str, str]
    body: bytes

    @property
    def sequence(self) -> int:
        return int(self.headers["X-Sequence"])

    @property
    def state(self) -> str:
        return self.headers["X-Turnstile-State"]

    @property
    def seconds(self) -> float:
        """When it was captured, or drawn, by the wall clock."""
        return float(self.headers["X-Timestamp"])


class StreamClient:
    """Reads an MJPEG stream as it is written, byte by byte."""

    def __init__(self, port: int, path: str, *, receive_buffer: int | None = None, version: str = "1.1") -> None:
        self.socket = socket.socket()
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(20)
        self.socket.connect(("127.0.0.1", port))
        self.socket.sendall(f"GET {path} HTTP/{version}\r\nHost: test\r\n\r\n".encode())
        self._buffer = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def status(self) -> int:
        """Read the head of the response and return its status."""
        return int(self._until(b"\r\n\r\n").split(b" ")[1])

    def head(self) -> bytes:
        """Read the head of the response and the first boundary; return the head."""
        head = self._until(b"\r\n\r\n")
        assert self._until(b"\r\n") + b"\r\n" == BOUNDARY
        return head

    def part(self) -> Part:
        """Read one part, and the boundary that follows it at once."""
        lines = self._until(b"\r\n\r\n").decode().split("\r\n")
        headers = dict(line.split(": ", 1) for line in lines)
        length = int(headers["Content-Length"])
        end = b"\r\n" + BOUNDARY
        self._fill(length + len(end))
        body, after = self._buffer[:length], self._buffer[length : length + len(end)]
        assert after == end
        self._buffer = self._buffer[length + len(end) :]
        return Part(headers, body)

    def live(self, count: int) -> list[Part]:
        """Read so many live pictures; on a machine that stalls there may be a slate between them."""
        parts: list[Part] = []
        while len(parts) < count:
            parts.append(self.parts_until(lambda part: part.state == "live")[-1])
        return parts

    def parts_until(self, wanted: Callable[[Part], bool], most: int = 1000) -> list[Part]:
        """Read parts up to the first that is ``wanted``."""
        parts: list[Part] = []
        while not parts or not wanted(parts[-1]):
            assert len(parts) < most, [part.state for part in parts[-5:]]
            parts.append(self.part())
        return parts

    def read_slowly(self, seconds: float) -> None:
        """Read 40 KB/s for a while."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self._read(most=4000)
            time.sleep(0.1)

    def ended(self) -> bool:
        """Read to the end of the connection."""
        try:
            while self.socket.recv(1 << 16):
                pass
        except ConnectionError:
            pass
        return True

    def _until(self, mark: bytes) -> bytes:
        while mark not in self._buffer:
            self._read()
        found, self._buffer = self._buffer.split(mark, 1)
        return found

    def _fill(self, size: int) -> None:
        while len(self._buffer) < size:
            self._read()

    def _read(self, most: int = 1 << 16) -> None:
        data = self.socket.recv(most)
        assert data, "the connection ended"
        self._buffer += data
