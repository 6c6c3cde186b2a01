"""The HTTP interface, but for the dashboard."""

from __future__ import annotations

import re
import time
from typing import Annotated, Final

from fastapi import APIRouter, FastAPI, Header, HTTPException, Query, Request, Response
from fastapi.responses import StreamingResponse
from prometheus_client import Counter

from services.streamer.directory import Directory
from services.streamer.events import Events
from services.streamer.feed import Kind
from services.streamer.feeds import Feeds
from services.streamer.history.models import WRONG
from services.streamer.mjpeg import NO_CACHE, STREAM_HEADERS, MjpegResponse
from services.streamer.snapshot import newest_picture
from services.streamer.viewer import Viewer
from services.streamer.views import View, camera_view, stats_view

RETRY_AFTER_SECONDS: Final = 5
NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,62}")
Fps = Annotated[float | None, Query(gt=0, allow_inf_nan=False, description="At most so many pictures per second.")]
Raw = Annotated[bool, Query(description="Without boxes, lines and totals.")]


def add_api(
    app: FastAPI, directory: Directory, feeds: Feeds, events: Events, max_viewers: int, refused: Counter
) -> None:
    """Add the routes of DESIGN.md to ``app``."""
    app.include_router(_pictures(directory, feeds, max_viewers, refused))
    app.include_router(_facts(directory, feeds, events))


def _pictures(directory: Directory, feeds: Feeds, max_viewers: int, refused: Counter) -> APIRouter:
    router = APIRouter(tags=["pictures"], responses=WRONG)

    @router.api_route("/stream/{camera}", methods=["GET", "HEAD"], response_class=Response)
    async def stream(request: Request, camera: str, fps: Fps = None, raw: Raw = False) -> Response:
        """Stream a camera as MJPEG."""
        _require_known(directory, camera)
        if request.method == "HEAD":
            return Response(headers=STREAM_HEADERS)
        if feeds.closed or len(feeds.viewers) >= max_viewers:
            refused.inc()
            raise _unavailable(f"all {max_viewers} places for viewers are taken")
        return MjpegResponse(feeds, camera, _kind(raw), fps)

    @router.api_route("/snapshot/{camera}.jpg", methods=["GET", "HEAD"], response_class=Response)
    async def snapshot(camera: str, raw: Raw = False) -> Response:
        """Return a camera's newest picture; 503 with the NO SIGNAL picture if it delivers none."""
        _require_known(directory, camera)
        picture = None if feeds.closed else await newest_picture(feeds, camera, _kind(raw))
        if picture is None:
            raise _unavailable("no picture can be had now")
        return Response(bytes(picture.jpeg), 200 if picture.live else 503, headers={**picture.headers(), **NO_CACHE})

    return router


def _facts(directory: Directory, feeds: Feeds, events: Events) -> APIRouter:
    router = APIRouter(tags=["facts"], responses=WRONG)

    @router.get("/api/cameras")
    async def cameras() -> list[View]:
        """Return every camera with its state, rates and totals."""
        return [
            camera_view(camera, directory.status(name), directory.detector, feeds.count_viewers(name), feeds.age(name))
            for name, camera in directory.cameras.items()
        ]

    @router.get("/stats")
    async def stats() -> dict[str, list[View]]:
        """Return what each source really delivers, and what each viewer is sent."""
        return {
            "cameras": [
                stats_view(camera, directory.status(name), _viewers(feeds, name), feeds.newest(name))
                for name, camera in directory.cameras.items()
            ]
        }

    @router.get("/api/events", response_class=StreamingResponse)
    async def stream_events(
        last_event_id: Annotated[str | None, Header(description="Resume after this crossing.")] = None,
        resume_after: Annotated[str | None, Query(alias="last_event_id", description="As the header.")] = None,
    ) -> StreamingResponse:
        """Stream crossings and changes of state as server-sent events."""
        headers = {**NO_CACHE, "X-Accel-Buffering": "no"}
        stream = events.stream(last_event_id or resume_after)
        return StreamingResponse(stream, media_type="text/event-stream", headers=headers)

    return router


def _require_known(directory: Directory, camera: str) -> None:
    # Before inference was heard any camera may turn out to exist: its viewer is told what is waited for.
    if camera not in directory.cameras and (directory.heard or not NAME.fullmatch(camera)):
        known = ", ".join(directory.cameras) or "none"
        raise HTTPException(404, f"there is no camera {camera!r}; known: {known}")


def _kind(raw: bool) -> Kind:
    return "raw" if raw else "annotated"


def _unavailable(detail: str) -> HTTPException:
    return HTTPException(503, detail, headers={"Retry-After": str(RETRY_AFTER_SECONDS)})


def _viewers(feeds: Feeds, camera: str) -> list[View]:
    now = time.monotonic()
    return [_viewer(viewer, kind, now) for viewer, (name, kind) in feeds.viewers.items() if name == camera]


def _viewer(viewer: Viewer, kind: Kind, now: float) -> View:
    return {
        "kind": kind,
        "connected_seconds": round(now - viewer.since, 1),
        "frames_sent": viewer.sent,
        "frames_skipped": viewer.skipped,
    }
