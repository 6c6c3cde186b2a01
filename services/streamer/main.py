"""The streamer as a process."""

from __future__ import annotations

import asyncio
import logging
import socket
from typing import Final

import uvicorn
import uvloop
import zmq

from services.common.http import listen, make_app
from services.common.lifecycle import Stop, run_service
from services.common.metrics import new_registry, wire_errors
from services.common.settings import Settings
from services.common.store.engine import store_url
from services.streamer.api import add_api
from services.streamer.configuration import CaptureClient, configuration_routes
from services.streamer.connection import Protocol, Server, limit_silence
from services.streamer.dashboard import add_dashboard
from services.streamer.directory import Directory
from services.streamer.events import Events
from services.streamer.feed import Upstream
from services.streamer.feeds import Feeds
from services.streamer.history.history import History
from services.streamer.history.routes import add_history
from services.streamer.history.warm_up import start_warm_up
from services.streamer.metrics import StreamerCollector, refused_viewers, viewer_limit
from services.streamer.slates import Slates

log = logging.getLogger(__name__)

SERVICE: Final = "streamer"
GRACE_SECONDS: Final = 1
WARM_UP_SECONDS: Final = 0.5  # for a database that just then does not answer, at the end


def main() -> int:
    """Run the streamer and return its exit status."""
    return run_service(SERVICE, run)


def run(settings: Settings, stop: Stop) -> None:
    """Serve until ``stop`` is set.

    Raises:
        UsageError: The port cannot be had.
    """
    with (
        listen(settings.host, settings.port) as listener,
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
    ):
        runner.run(serve(settings, stop, listener))


async def serve(settings: Settings, stop: Stop, listener: socket.socket) -> None:
    """Serve on ``listener`` until ``stop`` is set; then end every viewer and return."""
    registry = new_registry(SERVICE)
    faults = wire_errors(registry)
    context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
    directory, slates = Directory(context, settings.inference, faults), Slates()
    feeds = Feeds(Upstream(context, settings.inference, directory, slates, faults))
    history = History(store_url(settings.database_url, settings.counts_folder))
    warming = start_warm_up(history)
    events = Events(directory, history)
    registry.register(StreamerCollector(directory, feeds, events))
    viewer_limit(registry, settings.max_viewers)

    app = make_app(SERVICE, registry, lambda: directory.waiting_for)
    add_api(app, directory, feeds, events, settings.max_viewers, refused_viewers(registry))
    capture = CaptureClient(settings.capture_url or f"http://127.0.0.1:{settings.capture_port}")
    app.include_router(configuration_routes(capture, read_only=settings.read_only))
    add_history(app, history, directory, read_only=settings.read_only)
    add_dashboard(app)
    limit_silence(listener)
    server = Server(
        uvicorn.Config(
            app,
            http=Protocol,
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=GRACE_SECONDS,
        )
    )

    serving = asyncio.create_task(server.serve(sockets=[listener]), name="http")
    log.info("serving http://%s:%d/", *listener.getsockname()[:2])
    try:
        await _until_stopped(stop, serving)
    finally:
        directory.close()
        feeds.close()
        events.close()
        server.should_exit = True
        await serving
        await capture.close()
        history.close()
        warming.join(WARM_UP_SECONDS)
        slates.close()
        context.term()


async def _until_stopped(stop: Stop, serving: asyncio.Task[None]) -> None:
    loop = asyncio.get_running_loop()
    stopped = asyncio.Event()

    def wake() -> None:
        loop.call_soon_threadsafe(stopped.set)

    stop.on_set(wake)
    if stop:
        return
    waiting = asyncio.create_task(stopped.wait(), name="stop")
    await asyncio.wait({waiting, serving}, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
