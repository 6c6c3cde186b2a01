"""The answer to ``/stream``: takes the connection over, and hands it to a viewer until either end has enough."""

from __future__ import annotations

from email.utils import formatdate
from typing import Final

from fastapi import Response
from starlette.types import Receive, Scope, Send

from services.streamer.connection import EXTENSION, Connection
from services.streamer.feed import Kind
from services.streamer.feeds import Feeds
from services.streamer.picture import BOUNDARY, PREAMBLE
from services.streamer.viewer import RateCap, Viewer

NO_CACHE: Final = {
    "Cache-Control": "no-cache, no-store, must-revalidate",
    "Pragma": "no-cache",
    "Expires": "0",
}
STREAM_HEADERS: Final = {
    "Content-Type": f"multipart/x-mixed-replace; boundary={BOUNDARY.decode()}",
    **NO_CACHE,
    "X-Accel-Buffering": "no",  # or nginx would collect pictures before it passes them on
    "Connection": "close",
}


class MjpegResponse(Response):
    """Streams a camera's pictures for as long as the client stays.

    uvicorn's way, chunked and through its buffers, costs more than twice the CPU of the bare system call.

    Args:
        fps: Cap of this viewer, or None.
    """

    def __init__(self, feeds: Feeds, camera: str, kind: Kind, fps: float | None) -> None:
        super().__init__(headers=STREAM_HEADERS)
        self._feeds = feeds
        self._camera = camera
        self._kind: Kind = kind
        self._cap = RateCap(fps) if fps else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - we send ourselves
        """Serve the stream; returns when the client is gone."""
        connection: Connection = scope["extensions"][EXTENSION]
        sock = await connection.take_over()
        if sock is None:
            await _disconnected(receive)
            return
        tally = self._feeds.tally(self._camera, self._kind)
        viewer = Viewer(sock, _head(), self._cap, tally, connection.close)
        try:
            with self._feeds.viewed(self._camera, self._kind, viewer):
                await _disconnected(receive)
        finally:
            viewer.end()


async def _disconnected(receive: Receive) -> None:
    # A viewer that ends of itself hangs up, so that the end of every stream is seen here.
    while (await receive())["type"] != "http.disconnect":
        pass


def _head() -> bytes:
    headers = {"Date": formatdate(usegmt=True), **STREAM_HEADERS}
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return b"HTTP/1.1 200 OK\r\n" + lines.encode("latin-1") + b"\r\n" + PREAMBLE
