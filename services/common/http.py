"""The HTTP port that every service has: alive, ready, metrics; and a server to run it beside other threads."""

from __future__ import annotations

import errno
import socket
import threading
from collections.abc import Callable

import uvicorn
from fastapi import FastAPI, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest

from services.common.errors import UsageError
from services.common.metrics import turnstile_version


def make_app(
    service: str,
    registry: CollectorRegistry,
    waiting_for: Callable[[], str | None],
    trouble: Callable[[], str] = lambda: "",
) -> FastAPI:
    """Return an application with ``/healthz``, ``/readyz`` and ``/metrics``.

    Args:
        service: Its name, for the API's title.
        registry: What ``/metrics`` shows.
        waiting_for: Says what the service still waits for, or None once it is able to serve.
        trouble: Says what somebody should mend although the service goes on, empty if nothing.
    """
    # No /docs: that page would load scripts from a third party. /openapi.json says the same.
    app = FastAPI(title=f"Turnstile {service}", version=turnstile_version(), docs_url=None, redoc_url=None)

    @app.get("/healthz", tags=["process"])
    async def alive() -> dict[str, str]:
        """Answer as long as the process lives; a container's health check also looks at the trouble it tells of."""
        return {"status": "alive", "trouble": told} if (told := trouble()) else {"status": "alive"}

    @app.get("/readyz", tags=["process"])
    async def ready() -> JSONResponse:
        """Answer 200 once the service can do its work, 503 with what it waits for before that."""
        waiting = waiting_for()
        if waiting is None:
            return JSONResponse({"status": "ready"})
        return JSONResponse({"status": "waiting", "detail": waiting}, status_code=503)

    @app.get("/metrics", tags=["process"], response_class=Response)
    def metrics() -> Response:
        """Show the metrics in Prometheus' text format."""
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    return app


def listen(host: str, port: int) -> socket.socket:
    """Return a listening TCP socket.

    Raises:
        UsageError: The address is in use, not ours, or not allowed; named.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(1024)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            raise UsageError(f"port {port} on {host} is in use by another program") from error
        raise UsageError(f"cannot listen on {host} port {port}: {error.strerror or error}") from error
    return listener


class HttpThread:
    """Serves an application from a thread of its own, for services whose main work is not HTTP."""

    def __init__(self, app: FastAPI, host: str, port: int) -> None:
        """Bind at once, so that a port in use is told at start.

        Raises:
            UsageError: The port cannot be had.
        """
        self._socket = listen(host, port)
        config = uvicorn.Config(app, log_config=None, access_log=False, timeout_graceful_shutdown=1, lifespan="off")
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, args=([self._socket],), name="http", daemon=True)

    @property
    def port(self) -> int:
        """The port that was bound; tells which one where 0 was asked for."""
        port: int = self._socket.getsockname()[1]
        return port

    def start(self) -> None:
        """Begin to serve."""
        self._thread.start()

    def stop(self) -> None:
        """End within two seconds, requests in progress included."""
        self._server.should_exit = True
        self._thread.join(2.0)
        self._socket.close()
