"""All routes of the history, and how mistakes in a request are told."""

from __future__ import annotations

from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse

from proto.turnstile_pb2 import StoreState
from services.streamer.directory import Directory
from services.streamer.history.counts import counts_routes
from services.streamer.history.crossings import crossings_routes
from services.streamer.history.history import History
from services.streamer.history.models import StoreView
from services.streamer.history.places import Places
from services.streamer.history.resets import resets_routes
from services.streamer.history.zones import zones_routes


def add_history(app: FastAPI, history: History, directory: Directory, *, read_only: bool) -> None:
    """Add the routes to ``app``."""
    places = Places(directory)
    for routes in (counts_routes, crossings_routes, zones_routes):
        app.include_router(routes(history, places), tags=["history"])
    app.include_router(resets_routes(history, places, read_only=read_only), tags=["history"])
    app.include_router(_store_routes(directory), tags=["history"])
    app.add_exception_handler(RequestValidationError, tell_mistakes)


async def tell_mistakes(_: Request, error: Exception) -> JSONResponse:
    """Answer 422 with one sentence, where FastAPI would answer with a list."""
    problems = error.errors() if isinstance(error, RequestValidationError) else []
    return JSONResponse({"detail": "; ".join(map(_sentence, problems))}, 422)


def _sentence(problem: dict[str, object]) -> str:
    location = problem["loc"]
    name = ".".join(map(str, location[1:])) if isinstance(location, tuple) else ""
    message = str(problem["msg"])
    return f"{name}: {message[:1].lower()}{message[1:]}" if name else message


def _store_routes(directory: Directory) -> APIRouter:
    router = APIRouter()

    @router.get("/api/store", response_model=StoreView)
    async def store() -> StoreView:
        """Say whether what is counted gets where it lasts."""
        if directory.waiting_for is not None:
            return StoreView(state="unknown", cause=directory.waiting_for, spooled=0, lost=0)
        now = directory.store
        state = StoreState.Name(now.state).removeprefix("STORE_STATE_").lower().replace("unspecified", "unknown")
        return StoreView.model_validate({"state": state, "cause": now.cause, "spooled": now.spooled, "lost": now.lost})

    return router
