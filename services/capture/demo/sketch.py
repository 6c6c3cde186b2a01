"""Draws things that stand in a scene, from polygons in the world, with soft edges."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import ceil, cos, floor, pi, sin
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from services.capture.demo.blit import Rect
from services.capture.demo.looks import Colour
from services.capture.demo.view import Camera

Point3 = tuple[float, float, float]
Bytes = NDArray[np.uint8]
SUPERSAMPLING: Final = 3
SHADOW_OF_METRE: Final = (0.42, -0.16)  # how far the shadow of a point one metre up falls, x and z


@dataclass(slots=True)
class Sketch:
    """One thing, as flat shapes in the order in which they are drawn.

    Attributes:
        z: How far off it stands, metres: people farther away pass behind it.
        flat: It lies on the ground and hides nobody.
    """

    z: float
    flat: bool = False
    _shapes: list[tuple[tuple[Point3, ...], Colour]] = field(default_factory=list)

    def polygon(self, points: Iterable[Point3], colour: Colour) -> None:
        """Add a flat shape with these corners (x, y, z)."""
        self._shapes.append((tuple(points), colour))

    def disc(self, x: float, y: float, z: float, radius: float, colour: Colour) -> None:
        """Add a horizontal disc."""
        angles = [2 * pi * step / 48 for step in range(48)]
        self.polygon(((x + radius * cos(a), y, z + radius * sin(a)) for a in angles), colour)

    def ball(self, x: float, y: float, z: float, radius: float, colour: Colour) -> None:
        """Add a disc that faces the camera."""
        angles = [2 * pi * step / 32 for step in range(32)]
        self.polygon(((x + radius * cos(a), y + radius * sin(a), z) for a in angles), colour)

    def pillar(self, x: float, z: float, radius: float, low: float, high: float, colour: Colour) -> None:
        """Add an upright round bar, lit from the left."""
        strips = (-1.0, -0.55, -0.1, 0.35, 0.75, 1.0)
        for (a, b), light in zip(pairwise(strips), (0.98, 1.18, 1.0, 0.82, 0.66), strict=True):
            self.wall(x + a * radius, x + b * radius, low, high, z - radius * 0.3, shaded(colour, light))

    def wall(self, left: float, right: float, low: float, high: float, z: float, colour: Colour) -> None:
        """Add an upright rectangle across the view."""
        self.polygon(((left, low, z), (left, high, z), (right, high, z), (right, low, z)), colour)

    def slab(self, left: float, right: float, near: float, far: float, y: float, colour: Colour) -> None:
        """Add a horizontal rectangle."""
        self.polygon(((left, y, near), (left, y, far), (right, y, far), (right, y, near)), colour)

    def box(self, left: float, right: float, near: float, far: float, low: float, high: float, colour: Colour) -> None:
        """Add a box, as far as it is seen: its front, its top and the side towards the middle."""
        if left > 0:
            side = ((left, low, near), (left, high, near), (left, high, far), (left, low, far))
            self.polygon(side, shaded(colour, 0.9))
        elif right < 0:
            side = ((right, low, near), (right, high, near), (right, high, far), (right, low, far))
            self.polygon(side, shaded(colour, 0.62))
        self.slab(left, right, near, far, high, shaded(colour, 1.12))
        self.wall(left, right, low, high, near, shaded(colour, 0.82))

    def render(self, camera: Camera) -> tuple[Rect, Bytes] | None:
        """Return where it is in the picture and its pixels: red, green, blue (not multiplied) and alpha."""
        drawn = [([_seen(camera, p) for p in points], colour) for points, colour in self._shapes]
        rect = _bounds([p for points, _ in drawn for p in points], camera)
        if not rect:
            return None
        image = _blank("RGBA", rect, (90, 90, 90, 0))
        pen = ImageDraw.Draw(image)
        for points, colour in drawn:
            pen.polygon(_shifted(points, rect), fill=(*colour, 255))
        return rect, np.asarray(image.convert("RGBa").reduce(SUPERSAMPLING).convert("RGBA"))

    def shadow(self, camera: Camera) -> tuple[Rect, Bytes] | None:
        """Return where its shadow falls and how much of the light it takes away there, in 255."""
        if self.flat:
            return None
        east, north = SHADOW_OF_METRE
        fallen = [
            [_seen(camera, (x + east * y, 0.0, z + north * y)) for x, y, z in points] for points, _ in self._shapes
        ]
        blur = max(camera.scale(self.z) * 0.05, 0.5)
        rect = _bounds([p for points in fallen for p in points], camera, margin=ceil(3 * blur))
        if not rect:
            return None
        image = _blank("L", rect, 0)
        pen = ImageDraw.Draw(image)
        for points in fallen:
            pen.polygon(_shifted(points, rect), fill=255)
        return rect, np.asarray(image.reduce(SUPERSAMPLING).filter(ImageFilter.GaussianBlur(blur)))


def shaded(colour: Colour, light: float) -> Colour:
    """Return ``colour`` in more or less light."""
    red, green, blue = (min(255, max(0, round(channel * light))) for channel in colour)
    return red, green, blue


def _seen(camera: Camera, point: Point3) -> tuple[float, float]:
    x, y, z = point
    return camera.project(x, y, max(z, 0.5))


def _bounds(points: Sequence[tuple[float, float]], camera: Camera, margin: int = 1) -> Rect:
    columns, rows = [u for u, _ in points], [v for _, v in points]
    rect = Rect(floor(min(columns)), floor(min(rows)), ceil(max(columns)), ceil(max(rows)))
    grown = Rect(rect.left - margin, rect.top - margin, rect.right + margin, rect.bottom + margin)
    return grown.meet(Rect(0, 0, camera.width, camera.height))


def _blank(mode: str, rect: Rect, colour: int | tuple[int, ...]) -> Image.Image:
    size = (rect.right - rect.left) * SUPERSAMPLING, (rect.bottom - rect.top) * SUPERSAMPLING
    return Image.new(mode, size, colour)


def _shifted(points: Sequence[tuple[float, float]], rect: Rect) -> list[tuple[float, float]]:
    return [((u - rect.left) * SUPERSAMPLING, (v - rect.top) * SUPERSAMPLING) for u, v in points]
