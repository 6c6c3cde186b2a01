"""Draws figures: round shapes, shaded from the upper left, with soft edges."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor
from typing import Final

import numpy as np
from numpy.typing import NDArray

from services.capture.demo.pose import Circle, Figure

Floats = NDArray[np.float32]
MARGIN: Final = 2
# Noise and rain are added to this without a check: see weather.HEADROOM and RAIN_HEADROOM.
DARKEST: Final = 10
BRIGHTEST: Final = 213


@dataclass(frozen=True, slots=True)
class Sprite:
    """A picture with transparency.

    Attributes:
        pixels: Blue, green, red (multiplied by alpha) and alpha; (height, width, 4), its outermost pixels transparent.
        scale: Pixels per metre.
        x: Column of the point between the feet.
        y: Row of it.
    """

    pixels: NDArray[np.uint8]
    scale: float
    x: float
    y: float


def draw(figure: Figure, scale: float, tint: tuple[float, float, float]) -> Sprite:
    """Return ``figure`` at ``scale`` pixels per metre, its colours (blue, green, red) multiplied by ``tint``."""
    left, top, right, bottom = (edge * scale for edge in figure.extent)
    x0, y0 = floor(left) - MARGIN, floor(top) - MARGIN
    width, height = ceil(right) + MARGIN - x0, ceil(bottom) + MARGIN - y0
    planes = np.zeros((4, height, width), np.float32)  # a plane for each channel: three times as fast as interleaved
    x = np.arange(width, dtype=np.float32)[None, :] + np.float32(0.5)
    y = np.arange(height, dtype=np.float32)[:, None] + np.float32(0.5)
    for part in figure.parts:
        circles = [Circle(c.x * scale - x0, c.y * scale - y0, max(c.r * scale, 0.6)) for c in part.circles]
        red, green, blue = part.colour
        _add(planes, x, y, circles, (blue * tint[0], green * tint[1], red * tint[2]))
    alpha = planes[3]
    np.clip(planes[:3], DARKEST * alpha, BRIGHTEST * alpha, out=planes[:3])
    alpha *= 255
    planes += 0.5
    return Sprite(np.ascontiguousarray(planes.transpose(1, 2, 0).astype(np.uint8)), scale, -x0, -y0)


def _add(planes: Floats, x: Floats, y: Floats, circles: list[Circle], colour: tuple[float, float, float]) -> None:
    """Put one part over what is drawn already."""
    columns = slice(max(floor(min(c.x - c.r for c in circles)) - 1, 0), ceil(max(c.x + c.r for c in circles)) + 1)
    rows = slice(max(floor(min(c.y - c.r for c in circles)) - 1, 0), ceil(max(c.y + c.r for c in circles)) + 1)
    region = planes[:, rows, columns]
    x, y = x[:, columns], y[rows]
    distance, light = _limb_lit(x, y, *circles) if len(circles) == 2 else _barrel(x, y, circles)
    np.subtract(0.5, distance, out=distance)
    alpha = _unit(distance)
    region *= 1 - alpha
    region[3] += alpha
    alpha *= light
    region[:3] += alpha * np.array(colour, np.float32)[:, None, None]


def limb(x: Floats, y: Floats, a: Circle, b: Circle) -> tuple[Floats, Floats, Floats, Floats]:
    """Return where points are in a limb.

    Returns:
        The signed distance to its edge in pixels; how far off its middle, to the right and down, as shares of its
        radius; and the square of that.
    """
    dx, dy = b.x - a.x, b.y - a.y
    length = max(dx * dx + dy * dy, 1e-6)
    x = x - np.float32(a.x)
    y = y - np.float32(a.y)
    along = _unit(x * np.float32(dx / length) + y * np.float32(dy / length))
    radius = along * np.float32(b.r - a.r)
    radius += np.float32(a.r)
    nx = x - along * np.float32(dx)
    along *= np.float32(dy)
    ny = np.subtract(y, along, out=along)
    nx /= radius
    ny /= radius
    square = nx * nx
    square += ny * ny
    distance = np.sqrt(square)
    distance -= 1
    distance *= radius
    return distance, nx, ny, square


def _limb_lit(x: Floats, y: Floats, a: Circle, b: Circle) -> tuple[Floats, Floats]:
    distance, nx, ny, square = limb(x, y, a, b)
    return distance, _light(nx, ny, square)


def _barrel(x: Floats, y: Floats, corners: list[Circle]) -> tuple[Floats, Floats]:
    """Return the signed distance to the edge of a rounded trapezoid that stands upright, and how light it is."""
    upper_left, upper_right, lower_right, _ = corners
    middle, r = (upper_left.x + upper_right.x) / 2, upper_left.r
    tall = max(lower_right.y - upper_left.y, 1e-3)
    above, below = upper_right.x - middle, lower_right.x - middle
    share = np.clip((y - upper_left.y) / tall, 0, 1)
    half = above + share * (below - above)
    off = x - np.float32(middle)
    out_x, out_y = np.abs(off) - half, np.maximum(upper_left.y - y, y - lower_right.y)
    outside = np.hypot(np.maximum(out_x, 0), np.maximum(out_y, 0))
    distance = outside + np.minimum(np.maximum(out_x, out_y), 0) - np.float32(r)
    nx = off / (half + r)
    ny = np.clip(out_y / max(r, 1.0), 0, 1) * np.where(share < 0.5, -0.8, 0.5)
    return distance, _light(nx, ny, nx * nx + ny * ny)


def _light(nx: Floats, ny: Floats, square: Floats) -> Floats:
    """Return the brightness, about 1, of a round surface lit from the upper left, ``square`` being nx² + ny²."""
    square *= np.float32(-0.2)
    square += np.float32(0.98)
    square -= nx * np.float32(0.22)
    square -= ny * np.float32(0.27)
    return square


def _unit(values: Floats) -> Floats:
    """Cut ``values`` off below 0 and above 1, in place."""
    np.maximum(values, 0, out=values)
    np.minimum(values, 1, out=values)
    return values
