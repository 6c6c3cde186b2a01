"""The configuration as JSON, without secrets."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from services.capture.configuration.store import Change, Version
from services.capture.redact import redact


def config_json(version: Version, undo: Change | None, path: Path) -> dict[str, Any]:
    """Return what ``GET /config`` says."""
    return {
        "version": version.tag,
        "file": str(path),
        "undo": {"what": undo.what, "at": undo.at.isoformat(timespec="seconds")} if undo else None,
        "cameras": [camera_json(version, name) for name in version.config.cameras],
    }


def camera_json(version: Version, name: str) -> dict[str, Any]:
    """Return a camera as it is configured; its source without credentials."""
    config = version.config.cameras[name]
    keys = config.model_dump(mode="json", by_alias=True)
    return {"id": name, "version": version.camera_tag(name), **keys, "source": redact(config.source)}
