"""The capture service."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import zmq

from proto.sockets import BusError
from services.capture.api import add_camera_routes
from services.capture.config_file import ConfigFollower
from services.capture.configuration.place import file_for_source, text_for_source
from services.capture.configuration.probe import Prober
from services.capture.configuration.routes import add_configuration_routes
from services.capture.configuration.store import ConfigStore
from services.capture.manager import CameraManager
from services.capture.metrics import CameraCollector, publish_histogram
from services.capture.publisher import DirectoryPublisher
from services.capture.worker import THREAD_PREFIX, Wiring
from services.common.config import Config, load_config, single_camera
from services.common.errors import UsageError
from services.common.http import HttpThread, make_app
from services.common.lifecycle import Stop, run_service
from services.common.metrics import new_registry
from services.common.settings import Settings, make_ipc_folder

log = logging.getLogger(__name__)


def main() -> int:
    """Run the service until it is told to stop; return its exit status."""
    return run_service("capture", run)


def run(settings: Settings, stop: Stop) -> None:
    """Serve every configured camera until ``stop``.

    Raises:
        UsageError: There is no usable configuration, or a port or folder cannot be had.
    """
    config = initial_config(settings)
    _spare_the_process_a_camera()
    make_ipc_folder(settings.capture)
    registry = new_registry("capture")
    changed = threading.Event()
    with ExitStack() as cleanup:
        context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
        manager = CameraManager(Wiring(context, settings.capture, publish_histogram(registry)), changed.set)
        registry.register(CameraCollector(manager.views))
        app = make_app("capture", registry, waiting_for=lambda: None)
        add_camera_routes(app, manager)
        store = _config_store(settings, lambda new: manager.apply(new.cameras))
        add_configuration_routes(app, store, manager, Prober())
        http = HttpThread(app, settings.host, settings.capture_port)
        cleanup.callback(http.stop)
        directory = _directory(context, settings, changed, manager)
        cleanup.callback(_end, context, manager, directory)
        http.start()
        directory.start()
        manager.apply(config.cameras)
        if path := _config_path(settings):
            follower = ConfigFollower(path, lambda new: manager.apply(new.cameras))
            follower.start()
            cleanup.callback(follower.stop)
        stop.wait()


def initial_config(settings: Settings) -> Config:
    """Return the configuration that the settings name.

    Raises:
        UsageError: They name none, or both a file and a source, or it has mistakes.
    """
    path = _config_path(settings)
    if path and settings.source:
        raise UsageError("both TURNSTILE_CONFIG and TURNSTILE_SOURCE are set: give one of them")
    if path:
        return load_config(path, model=settings.model, env=os.environ)
    if settings.source:
        kept = file_for_source(settings.data_dir, settings.source)
        if kept.exists():
            log.info("cameras, lines and zones are those of %s", kept)
            return load_config(kept, model=settings.model, env=os.environ)
        return single_camera(settings.source, model=settings.model, env=os.environ)
    raise UsageError(
        "there is nothing to watch: set TURNSTILE_SOURCE to a video file, a camera or a URL, "
        "or TURNSTILE_CONFIG to a configuration file"
    )


def _config_path(settings: Settings) -> Path | None:
    # An empty variable is how compose files say "not set"; as a path it reads ".".
    return settings.config if settings.config and settings.config != Path() else None


def _config_store(settings: Settings, apply: Callable[[Config], None]) -> ConfigStore:
    source = settings.source or ""
    path = _config_path(settings) or file_for_source(settings.data_dir, source)
    return ConfigStore(path, text_for_source(source), env=os.environ, apply=apply)


def _spare_the_process_a_camera() -> None:
    """Let a camera's thread fail without the process: its watchdog replaces it, and the other cameras go on."""
    end_process = threading.excepthook

    def hook(failure: threading.ExceptHookArgs) -> None:
        thread = failure.thread
        if thread is None or not thread.name.startswith(THREAD_PREFIX):
            end_process(failure)
            return
        trace = (failure.exc_type, failure.exc_value or failure.exc_type(), failure.exc_traceback)
        log.error("%s failed, starting it again", thread.name, exc_info=trace)

    threading.excepthook = hook


def _directory(
    context: zmq.Context[zmq.Socket[bytes]], settings: Settings, changed: threading.Event, manager: CameraManager
) -> DirectoryPublisher:
    try:
        return DirectoryPublisher(context, settings.capture, changed, manager)
    except BusError as error:
        raise UsageError(str(error)) from error


def _end(context: zmq.Context[zmq.Socket[bytes]], manager: CameraManager, directory: DirectoryPublisher) -> None:
    directory.stop()
    # A thread that is stuck in a library still holds its socket: terminating the context would wait for it.
    if manager.stop():
        context.term()
