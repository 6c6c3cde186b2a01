"""Which cameras, lines and zones may be asked for: what is configured, and what the store remembers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

from fastapi import HTTPException
from sqlalchemy import Connection

from services.common.store.counts import PlaceKey, Which
from services.common.store.names import known_lines, known_zones
from services.streamer.directory import Directory

Kind = Literal["line", "zone"]


class Places:
    """Knows the names.

    Args:
        directory: Says what is configured.
    """

    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    def configured(self, kind: Kind) -> set[PlaceKey]:
        """Return the cameras with their lines or zones, as configured."""
        cameras = list(self._directory.cameras.values())
        return {
            (camera.id, place.name)
            for camera in cameras
            for place in (camera.analysis.lines if kind == "line" else camera.analysis.zones)
        }

    def chosen(self, connection: Connection, kind: Kind, which: Which) -> list[PlaceKey]:
        """Return the places that are asked for, in order.

        Raises:
            HTTPException: 404, one of the names is neither configured nor in the store.
        """
        configured = self.configured(kind)
        chosen = _matching(configured, which)
        if not _missing(which.cameras, self._cameras() | {c for c, _ in chosen}) and not _missing(
            which.names, {name for _, name in chosen}
        ):
            return sorted(chosen)
        known = configured | (known_lines(connection) if kind == "line" else known_zones(connection))
        _require("camera", which.cameras, self._cameras() | {camera for camera, _ in known})
        _require(kind, which.names, {name for camera, name in known if camera in (which.cameras or (camera,))})
        return sorted(_matching(known, which))

    def _cameras(self) -> set[str]:
        return set(self._directory.cameras)


def _matching(places: Iterable[PlaceKey], which: Which) -> set[PlaceKey]:
    return {
        (camera, name)
        for camera, name in places
        if camera in (which.cameras or (camera,)) and name in (which.names or (name,))
    }


def _missing(wanted: Sequence[str], known: set[str]) -> list[str]:
    return [name for name in wanted if name not in known]


def _require(what: str, wanted: Sequence[str], known: set[str]) -> None:
    for name in _missing(wanted, known):
        raise HTTPException(404, f"there is no {what} {name!r}; known: {', '.join(sorted(known)) or 'none'}")
