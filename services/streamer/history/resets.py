"""Resets of the totals that are shown: named, listed, and taken back."""

from __future__ import annotations

import logging
import time
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, HTTPException, Path
from fastapi.responses import JSONResponse

from services.common.event_ids import EVENT_IDS
from services.common.store.counts import Which
from services.common.store.resets import Reset, add_reset, find_reset, newest_resets, undo_reset
from services.streamer.history.history import History
from services.streamer.history.models import AWAY, UNKNOWN, WRONG, Problem, ResetRequest, Resets, ResetView, answer
from services.streamer.history.places import Places
from services.streamer.same_origin import require_same_origin
from services.streamer.views import View, iso_time

log = logging.getLogger(__name__)

SHOWN: Final = 100
ResetId = Annotated[str, Path(max_length=64)]


def resets_routes(history: History, places: Places, *, read_only: bool) -> APIRouter:
    """Return the routes."""
    router = APIRouter()

    def refuse_changes() -> None:
        if read_only:
            raise HTTPException(403, "this page may not reset totals (TURNSTILE_READ_ONLY is set)")

    changing = [Depends(refuse_changes), Depends(require_same_origin)]
    refused: dict[int | str, dict[str, Any]] = {code: {"model": Problem} for code in (400, 403, 415)}

    @router.post(
        "/api/counts/reset",
        status_code=201,
        dependencies=changing,
        responses={201: {"model": ResetView}, **UNKNOWN, **WRONG, **AWAY, **refused},
        response_model=None,
    )
    def reset(request: ResetRequest) -> JSONResponse:
        """Begin the shown totals of all lines, or of those named, anew at 0; what was counted stays."""
        wanted = Which([request.camera] if request.camera else (), [request.line] if request.line else ())
        new = Reset(EVENT_IDS.next(), time.time_ns(), request.name, request.camera, request.line)
        with history.asked() as connection:
            places.chosen(connection, "line", wanted)
        with history.asked() as connection:
            add_reset(connection, new)
        log.info("totals of %s %s begin anew: %s", new.camera or "all cameras", new.line or "", new.name)
        return JSONResponse(_view(new), 201)

    @router.get("/api/counts/resets", responses={**answer(Resets), **AWAY}, response_model=None)
    def resets() -> JSONResponse:
        """Return the newest resets, undone ones among them."""
        with history.asked() as connection:
            return JSONResponse({"resets": [_view(each) for each in newest_resets(connection, SHOWN)]})

    @router.post(
        "/api/counts/resets/{reset_id}/undo",
        dependencies=changing,
        responses={**answer(ResetView), 409: {"model": Problem}, **UNKNOWN, **AWAY, **refused},
        response_model=None,
    )
    def undo(reset_id: ResetId) -> JSONResponse:
        """Take a reset back: totals are what they would have been without it."""
        with history.asked() as connection:
            undone = undo_reset(connection, reset_id, time.time_ns())
            found = find_reset(connection, reset_id)
        if found is None:
            raise HTTPException(404, f"there is no reset {reset_id!r}; see /api/counts/resets")
        if not undone:
            raise HTTPException(409, f"the reset {found.name!r} was undone before, at {iso_time(found.undone_ns or 0)}")
        log.info("the reset of totals %s is taken back", found.name)
        return JSONResponse(_view(found))

    return router


def _view(reset: Reset) -> View:
    return {
        "id": reset.id,
        "name": reset.name,
        "camera": reset.camera,
        "line": reset.line,
        "at": iso_time(reset.at_ns),
        "undone": None if reset.undone_ns is None else iso_time(reset.undone_ns),
    }
