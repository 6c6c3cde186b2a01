"""How a camera is to be analysed, from the configuration's words into the wire's."""

from __future__ import annotations

from typing import Final

from proto.turnstile_pb2 import (
    ANCHOR_CENTRE,
    ANCHOR_FEET,
    OVERLAY_EXACT,
    OVERLAY_LIVE,
    Anchor,
    Line,
    Overlay,
    Point,
    Settings,
    Zone,
)
from services.common.config import CameraConfig

OVERLAYS: Final[dict[str, Overlay]] = {"exact": OVERLAY_EXACT, "live": OVERLAY_LIVE}
ANCHORS: Final[dict[str, Anchor]] = {"centre": ANCHOR_CENTRE, "feet": ANCHOR_FEET}


def wire_settings(config: CameraConfig) -> Settings:
    """Return how a camera is to be analysed."""
    return Settings(
        overlay=OVERLAYS[config.overlay],
        lines=[
            Line(
                name=name, start=_point(line.start), end=_point(line.end), anchor=ANCHORS[line.anchor], title=line.title
            )
            for name, line in config.lines.items()
        ],
        zones=[
            Zone(name=name, polygon=[_point(p) for p in zone.polygon], anchor=ANCHORS[zone.anchor], title=zone.title)
            for name, zone in config.zones.items()
        ],
    )


def _point(point: tuple[float, float]) -> Point:
    return Point(x=point[0], y=point[1])
