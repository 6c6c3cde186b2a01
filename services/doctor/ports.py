"""Whether each port is free, or Turnstile's already."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from importlib.util import find_spec
from typing import Final

from services.common.errors import UsageError
from services.common.finding import Finding
from services.common.http import listen
from services.common.settings import Settings

ANSWER_SECONDS: Final = 2.0


def examine_ports(settings: Settings) -> Iterator[Finding]:
    """Yield one finding for the port of each service that is installed here."""
    ports = {"streamer": settings.port, "capture": settings.capture_port, "inference": settings.inference_port}
    for service, port in ports.items():
        if find_spec(f"services.{service}"):
            yield _port(service, settings.host, port)


def _port(service: str, host: str, port: int) -> Finding:
    subject = f"port {port} ({service})"
    try:
        listen(host, port).close()
    except UsageError as error:
        state = _ask(port)
        if state is None:
            return Finding(subject, "broken", str(error), f"end that program, or set {_variable(service)}")
        return Finding(subject, "works", f"is served by Turnstile, {state}")
    return Finding(subject, "works", "is free")


def _variable(service: str) -> str:
    return "TURNSTILE_PORT" if service == "streamer" else f"TURNSTILE_{service.upper()}_PORT"


def _ask(port: int) -> str | None:
    """Return how the Turnstile service at ``port`` is, None if it is something else that listens."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=ANSWER_SECONDS)
    try:
        connection.request("GET", "/readyz")
        answer = json.loads(connection.getresponse().read())
        return f"{answer['status']}: {answer['detail']}" if "detail" in answer else str(answer["status"])
    except (OSError, http.client.HTTPException, ValueError, TypeError, KeyError):
        return None
    finally:
        connection.close()
