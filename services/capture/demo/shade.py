"""Shadows of walkers on the ground."""

from __future__ import annotations

from math import ceil, floor
from typing import Final

import numpy as np

from services.capture.demo.looks import Colour, Look
from services.capture.demo.pose import Part, Spot, Stance, Tailor
from services.capture.demo.sketch import SHADOW_OF_METRE
from services.capture.demo.sprite import Sprite, limb

SOFT_METRES: Final = 0.07
GREY: Final = (0, 0, 0)
ANYBODY: Final = Look(
    stature=1.7, girth=1.0, stride=1.45, swing=1.0, outfit="trousers", carried="nothing", skin=GREY, hair=GREY,
    top=GREY, bottom=GREY, shoes=GREY, accent=GREY, long_sleeves=True, long_hair=False, cap=None,
)  # fmt: skip


class _Shade(Tailor):
    """A body as the sun sees it, laid down on the ground."""

    def _barrel(self, top: float, bottom: float, above: float, below: float, colour: Colour, nearness: float) -> Part:
        share = self._h * 0.85
        return self._limb(Spot(0, 0, top - 0.06), Spot(0, 0, bottom), above * share, below * share, colour, nearness)

    def _seen(self, spot: Spot) -> tuple[float, float, float]:
        east, north = SHADOW_OF_METRE
        x, away = self._turned(spot)
        return x + east * spot.up, -(away + north * spot.up) * self._slope, 0.0


def draw_shade(stance: Stance, slope: float, scale: float, depth: float) -> Sprite:
    """Return a shadow that takes ``depth`` of the light away: one channel, how much, in 255.

    Args:
        stance: Of who casts it.
        slope: Metres that a point on the ground rises on the screen for each metre it is farther away.
        scale: Pixels per metre of the body's picture.
        depth: Share of the light.
    """
    parts = _Shade(ANYBODY, stance, slope).parts()
    soft = max(SOFT_METRES * scale, 1.0)
    circles = [c for part in parts for c in part.circles]
    x0, y0 = (floor(min(c[axis] - c.r for c in circles) * scale - soft) - 2 for axis in (0, 1))
    width, height = (
        ceil(max(c[axis] + c.r for c in circles) * scale + soft) + 2 - start for axis, start in ((0, x0), (1, y0))
    )
    x = np.arange(width, dtype=np.float32)[None, :] + np.float32(x0 + 0.5)
    y = np.arange(height, dtype=np.float32)[:, None] + np.float32(y0 + 0.5)
    distance = np.full((height, width), 1e6, np.float32)
    for part in parts:
        a, b = (c._replace(x=c.x * scale, y=c.y * scale, r=c.r * scale) for c in part.circles)
        np.minimum(distance, limb(x, y, a, b)[0], out=distance)
    share = np.clip(0.5 - distance / (2 * soft), 0, 1)
    taken = 255 * depth * share * share * (3 - 2 * share)
    return Sprite(taken.astype(np.uint8)[..., None], scale, -x0, -y0)
