"""The configuration over HTTP.

These routes are for the streamer, which passes them on to the dashboard; like all of this port they can have any file
opened as a camera. Whoever changes something says in ``If-Match`` what the change is based on.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final

from fastapi import Body, FastAPI, Header, HTTPException, Response
from pydantic import TypeAdapter, ValidationError

from services.capture.configuration.changes import describe, merged, mistakes, to_store
from services.capture.configuration.probe import Prober
from services.capture.configuration.store import (
    ConfigError,
    ConfigStore,
    ConflictError,
    OutdatedError,
    UnknownCameraError,
)
from services.capture.configuration.view import camera_json, config_json
from services.capture.manager import CameraManager
from services.capture.redact import HIDDEN
from services.capture.sources.base import SourceError
from services.common.config import CameraConfig, Name, parse_camera

Keys = Annotated[dict[str, Any], Body()]
IfMatch = Annotated[str | None, Header(description="The version that the change is based on, in quotes.")]

_NAME: Final[TypeAdapter[str]] = TypeAdapter(Name)
_STATUS: Final[Mapping[type[ConfigError], int]] = {OutdatedError: 412, UnknownCameraError: 404, ConflictError: 409}


def add_configuration_routes(app: FastAPI, store: ConfigStore, manager: CameraManager, prober: Prober) -> None:
    """Add ``/config`` to ``app``."""
    _add_reading(app, store, manager, prober)
    _add_changing(app, store)


def _add_reading(app: FastAPI, store: ConfigStore, manager: CameraManager, prober: Prober) -> None:
    @app.get("/config", tags=["configuration"])
    def read_configuration(response: Response) -> dict[str, Any]:
        """Return the configuration in force and its version, and of each camera its settings and their version."""
        try:
            version = store.current()
            undo = store.last_change()
        except ConfigError as error:
            raise _refused(error) from error
        response.headers["ETag"] = f'"{version.tag}"'
        return config_json(version, undo, store.path)

    @app.post("/config/test", tags=["configuration"], response_class=Response)
    def try_source(body: Keys) -> Response:
        """Open a source for a moment and return a picture of it; 422 with the cause if none comes.

        ``camera`` names the camera whose password counts where the source shows ``***``.
        """
        keys = dict(body)
        name = keys.pop("camera", None)
        try:
            known = store.current().config.cameras.get(name) if isinstance(name, str) else None
            wanted = _parsed(known, keys)
            return Response(prober.picture(wanted), media_type="image/jpeg", headers={"Cache-Control": "no-store"})
        except ConfigError as error:
            raise _refused(error) from error
        except SourceError as error:
            raise HTTPException(422, str(error)) from error

    @app.post("/config/cameras/{name}/reconnect", tags=["configuration"], status_code=202)
    def reconnect(name: str) -> dict[str, str]:
        """Close a camera's source and open it again at once."""
        try:
            manager.reconnect(name)
        except KeyError as error:
            raise HTTPException(404, f"there is no camera {name!r}") from error
        return {"id": name}


def _add_changing(app: FastAPI, store: ConfigStore) -> None:
    @app.post("/config/cameras", tags=["configuration"], status_code=201)
    def add(body: Keys, response: Response) -> dict[str, Any]:
        """Add a camera: its ``id`` and the keys that a camera has in the configuration file."""
        keys = dict(body)
        name = _name(keys.pop("id", None))
        wanted = _parsed(None, keys)
        try:
            version = store.add_camera(name, to_store(wanted, keys), wanted)
        except ConfigError as error:
            raise _refused(error) from error
        response.headers["ETag"] = f'"{version.camera_tag(name)}"'
        return camera_json(version, name)

    @app.patch("/config/cameras/{name}", tags=["configuration"])
    def change(name: str, body: Keys, response: Response, if_match: IfMatch = None) -> dict[str, Any]:
        """Set keys of a camera, each as a whole: ``lines`` replaces all lines. Null takes a key back to its default."""
        tag = _tag(if_match)
        try:
            known = store.current().config.cameras.get(name)
            wanted = _parsed(known, body) if known else None
            keys = to_store(wanted, body, known) if wanted else {}
            # An unknown camera is told by the store, which knows the others.
            version = store.change_camera(name, tag, keys, wanted or CameraConfig(source=name), describe(name, body))
        except ConfigError as error:
            raise _refused(error) from error
        response.headers["ETag"] = f'"{version.camera_tag(name)}"'
        return camera_json(version, name)

    @app.delete("/config/cameras/{name}", tags=["configuration"], status_code=204)
    def remove(name: str, if_match: IfMatch = None) -> None:
        """Remove a camera; what it counted stays in the store."""
        try:
            store.remove_camera(name, _tag(if_match))
        except ConfigError as error:
            raise _refused(error) from error

    @app.post("/config/undo", tags=["configuration"])
    def undo(if_match: IfMatch = None) -> dict[str, str]:
        """Take the last change back, and with further calls those before it."""
        try:
            return {"undone": store.undo(_tag(if_match)).what}
        except ConfigError as error:
            raise _refused(error) from error


def _parsed(known: CameraConfig | None, keys: Mapping[str, Any]) -> CameraConfig:
    try:
        wanted = parse_camera(merged(known, keys))
    except ValidationError as error:
        raise HTTPException(422, mistakes(error)) from error
    if HIDDEN in wanted.source and (known is None or wanted.source != known.source):
        raise HTTPException(422, f"source: {HIDDEN} stands for a secret; write the whole address, password included")
    return wanted


def _name(value: object) -> str:
    try:
        return _NAME.validate_python(value, strict=True)
    except ValidationError as error:
        detail = "id: a camera's name has 1 to 63 letters, digits, _ or -, and starts with a letter or digit"
        raise HTTPException(422, detail) from error


def _tag(if_match: str | None) -> str:
    if not if_match:
        raise HTTPException(428, "If-Match is missing: send the version that you read, so that nobody's change is lost")
    return if_match.strip().removeprefix("W/").strip('"')


def _refused(error: ConfigError) -> HTTPException:
    return HTTPException(_STATUS[type(error)], str(error))
