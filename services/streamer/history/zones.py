"""``/api/occupancy`` and ``/api/dwell``: how many were in a zone, and for how long."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import Field

from services.common.store.counts import Which
from services.common.store.zones import Dwell, Occupancy, zone_dwell, zone_occupancy
from services.streamer.history import models
from services.streamer.history.asked import Asked, BucketQuery, Names
from services.streamer.history.csv_text import csv_response
from services.streamer.history.history import History
from services.streamer.history.models import AWAY, UNKNOWN, WRONG, answer
from services.streamer.history.places import Places

SPAN: Final = ("start", "end", "camera", "zone")
OCCUPANCY: Final = ("mean", "max")
DWELL: Final = ("visits", "mean", "median", "p95", "max")
Table = list[dict[str, Any]]


class ZonesQuery(BucketQuery):
    """What may be asked of ``/api/occupancy`` and ``/api/dwell``."""

    zone: Names = Field(examples=[["queue"]])


def zones_routes(history: History, places: Places) -> APIRouter:
    """Return the routes."""
    router = APIRouter()
    bad = {**UNKNOWN, **WRONG, **AWAY}

    @router.get("/api/occupancy", responses={**answer(models.Occupancy, _head(OCCUPANCY)), **bad}, response_model=None)
    def occupancy(query: Annotated[ZonesQuery, Query()], request: Request) -> Response:
        """Say how many were inside each zone, per bucket: mean over time and highest."""
        asked, which = query.asked(), Which(query.camera, query.zone)
        with history.asked() as connection:
            chosen = places.chosen(connection, "zone", which)
            found = zone_occupancy(connection, asked.edges, which)
        buckets = len(asked.edges) - 1
        table = [
            {"camera": key[0], "zone": key[1], **_occupancy(found.get(key) or Occupancy.of(buckets))}
            for key in sorted({*chosen, *found})
        ]
        return _answer("occupancy", asked, table, OCCUPANCY, as_csv=query.wants_csv(request))

    @router.get("/api/dwell", responses={**answer(models.Dwell, _head(DWELL)), **bad}, response_model=None)
    def dwell(query: Annotated[ZonesQuery, Query()], request: Request) -> Response:
        """Say how long the visits lasted that ended in each bucket, seconds."""
        asked, which = query.asked(), Which(query.camera, query.zone)
        with history.asked() as connection:
            chosen = places.chosen(connection, "zone", which)
            found = zone_dwell(connection, asked.edges, which)
        buckets = range(len(asked.edges) - 1)
        table = [
            {
                "camera": key[0],
                "zone": key[1],
                **_dwell([found.get(key, {}).get(bucket, Dwell()) for bucket in buckets]),
            }
            for key in sorted({*chosen, *found})
        ]
        return _answer("dwell", asked, table, DWELL, as_csv=query.wants_csv(request))

    return router


def _occupancy(zone: Occupancy) -> Mapping[str, Sequence[object]]:
    return {"mean": [_rounded(zone.mean(bucket)) for bucket in range(len(zone.highest))], "max": zone.highest}


def _dwell(buckets: Sequence[Dwell]) -> Mapping[str, Sequence[object]]:
    return {
        "visits": [len(bucket.seconds) for bucket in buckets],
        "mean": [_rounded(bucket.mean()) for bucket in buckets],
        "median": [_rounded(bucket.quantile(0.5)) for bucket in buckets],
        "p95": [_rounded(bucket.quantile(0.95)) for bucket in buckets],
        "max": [_rounded(bucket.quantile(1.0)) for bucket in buckets],
    }


def _answer(name: str, asked: Asked, series: Table, columns: Sequence[str], *, as_csv: bool) -> Response:
    if as_csv:
        return csv_response(name, (*SPAN, *columns), _rows(asked, series, columns))
    return JSONResponse({**asked.head(), "series": series})


def _rows(asked: Asked, series: Table, columns: Sequence[str]) -> Iterator[tuple[Any, ...]]:
    edges = asked.local_edges()
    for one in series:
        values = zip(*(one[column] for column in columns), strict=True)
        for begin, end, value in zip(edges, edges[1:], values, strict=False):
            yield (begin, end, one["camera"], one["zone"], *value)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)


def _head(columns: Sequence[str]) -> str:
    return ",".join((*SPAN, *columns)) + "\r\n"
