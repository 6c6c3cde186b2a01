"""Tells what the start is waiting for, and where to look once there is something to see."""

from __future__ import annotations

import http.client
import json
import logging
from collections.abc import Iterator
from typing import Any, Final

from services.common.lifecycle import Stop
from services.common.settings import Settings

log = logging.getLogger(__name__)

ASK_SECONDS: Final = 0.25
ANSWER_SECONDS: Final = 3.0


def tell_progress(settings: Settings, inner_host: str, stop: Stop) -> None:
    """Print what is awaited, each thing once, and the page's address when the first annotated picture is out.

    Args:
        settings: Where the services listen.
        inner_host: Address of capture and inference.
        stop: Ends it.
    """
    host = "127.0.0.1" if settings.host == "0.0.0.0" else settings.host
    url = f"http://{'localhost' if host == '127.0.0.1' else host}:{settings.port}/"
    told = ""
    while not stop:
        waiting = _waiting_for(settings, host, inner_host)
        if waiting is None:
            print(f"\n  Turnstile is watching: {url}\n", flush=True)
            return
        if waiting != told:
            log.info("waiting: %s", waiting)
            told = waiting
        if stop.wait(ASK_SECONDS):
            return


def _waiting_for(settings: Settings, host: str, inner_host: str) -> str | None:
    """Return what still lacks, or None when an annotated picture of a live camera came, or every camera is down."""
    for service, port in (("capture", settings.capture_port), ("inference", settings.inference_port)):
        detail = _not_ready(inner_host, port)
        if detail is not None:
            return f"{service}: {detail}"
    cameras = _get_json(host, settings.port, "/api/cameras")
    if not isinstance(cameras, list):
        return "streamer: starting"
    if not cameras:
        return None
    for camera in cameras:
        if camera["state"] == "live" and _has_picture(host, settings.port, camera["id"]):
            return None
    return ", ".join(_describe(cameras)) if any(c["state"] in {"connecting", "live"} for c in cameras) else None


def _describe(cameras: list[dict[str, Any]]) -> Iterator[str]:
    for camera in cameras:
        what = "first picture" if camera["state"] == "live" else camera["state"]
        yield f"camera {camera['id']}: {what}"


def _not_ready(host: str, port: int) -> str | None:
    answer = _get(host, port, "/readyz")
    if answer is None:
        return "starting"
    status, body = answer
    if status == http.client.OK:
        return None
    try:
        return str(json.loads(body)["detail"])
    except (ValueError, KeyError, TypeError):
        return "starting"


def _has_picture(host: str, port: int, camera: str) -> bool:
    answer = _get(host, port, f"/snapshot/{camera}.jpg")
    return answer is not None and answer[0] == http.client.OK


def _get_json(host: str, port: int, path: str) -> Any:
    answer = _get(host, port, path)
    if answer is None or answer[0] != http.client.OK:
        return None
    try:
        return json.loads(answer[1])
    except ValueError:
        return None


def _get(host: str, port: int, path: str) -> tuple[int, bytes] | None:
    """Return status and body, or None while nobody answers."""
    connection = http.client.HTTPConnection(host, port, timeout=ANSWER_SECONDS)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, response.read()
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()
