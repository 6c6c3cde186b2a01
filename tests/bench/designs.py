"""The two designs under test, started as their users start them."""

from __future__ import annotations

import json
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from tests.bench.procs import BenchError, Process
from tests.bench.scene import MODEL
from tests.bench.usage import child_with

START_SECONDS: Final = 120.0
POLL_SECONDS: Final = 0.25
REQUEST_SECONDS: Final = 5.0
PORTS: Final = 3  # the page's and, next to it, capture's and inference's

Overlay = Literal["exact", "live"]


@dataclass(frozen=True, slots=True)
class Running:
    """A design that serves pictures.

    Attributes:
        stream: URL of its MJPEG stream.
        camera: URL of the camera it shows.
        process: The process that all its others descend from.
    """

    stream: str
    camera: str
    process: Process

    def missed(self) -> int:
        """Return how many pictures the camera could not send in time since it started."""
        return int(json.loads(_get(f"{self.camera}stats"))["missed"])

    def detected(self) -> float:
        """Return how many pictures went through the detector since start; NaN where the design does not tell."""
        return float("nan")


@dataclass(frozen=True, slots=True)
class Turnstile(Running):
    """Turnstile, with what it says of itself.

    Attributes:
        base: URL of the streamer.
        inference: URL of inference's own HTTP port.
    """

    base: str
    inference: str

    def detects(self) -> bool:
        """Whether ``/api/cameras`` says that the only camera is live and its pictures go through the detector."""
        only: dict[str, Any] = json.loads(_get(f"{self.base}/api/cameras"))[0]
        return bool(only["state"] == "live" and only["detect_fps"] > 0)

    def detected(self) -> float:
        """Return how many pictures went through the detector since start."""
        return self._stage_count("detect")

    def encoded(self) -> float:
        """Return how many pictures were encoded since start."""
        return self._stage_count("encode")

    def _stage_count(self, stage: str) -> float:
        name = "turnstile_inference_stage_seconds_count{"
        lines = _get(f"{self.inference}/metrics").decode().splitlines()
        found = [line for line in lines if line.startswith(name) and f'stage="{stage}"' in line]
        if not found:
            raise BenchError(f"{self.inference}/metrics tells of no stage {stage}")
        return sum(float(line.split()[-1]) for line in found)

    def service(self, name: str) -> int:
        """Return the process id of one of the services."""
        pid = child_with(self.process.pid, name)
        if pid is None:
            raise self.process.failure(f"has no process for {name}")
        return pid


@contextmanager
def camera(fps: float, logs: Path) -> Iterator[str]:
    """Run the clock-stamped camera; give its URL."""
    with Process.of_module("source", "--fps", fps, logs=logs) as process:
        yield f"http://127.0.0.1:{process.hear(START_SECONDS)['port']}/"


@contextmanager
def plain_design(source: str, logs: Path) -> Iterator[Running]:
    """Run the plain design on ``source`` until pictures come."""
    port = free_ports(1)
    arguments = ("--source", source, "--model", MODEL, "--port", port)
    with Process.of_module("plain", *arguments, logs=logs, talks=False) as process:
        base = f"http://127.0.0.1:{port}"
        _await(process, "the first picture", lambda: json.loads(_get(f"{base}/ready")) is True)
        yield Running(f"{base}/stream", source, process)


@contextmanager
def turnstile(source: str, fps: float, overlay: Overlay, logs: Path) -> Iterator[Turnstile]:
    """Run ``turnstile up`` on ``source`` until it detects on live pictures."""
    port = free_ports(PORTS)
    command = [str(Path(sys.executable).with_name("turnstile")), "up", "--model", str(MODEL), "--port", str(port)]
    if overlay == "exact":
        command += ["--source", source]
    else:
        config = logs / "bench.yaml"
        config.write_text(f"cameras:\n  main:\n    source: {source}\n    fps: {fps:g}\n    overlay: {overlay}\n")
        command += ["--config", str(config)]
    with ExitStack() as stack:
        process = stack.enter_context(Process("turnstile", command, logs, talks=False))
        base = f"http://127.0.0.1:{port}"
        ours = Turnstile(f"{base}/stream/main", source, process, base, f"http://127.0.0.1:{port + 2}")
        _await(process, "live pictures with detection", ours.detects)
        _await(process, "the first picture", lambda: _get(f"{base}/snapshot/main.jpg").startswith(b"\xff\xd8"))
        yield ours


def free_ports(count: int) -> int:
    """Return the first of ``count`` neighbouring ports that nobody listens on."""
    while True:
        with ExitStack() as stack:
            first = stack.enter_context(socket.create_server(("127.0.0.1", 0))).getsockname()[1]
            try:
                for port in range(first + 1, first + count):
                    stack.enter_context(socket.create_server(("127.0.0.1", port)))
            except (OSError, OverflowError):
                continue
            return int(first)


def _await(process: Process, what: str, happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        process.check_alive()
        try:
            if happened():
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError, IndexError):
            pass  # not there yet: asked again until the deadline
        time.sleep(POLL_SECONDS)
    raise process.failure(f"did not come to {what} in {START_SECONDS:.0f} s")


def _get(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=REQUEST_SECONDS) as answer:  # noqa: S310 - our own http address
        body: bytes = answer.read()
        return body
