"""Cameras over HTTP: list, add, remove.

Whoever reaches this port may make the service open any file that its user may read, any device and any address; it
listens on 127.0.0.1 unless the settings say otherwise.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import Body, FastAPI, HTTPException
from pydantic import TypeAdapter, ValidationError

from services.capture.camera import CameraView
from services.capture.directory import stats
from services.capture.manager import CameraExistsError, CameraManager
from services.common.config import Name, parse_camera

_NAME: TypeAdapter[str] = TypeAdapter(Name)


def add_camera_routes(app: FastAPI, manager: CameraManager) -> None:
    """Add ``/cameras`` to ``app``."""

    @app.get("/cameras", tags=["cameras"])
    def list_cameras() -> list[dict[str, Any]]:
        """Tell of every camera: its state, why, since when, and what its source really delivers."""
        return [as_json(view) for view in manager.views()]

    @app.post("/cameras", tags=["cameras"], status_code=201)
    def add_camera(body: Annotated[dict[str, Any], Body()]) -> dict[str, Any]:
        """Add a camera: its id and the keys that a camera has in the configuration file."""
        keys = dict(body)
        if "id" not in keys:
            raise HTTPException(422, "id: is missing; a camera needs an id and a source")
        try:
            name = _NAME.validate_python(keys.pop("id"), strict=True)
        except ValidationError as error:
            raise HTTPException(
                422, "id: has 1 to 63 letters, digits, _ or -, and starts with a letter or digit"
            ) from error
        try:
            return as_json(manager.add(name, parse_camera(keys)))
        except ValidationError as error:
            raise HTTPException(422, _sentences(error)) from error
        except CameraExistsError as error:
            raise HTTPException(409, str(error)) from error

    @app.delete("/cameras/{name}", tags=["cameras"], status_code=204)
    def remove_camera(name: str) -> None:
        """Remove a camera until it is added again or the configuration file changes."""
        try:
            manager.remove(name)
        except KeyError as error:
            raise HTTPException(404, f"there is no camera {name}") from error


def as_json(view: CameraView) -> dict[str, Any]:
    """Return what ``GET /cameras`` tells of one camera."""
    numbers = stats(view)
    since = datetime.fromtimestamp(view.condition.since_ns / 1e9, UTC)
    return {
        "id": view.id,
        "state": view.condition.state,
        "cause": view.condition.cause,
        "since": since.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "source": view.source,
        "width": numbers.width,
        "height": numbers.height,
        "fps": round(numbers.fps, 2),
        "nominal_fps": round(numbers.nominal_fps, 3),
        "pixel_format": numbers.pixel_format,
        "frames": numbers.frames,
        "dropped": numbers.dropped,
        "skipped": numbers.skipped,
        "reconnects": numbers.reconnects,
        "bytes": numbers.bytes,
    }


def _sentences(error: ValidationError) -> str:
    """Return one sentence for each mistake; values are left out, since a source may hold a password."""
    return "; ".join(
        f"{'.'.join(map(str, e['loc'])) or 'camera'}: {e['msg'].removeprefix('Value error, ').lower()}"
        for e in error.errors()
    )
