"""``/api/counts``: crossings and visits per bucket."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import Field
from sqlalchemy import Connection

from services.common.store.counts import Series, Which, line_counts, zone_counts
from services.streamer.history.asked import Asked, BucketQuery, Names
from services.streamer.history.csv_text import csv_response
from services.streamer.history.history import History
from services.streamer.history.models import AWAY, UNKNOWN, WRONG, Counts, answer
from services.streamer.history.places import Places

COLUMNS: Final = ("start", "end", "camera", "line", "zone", "in", "out")
EXAMPLE: Final = (
    "start,end,camera,line,zone,in,out\r\n2026-11-21T08:00:00+01:00,2026-11-21T08:05:00+01:00,entrance,door,,3,1\r\n"
)
Named = tuple[str, str | None, str | None, Series]
"""Camera, line, zone."""


class CountsQuery(BucketQuery):
    """What may be asked of ``/api/counts``."""

    line: Names = Field(examples=[["door"]])
    zone: Names = Field(examples=[["queue"]])
    label: Names = Field(examples=[["person"]])


def counts_routes(history: History, places: Places) -> APIRouter:
    """Return the route."""
    router = APIRouter()

    @router.get("/api/counts", responses={**answer(Counts, EXAMPLE), **UNKNOWN, **WRONG, **AWAY}, response_model=None)
    def counts(query: Annotated[CountsQuery, Query()], request: Request) -> Response:
        """Count crossings per bucket and line, corrections taken off; with `zone`, visits that began and ended."""
        asked = query.asked()
        with history.asked() as connection:
            lines = _lines(connection, places, asked, query) if query.line or not query.zone else []
            zones = _zones(connection, places, asked, query) if query.zone else []
        found = [*lines, *zones]
        if query.wants_csv(request):
            return csv_response("counts", COLUMNS, _table(asked, found))
        return JSONResponse({**asked.head(), "series": [_view(*named) for named in found]})

    return router


def _lines(connection: Connection, places: Places, asked: Asked, query: CountsQuery) -> list[Named]:
    which = Which(query.camera, query.line, query.label)
    chosen = places.chosen(connection, "line", which)
    found = line_counts(connection, asked.edges, which)
    return [(camera, line, None, found.at((camera, line))) for camera, line in sorted({*chosen, *found.series})]


def _zones(connection: Connection, places: Places, asked: Asked, query: CountsQuery) -> list[Named]:
    which = Which(query.camera, query.zone)
    chosen = places.chosen(connection, "zone", which)
    found = zone_counts(connection, asked.edges, which)
    return [(camera, None, zone, found.at((camera, zone))) for camera, zone in sorted({*chosen, *found.series})]


def _view(camera: str, line: str | None, zone: str | None, series: Series) -> dict[str, Any]:
    return {
        "camera": camera,
        "line": line,
        "zone": zone,
        "in": series.count_in,
        "out": series.count_out,
        "total_in": sum(series.count_in),
        "total_out": sum(series.count_out),
    }


def _table(asked: Asked, found: list[Named]) -> Iterator[tuple[Any, ...]]:
    edges = asked.local_edges()
    for camera, line, zone, series in found:
        for begin, end, count_in, count_out in zip(edges, edges[1:], series.count_in, series.count_out, strict=False):
            yield begin, end, camera, line, zone, count_in, count_out
