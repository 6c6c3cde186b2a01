"""``/api/crossings``: the rows themselves, paged, from an event on, or as one long CSV."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Final

from fastapi import APIRouter, HTTPException, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import Field

from services.common.event_ids import is_event_id
from services.common.store.counts import Which
from services.common.store.crossings import Order, Span, page, recorded_after, stream
from services.common.store.records import CrossingRow, Direction
from services.streamer.history.asked import Names
from services.streamer.history.asked import Query as Common
from services.streamer.history.crossing_lines import COLUMNS, LineWriter
from services.streamer.history.csv_text import csv_stream
from services.streamer.history.cursor import CursorError, decode, encode
from services.streamer.history.history import History
from services.streamer.history.models import AWAY, UNKNOWN, WRONG, CrossingPage, answer
from services.streamer.history.places import Places
from services.streamer.views import View, iso_time

EXAMPLE: Final = ",".join(COLUMNS) + "\r\n"


class CrossingsQuery(Common):
    """What may be asked of ``/api/crossings``."""

    line: Names = Field(examples=[["door"]])
    label: Names = Field(examples=[["person"]])
    direction: Direction | None = None
    order: Order = "asc"
    limit: Annotated[int, Field(ge=1, le=1000)] = 100
    cursor: str | None = Field(None, max_length=200, description="`next` of the page before.")
    after: str | None = Field(None, max_length=64, description="Id of an event: what was recorded after it.")


def crossings_routes(history: History, places: Places) -> APIRouter:
    """Return the route."""
    router = APIRouter()

    @router.get(
        "/api/crossings", responses={**answer(CrossingPage, EXAMPLE), **UNKNOWN, **WRONG, **AWAY}, response_model=None
    )
    def crossings(query: Annotated[CrossingsQuery, Query()], request: Request) -> Response:
        """Return the crossings between two moments in the order in which they happened, some at a time.

        As CSV, all of them at once.
        """
        which = Which(query.camera, query.line, query.label)
        span = Span(*query.span(), which, query.direction)
        with history.asked() as connection:
            places.chosen(connection, "line", which)
        if query.wants_csv(request):
            return csv_stream("crossings", COLUMNS, _pieces(history, span, query.order))
        if query.after is not None:
            return JSONResponse(_recorded_after(history, query.after, which, query.limit))
        return JSONResponse(_page(history, span, query))

    return router


def crossing_view(row: CrossingRow) -> View:
    """Return a row as the API shows it."""
    return {
        "id": row.id,
        "time": iso_time(row.time_ns),
        "camera": row.camera,
        "line": row.line,
        "direction": row.direction,
        "track": row.track,
        "label": row.label,
        "confidence": row.confidence,
        "x": row.x,
        "y": row.y,
        "corrects": row.corrects,
        "late": row.late,
    }


def _page(history: History, span: Span, query: CrossingsQuery) -> View:
    try:
        place = decode(query.cursor, span, query.order) if query.cursor is not None else None
    except CursorError as error:
        detail = f"the cursor {error}; pass `next` back as it is, with the same parameters"
        raise HTTPException(422, detail) from error
    with history.asked() as connection:
        rows = page(connection, span, query.order, place, query.limit + 1)
    shown = rows[: query.limit]
    last = shown[-1] if len(rows) > query.limit else None
    following = encode((last.time_ns, last.id), span, query.order) if last else None
    return {"crossings": [crossing_view(row) for row in shown], "next": following}


def _recorded_after(history: History, after: str, which: Which, limit: int) -> View:
    if not is_event_id(after):
        raise HTTPException(422, f"after={after!r} is no id of an event; pass one that this API gave")
    with history.asked() as connection:
        rows = recorded_after(connection, after, which, limit)
    return {"crossings": [crossing_view(row) for row in rows], "next": None}


def _pieces(history: History, span: Span, order: Order) -> Iterator[bytes]:
    writer = LineWriter()
    with history.asked(export=True) as connection:
        for rows in stream(connection, span, order):
            yield writer.lines(rows)
