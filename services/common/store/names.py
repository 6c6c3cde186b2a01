"""Which cameras, lines and zones the store knows."""

from __future__ import annotations

from sqlalchemy import Connection, select

from services.common.store.counts import PlaceKey
from services.common.store.schema import crossing_rollups, zone_rollups, zone_samples


def known_lines(connection: Connection) -> set[PlaceKey]:
    """Return every camera and line that ever counted."""
    table = crossing_rollups.c
    return {(camera, line) for camera, line in connection.execute(select(table.camera, table.line).distinct())}


def known_zones(connection: Connection) -> set[PlaceKey]:
    """Return every camera and zone that was ever visited, or is sampled."""
    known: set[PlaceKey] = set()
    for table in (zone_rollups.c, zone_samples.c):
        known |= {(camera, zone) for camera, zone in connection.execute(select(table.camera, table.zone).distinct())}
    return known
