"""The configuration API: what is asked here is passed on to capture, whose own port stays private."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

import httpx
from fastapi import APIRouter, Depends, HTTPException, Request, Response

from services.streamer.same_origin import require_same_origin

# Trying a source takes capture up to eight seconds, closing a stuck one up to a second.
TIMEOUT: Final = httpx.Timeout(15.0, connect=2.0)
MAX_BODY: Final = 1 << 18
PASSED_ON: Final = ("if-match", "content-type")
PASSED_BACK: Final = ("etag", "content-type", "cache-control")
CAMERA_EXAMPLE: Final = {"lines": {"door": {"from": [0.5, 0.17], "to": [0.5, 1.0], "title": "Main door"}}, "zones": {}}
SOURCE_EXAMPLE: Final = {"source": "rtsp://camera.local/stream", "fps": 15}

Endpoint = Callable[[Request], Awaitable[Response]]


class CaptureClient:
    """Asks capture.

    Args:
        url: Of its HTTP port.
    """

    def __init__(self, url: str) -> None:
        self._client = httpx.AsyncClient(base_url=url, timeout=TIMEOUT, trust_env=False)

    async def close(self) -> None:
        """Let go of its connections."""
        await self._client.aclose()

    async def ask(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Response:
        """Pass a request on, and return the answer.

        Raises:
            HTTPException: 503 while capture does not answer, 502 where it failed.
        """
        try:
            answer = await self._client.request(method, path, headers=dict(headers), content=body)
        except httpx.TransportError as error:
            raise HTTPException(503, "capture does not answer; try again in a moment", {"Retry-After": "2"}) from error
        if answer.status_code >= 500:
            raise HTTPException(502, "capture failed at this; its log says how")
        back = {name: answer.headers[name] for name in PASSED_BACK if name in answer.headers}
        return Response(answer.content, answer.status_code, headers={"Cache-Control": "no-store", **back})


def configuration_routes(capture: CaptureClient, *, read_only: bool) -> APIRouter:
    """Return the routes under ``/api/config``.

    Args:
        capture: Who owns the configuration.
        read_only: Whether every change is refused.
    """
    router = APIRouter(prefix="/api/config", tags=["configuration"])

    def refuse_changes() -> None:
        if read_only:
            raise HTTPException(403, "this page may not change the configuration (TURNSTILE_READ_ONLY is set)")

    changing = [Depends(refuse_changes), Depends(require_same_origin)]

    async def forward(request: Request) -> Response:
        headers = {name: request.headers[name] for name in PASSED_ON if name in request.headers}
        path = request.scope["raw_path"].decode("ascii").removeprefix("/api")
        return await capture.ask(request.method, path, headers, await _body(request))

    @router.get("", response_class=Response)
    async def read(request: Request) -> Response:
        """Return the configuration in force: cameras with their lines and zones, and the version of each."""
        answer = await forward(request)
        answer.headers["X-Turnstile-Read-Only"] = str(read_only).lower()
        return answer

    def add(method: str, path: str, summary: str, example: Mapping[str, Any] | None = None) -> None:
        extra: dict[str, Any] = {}
        if example:
            extra["requestBody"] = {"content": {"application/json": {"example": example}}}
        if method in ("PATCH", "DELETE") or path == "/undo":
            extra["parameters"] = [{"name": "If-Match", "in": "header", "required": True, "schema": {"type": "string"}}]
        router.add_api_route(
            path,
            forward,
            methods=[method],
            summary=summary,
            response_class=Response,
            dependencies=changing,
            openapi_extra=extra,
            operation_id=f"{method.lower()}_config{path.replace('/', '_').replace('{camera}', 'camera')}",
        )

    add("POST", "/cameras", "Add a camera", {"id": "yard", **SOURCE_EXAMPLE})
    add("PATCH", "/cameras/{camera}", "Change a camera: each key that is sent is replaced whole", CAMERA_EXAMPLE)
    add("DELETE", "/cameras/{camera}", "Remove a camera; its counts stay")
    add("POST", "/cameras/{camera}/reconnect", "Open a camera's source again")
    add("POST", "/undo", "Take the last change back")
    add("POST", "/test", "Return a picture of a source that may become a camera", SOURCE_EXAMPLE)
    return router


async def _body(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY:
            raise HTTPException(413, f"a body has at most {MAX_BODY} bytes")
    return bytes(body)
