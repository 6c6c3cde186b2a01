"""The stack of docker-compose.yml on a real engine, under a name and on ports of its own."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import pytest

from tests.conftest import ROOT
from tests.waiting import eventually

DEADLINE: Final = 120.0
MADE_HERE: Final = ("capture", "inference", "streamer")


def docker(*arguments: str, check: bool = True) -> str:
    """Return what ``docker …`` prints; it fails the test with what it says if it fails."""
    answer = subprocess.run(["docker", *arguments], capture_output=True, text=True, check=False, cwd=ROOT)
    if check and answer.returncode:
        pytest.fail(f"docker {' '.join(arguments)}: {answer.stderr.strip()}")
    return answer.stdout.strip()


def free_port() -> int:
    """Return a TCP port that was free on every address a moment ago."""
    with socket.create_server(("", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


def until(wanted: Callable[[], Any], what: str, seconds: float = DEADLINE) -> Any:
    """Ask until ``wanted`` gives something that is true, and return that."""
    return eventually(wanted, seconds, what, pause=0.1)


class Stack:
    """One run of the compose file.

    Args:
        name: The project: containers, networks and volumes are called after it.
        folder: For its .env.
        files: Compose files beside the first.
        settings: Lines of the .env.
    """

    def __init__(self, name: str, folder: Path, files: Sequence[str] = (), **settings: str) -> None:
        self.name = name
        self.port = free_port()
        values = {
            "TURNSTILE_PORT": str(self.port),
            "GRAFANA_PORT": str(free_port()),
            "YOLO_OFFLINE": "true",
            **settings,
        }
        self.env_file = folder / f"{name}.env"
        self.env_file.write_text("".join(f"{key}={value}\n" for key, value in values.items()))
        self._files = [part for file in ("docker-compose.yml", *files) for part in ("-f", file)]

    def compose(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run ``docker compose …`` and return what came of it."""
        # fmt: off
        command = ["docker", "compose", "--ansi", "never", "-p", self.name, "--env-file", str(self.env_file), *self._files, *arguments]
        # fmt: on
        inherited = {k: v for k, v in os.environ.items() if not k.startswith(("TURNSTILE_", "COMPOSE_"))}
        return subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT, env=inherited)

    def up(self, *services: str, scale: int = 1) -> None:
        """Start, and wait until ``docker compose up`` is satisfied."""
        scaled = ["--scale", f"streamer={scale}"] if not services or "streamer" in services else []
        answer = self.compose("up", "-d", "--no-build", *scaled, *(services or self.startable()))
        if answer.returncode:
            pytest.fail(f"docker compose up: {answer.stderr[-2000:]}{self.logs()[-4000:]}")

    def down(self) -> None:
        """End it and remove everything it had."""
        self.compose("down", "-v", "-t", "5", "--remove-orphans")

    def startable(self) -> list[str]:
        """Return the services whose image is here: an engine that reaches no registry has no stand-in for some."""
        config = json.loads(self.compose("config", "--format", "json").stdout)
        images = set(docker("image", "ls", "--format", "{{.Repository}}:{{.Tag}}").splitlines())
        return [name for name, service in config["services"].items() if service["image"] in images]

    def logs(self, *services: str) -> str:
        """Return what the services have said."""
        answer = self.compose("logs", "--no-color", *services)
        return answer.stdout + answer.stderr

    def containers(self, service: str) -> list[str]:
        """Return the names of the running containers of ``service``."""
        # fmt: off
        found = docker(
            "ps", "--filter", f"label=com.docker.compose.project={self.name}",
            "--filter", f"label=com.docker.compose.service={service}", "--format", "{{.Names}}",
        )
        # fmt: on
        return sorted(found.splitlines())

    def inspect(self, container: str) -> dict[str, Any]:
        """Return what the engine knows of ``container``."""
        told: dict[str, Any] = json.loads(docker("inspect", container))[0]
        return told

    def health(self, service: str) -> tuple[str, str]:
        """Return the health of the first container of ``service``, and the last thing its check said."""
        containers = self.containers(service)
        return self.container_health(containers[0]) if containers else ("absent", "")

    def container_health(self, container: str) -> tuple[str, str]:
        """Return the health of ``container``, and the last thing its check said."""
        state = self.inspect(container)["State"]
        health = state.get("Health") or {"Status": state["Status"], "Log": []}
        return health["Status"], health["Log"][-1]["Output"].strip() if health["Log"] else ""

    def is_healthy(self, service: str) -> bool:
        """Return whether ``service`` runs and its check says that it is in order."""
        return self.health(service)[0] == "healthy"

    def address(self, container: str) -> str:
        """Return the address of ``container`` in the inner network, empty while it has none."""
        networks = self.inspect(container)["NetworkSettings"]["Networks"]
        found: str = networks[f"{self.name}_inner"]["IPAddress"]
        return found

    def serving(self, replicas: int) -> bool:
        """Return whether so many streamers run, each healthy, and nginx sends viewers to these and no others."""
        streamers = self.containers("streamer")
        if len(streamers) != replicas or any(self.container_health(s)[0] != "healthy" for s in streamers):
            return False
        nginx = self.containers("nginx")
        told = docker("exec", nginx[0], "curl", "-fsS", "http://127.0.0.1:8081/", check=False) if nginx else ""
        return set(told.split()) == {self.address(streamer) for streamer in streamers}

    def kill(self, container: str) -> None:
        """End a container's processes with SIGKILL, as the kernel does; `docker kill` would also keep it stopped."""
        os.kill(self.inspect(container)["State"]["Pid"], signal.SIGKILL)

    def get(self, path: str, headers: dict[str, str] | None = None) -> tuple[int, dict[str, str], bytes]:
        """Return status, headers in lower case, and body of what nginx answers."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request("GET", path, headers=headers or {})
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

    def live(self, camera: str = "main") -> bool:
        """Return whether a picture of ``camera`` as it is now can be had."""
        with suppress(OSError, http.client.HTTPException):
            return self.get(f"/snapshot/{camera}.jpg")[0] == 200
        return False

    def detecting(self, camera: str = "main") -> bool:
        """Return whether people are detected in ``camera``."""
        found = self.cameras().get(camera)
        return bool(found and found["state"] == "live" and found["detect_fps"] > 1)

    def viewers(self) -> list[int]:
        """Return how many viewers each streamer has, asked inside; one that does not answer has none."""
        ask = "import urllib.request as u; print(u.urlopen('http://127.0.0.1:8000/api/cameras').read().decode())"
        counted = []
        for container in self.containers("streamer"):
            cameras = json.loads(docker("exec", container, "python", "-c", ask, check=False) or "[]")
            counted.append(sum(camera["viewers"] for camera in cameras))
        return counted
