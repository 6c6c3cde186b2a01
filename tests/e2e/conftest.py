"""Turnstile as a user starts it: one process tree, everything over HTTP."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.conftest import ROOT
from tests.waiting import eventually

DEADLINE = 90.0


def three_free_ports() -> int:
    """Return a port that is free together with the two above it."""
    for first in range(20_000, 60_000, 7):
        with ExitStack() as held, suppress(OSError):
            for port in range(first, first + 3):
                held.enter_context(socket.create_server(("127.0.0.1", port)))
            return first
    raise RuntimeError("no three free ports in a row")


class Turnstile:
    """`turnstile up` and what it says."""

    def __init__(self, log: Path, *arguments: str, **environment: str) -> None:
        self.port = three_free_ports()
        self._log = log
        command = [sys.executable, "-m", "services.cli", "up", "--port", str(self.port), *arguments]
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("TURNSTILE_")}
        with log.open("w") as output:
            self.process = subprocess.Popen(
                command,
                cwd=ROOT,
                env={**inherited, "YOLO_OFFLINE": "true", **environment},
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def said(self) -> str:
        """All it has printed."""
        return self._log.read_text()

    def get(self, path: str, port: int | None = None) -> tuple[int, dict[str, str], bytes]:
        """Return status, headers in lower case, and body."""
        connection = http.client.HTTPConnection("127.0.0.1", port or self.port, timeout=30)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
        finally:
            connection.close()

    def cameras(self) -> dict[str, dict[str, Any]]:
        """Return `/api/cameras` by id, empty while nobody answers."""
        with suppress(OSError, http.client.HTTPException):
            status, _, body = self.get("/api/cameras")
            if status == 200:
                return {camera["id"]: camera for camera in json.loads(body)}
        return {}

    def until(self, wanted: Callable[[], Any], what: str) -> Any:
        """Ask until ``wanted`` gives something that is true, and return that."""

        def wanted_while_it_runs() -> Any:
            if self.process.poll() is not None:
                pytest.fail(f"turnstile ended with {self.process.returncode}:\n{self.said}")
            return wanted()

        return eventually(wanted_while_it_runs, DEADLINE, what, pause=0.1, more=lambda: f":\n{self.said}")

    def until_counting(self, camera: str = "main") -> dict[str, Any]:
        """Return the camera once it is live and its people are detected."""

        def counting() -> dict[str, Any] | None:
            found = self.cameras().get(camera)
            return found if found and found["state"] == "live" and found["detect_fps"] > 1 else None

        found: dict[str, Any] = self.until(counting, "a camera that counts")
        return found

    def pid(self, service: str) -> int | None:
        """Return the process id of ``service``, None while it is down."""
        for child in psutil.Process(self.process.pid).children():
            with suppress(psutil.Error):
                if child.cmdline()[-1:] == [service]:
                    return child.pid
        return None

    def close(self) -> None:
        """End it, and see that nothing of it is left."""
        family = psutil.Process(self.process.pid).children(recursive=True) if self.process.poll() is None else []
        self.process.send_signal(signal.SIGINT)
        self.process.wait(30)
        assert psutil.wait_procs(family, timeout=30)[1] == []


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Turnstile]]:
    """Start Turnstiles; they end with the test."""
    running: list[Turnstile] = []

    def starter(*arguments: str, **environment: str) -> Turnstile:
        turnstile = Turnstile(tmp_path / f"log-{len(running)}", *arguments, **environment)
        running.append(turnstile)
        return turnstile

    yield starter
    for turnstile in running:
        turnstile.close()


def read_parts(turnstile: Turnstile, path: str, count: int) -> list[tuple[dict[str, str], bytes]]:
    """Return the first ``count`` parts of an MJPEG stream: headers in lower case, picture."""
    connection = http.client.HTTPConnection("127.0.0.1", turnstile.port, timeout=30)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        assert answer.status == 200
        boundary = re.search(r"boundary=(\S+)", answer.headers["Content-Type"])
        assert boundary is not None
        parts: list[tuple[dict[str, str], bytes]] = []
        while len(parts) < count:
            line = answer.readline()
            while line.strip() != b"--" + boundary[1].encode():
                assert line, "the stream ended"
                line = answer.readline()
            headers = {}
            while (line := answer.readline().strip()) != b"":
                name, _, value = line.decode().partition(":")
                headers[name.lower()] = value.strip()
            parts.append((headers, answer.read(int(headers["content-length"]))))
        return parts
    finally:
        connection.close()
