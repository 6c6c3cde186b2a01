"""Starts capture, inference and streamer, keeps them running, and ends them together."""

from __future__ import annotations

import logging
import os
import shutil
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from services.common.config import load_config, single_camera
from services.common.errors import EXIT_USAGE, UsageError
from services.common.http import listen
from services.common.lifecycle import SUPERVISED, Stop, run_service
from services.common.settings import Settings
from services.up.child import KILL_AFTER_SECONDS, Child
from services.up.progress import tell_progress

log = logging.getLogger(__name__)

SERVICES: Final = ("capture", "inference", "streamer")
DEMO: Final = "demo"  # what there is to see where nothing was given
# Whoever reaches capture's port can have any file opened as a camera: only the page is for others to see.
INNER_HOST: Final = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line says; None leaves it to the environment."""

    source: str | None = None
    config: Path | None = None
    model: str | None = None
    host: str | None = None
    port: int | None = None


def up(options: Options) -> int:
    """Run everything until Ctrl-C; return the exit status."""
    outcome = [0]

    def body(settings: Settings, stop: Stop) -> None:
        outcome[0] = _run(settings, stop)

    _export(options)
    return run_service("up", body, stop_deadline=KILL_AFTER_SECONDS + 1.5) or outcome[0]


def _export(options: Options) -> None:
    """Put the options where every service looks for its settings."""
    for name, value in (
        ("SOURCE", options.source),
        ("CONFIG", options.config and options.config.absolute()),
        ("MODEL", options.model),
        ("HOST", options.host),
        ("PORT", options.port),
    ):
        if value is not None:
            os.environ[f"TURNSTILE_{name}"] = str(value)
    if not {"TURNSTILE_SOURCE", "TURNSTILE_CONFIG"} & os.environ.keys():
        os.environ["TURNSTILE_SOURCE"] = DEMO
    port = os.environ.get("TURNSTILE_PORT", "8000")
    if port.isdecimal():  # the inner services sit next to the streamer, so that two runs need only two ports
        os.environ.setdefault("TURNSTILE_CAPTURE_PORT", str(int(port) + 1))
        os.environ.setdefault("TURNSTILE_INFERENCE_PORT", str(int(port) + 2))


def _run(settings: Settings, stop: Stop) -> int:
    _check(settings)
    folder = None
    environment = {**os.environ, SUPERVISED: "1"}
    if not {"TURNSTILE_IPC_DIR", "TURNSTILE_CAPTURE_BUS", "TURNSTILE_INFERENCE_BUS"} & environment.keys():
        folder = tempfile.mkdtemp(prefix="turnstile-")  # this run's own: two can run side by side
        environment["TURNSTILE_IPC_DIR"] = folder
    try:
        return _supervise(settings, environment, stop)
    finally:
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)


def _check(settings: Settings) -> None:
    """Refuse what cannot work, before anything starts.

    Raises:
        UsageError: One sentence for each mistake.
    """
    if settings.config is not None and settings.source is not None:
        raise UsageError("SOURCE and CONFIG are both given: a source is for a single camera, without a file")
    if settings.config is not None:
        load_config(settings.config, model=settings.model, env=os.environ)
    else:
        single_camera(settings.source, model=settings.model, env=os.environ)
    listen(settings.host, settings.port).close()
    for port in (settings.capture_port, settings.inference_port):
        listen(INNER_HOST, port).close()


def _supervise(settings: Settings, environment: dict[str, str], stop: Stop) -> int:
    refused: list[str] = []

    def refuse(name: str) -> None:
        refused.append(name)
        stop.set()

    inner = {**environment, "TURNSTILE_HOST": INNER_HOST}
    children = [Child(name, environment if name == "streamer" else inner, refuse) for name in SERVICES]
    for child in children:
        child.start()
    threading.Thread(target=tell_progress, args=(settings, INNER_HOST, stop), name="progress", daemon=True).start()
    stop.wait()
    for child in children:
        child.stop()
    deadline = time.monotonic() + KILL_AFTER_SECONDS
    for child in children:
        child.join(deadline)
    return EXIT_USAGE if refused else 0
