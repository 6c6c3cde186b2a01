"""Lines and zones as the command line writes them: ``door=0.5,0,0.5,1``, in fractions of the picture or in pixels."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import isfinite
from typing import Any, Final

from proto.turnstile_pb2 import Settings
from services.common.config import DEFAULT_LINES, CameraConfig
from services.common.errors import UsageError
from services.common.wire_settings import wire_settings

NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,62}")
Corner = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Shape:
    """One ``--line`` or ``--zone``.

    Attributes:
        option: As it was written, for messages.
        name: Of the line or zone.
        corners: In fractions or in pixels.
    """

    option: str
    name: str
    corners: tuple[Corner, ...]

    def scaled(self, width: float, height: float, size: str) -> list[Corner]:
        """Return the corners as fractions of a picture of ``width`` x ``height``.

        Raises:
            UsageError: One lies outside; the message says that the picture is ``size``.
        """
        for x, y in self.corners:
            if not (0 <= x <= width and 0 <= y <= height):
                raise UsageError(f"{self.option}: ({x:g}, {y:g}) is outside the picture, {size}")
        return [(x / width, y / height) for x, y in self.corners]


@dataclass(frozen=True, slots=True)
class Shapes:
    """What is to be counted in a video.

    Attributes:
        lines: Of the command line.
        zones: Likewise.
        pixels: Whether these are in pixels.
        camera: Lines and zones of the configuration, in fractions; the command line's are added to them.
    """

    lines: tuple[Shape, ...] = ()
    zones: tuple[Shape, ...] = ()
    pixels: bool = False
    camera: CameraConfig | None = None
    _implicit: bool = field(init=False)

    def __post_init__(self) -> None:
        """Without anything to count there is one line down the middle, as everywhere in Turnstile."""
        object.__setattr__(self, "_implicit", not (self.lines or self.zones or self.camera))

    def check(self) -> None:
        """Refuse what no picture could hold.

        Raises:
            UsageError: A shape is outside every picture.
        """
        if not self.pixels:
            self.settings(1, 1)

    def settings(self, width: int, height: int) -> Settings:
        """Return lines and zones for a picture of ``width`` x ``height``.

        Raises:
            UsageError: One of them lies outside the picture.
        """
        size = f"which is {width}x{height}" if self.pixels else "which goes from 0 to 1 (pixels need --pixels)"
        scale = (float(width), float(height)) if self.pixels else (1.0, 1.0)
        lines: dict[str, Any] = dict(self.camera.lines if self.camera else DEFAULT_LINES if self._implicit else {})
        zones: dict[str, Any] = dict(self.camera.zones if self.camera else {})
        for line in self.lines:
            start, end = line.scaled(*scale, size)
            lines[line.name] = {"from": start, "to": end}
        for zone in self.zones:
            zones[zone.name] = {"polygon": zone.scaled(*scale, size)}
        return wire_settings(CameraConfig.model_validate({"source": "video", "lines": lines, "zones": zones}))


def parse_lines(options: Sequence[str]) -> tuple[Shape, ...]:
    """Read ``NAME=x1,y1,x2,y2``, again and again.

    Raises:
        UsageError: One is written differently, has no length, or has the name of another.
    """
    lines = tuple(_parse("--line", option, "NAME=x1,y1,x2,y2", 2, 2) for option in options)
    for line in lines:
        if line.corners[0] == line.corners[1]:
            raise UsageError(f"{line.option}: has no length, its two ends are the same point")
    return _with_different_names(lines)


def parse_zones(options: Sequence[str]) -> tuple[Shape, ...]:
    """Read ``NAME=x1,y1,x2,y2,x3,y3…``, again and again.

    Raises:
        UsageError: One is written differently, has no area, or has the name of another.
    """
    zones = tuple(_parse("--zone", option, "NAME=x1,y1,x2,y2,x3,y3…", 3, 1000) for option in options)
    for zone in zones:
        if _area(zone.corners) == 0:
            raise UsageError(f"{zone.option}: has no area")
    return _with_different_names(zones)


def _parse(flag: str, option: str, form: str, least: int, most: int) -> Shape:
    name, equals, text = option.partition("=")
    written = f"{flag} {option}"
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        numbers = []
    wrong_count = len(numbers) % 2 or not least <= len(numbers) // 2 <= most
    if not equals or wrong_count or not all(map(isfinite, numbers)):
        raise UsageError(f"{written}: is not of the form {form}")
    if not NAME.fullmatch(name):
        raise UsageError(f"{written}: a name has 1 to 63 letters, digits, _ or -, and starts with a letter or digit")
    return Shape(written, name, tuple(zip(numbers[::2], numbers[1::2], strict=True)))


def _with_different_names(shapes: tuple[Shape, ...]) -> tuple[Shape, ...]:
    names = [shape.name for shape in shapes]
    for shape in shapes:
        if names.count(shape.name) > 1:
            raise UsageError(f"{shape.option}: the name {shape.name} is given twice")
    return shapes


def _area(corners: Sequence[Corner]) -> float:
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise((*corners, corners[0]))) / 2
