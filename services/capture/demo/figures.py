"""The figures of a scene: their geometry, and their pictures once they have been drawn."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable
from math import log
from typing import Final, NamedTuple, TypeVar

import numpy as np

from services.capture.demo.blit import HALF, Layer, Mask, Rect
from services.capture.demo.crowd import Walker
from services.capture.demo.looks import Look
from services.capture.demo.pose import Extent, Figure, Stance
from services.capture.demo.resample import place, place_mask
from services.capture.demo.shade import draw_shade
from services.capture.demo.sprite import Sprite, draw
from services.capture.demo.view import Camera
from services.capture.demo.weather import Grade

# Pictures are drawn at few scales, and the nearest is resampled to fit: finer steps look no better.
LEVEL_STEP: Final = 1.8
CHEST_METRES: Final = 0.9
ANYBODY: Final = -1
MAX_SPRITE_BYTES: Final = 128 << 20

Placed = TypeVar("Placed", Layer, Mask)


class Key(NamedTuple):
    """Which figure: whose, in which stance, at which level of scale. ``slot`` ANYBODY is a shadow."""

    slot: int
    stance: Stance
    level: int


class Box(NamedTuple):
    """Pixels, fractional."""

    left: float
    top: float
    right: float
    bottom: float


class Figures:
    """Draws each figure once, and forgets those that were not needed for the longest time."""

    def __init__(self, camera: Camera, looks: list[Look], grade: Grade) -> None:
        self._camera = camera
        self._looks = looks
        self._grade = grade
        self._extents: dict[Key, Extent] = {}
        self._areas: dict[Key, float] = {}  # square metres
        self._sprites: OrderedDict[Key, Sprite] = OrderedDict()
        self._bytes = 0

    def box(self, walker: Walker) -> Box:
        """Return the extent of a walker's body in the picture, also beyond its edges."""
        scale = self._camera.scale(walker.z)
        u, v = self._camera.project(walker.x, 0.0, walker.z)
        extent = self._extent(self._key(walker, walker.slot))
        return Box(u + scale * extent.left, v + scale * extent.top, u + scale * extent.right, v + scale * extent.bottom)

    def body(self, walker: Walker, bounds: Rect) -> Layer | None:
        """Return a walker's picture, None where nothing of it is within ``bounds``."""
        return self._placed(walker, self._key(walker, walker.slot), bounds, place)

    def mask(self, walker: Walker, bounds: Rect) -> Mask | None:
        """Return what a walker's picture covers, None where nothing of it is within ``bounds``."""
        return self._placed(walker, self._key(walker, walker.slot), bounds, place_mask)

    def shadow(self, walker: Walker, bounds: Rect) -> Layer | None:
        """Return a walker's shadow, one channel. Half the stances are enough for what is soft."""
        return self._placed(walker, self._shadow_key(walker), bounds, place)

    def prepare(self, walkers: Iterable[Walker]) -> None:
        """Draw the figures of ``walkers`` now, so that no frame has to wait for them."""
        for walker in walkers:
            scale = self._camera.scale(walker.z)
            if abs(walker.x) * scale < self._camera.width / 2 + scale:
                self._sprite(self._key(walker, walker.slot))
                self._sprite(self._shadow_key(walker))

    @property
    def drawn(self) -> int:
        """How many figures are kept."""
        return len(self._sprites)

    def area(self, walker: Walker) -> float:
        """Return how many pixels a walker covers, were nothing in the way and the picture large enough."""
        key = self._key(walker, walker.slot)
        if key not in self._areas:
            sprite = self._sprite(key)
            self._areas[key] = np.count_nonzero(sprite.pixels[..., 3] >= HALF) / sprite.scale**2
        return self._areas[key] * self._camera.scale(walker.z) ** 2

    def _key(self, walker: Walker, slot: int) -> Key:
        return Key(slot, walker.stance, round(log(self._camera.scale(walker.z)) / log(LEVEL_STEP)))

    def _shadow_key(self, walker: Walker) -> Key:
        direction, phase, vigour = walker.stance
        return self._key(walker, ANYBODY)._replace(stance=Stance(direction & ~1, phase & ~1, vigour))

    def _placed(self, walker: Walker, key: Key, bounds: Rect, how: Callable[..., Placed | None]) -> Placed | None:
        u, v = self._camera.project(walker.x, 0.0, walker.z)
        scale = self._camera.scale(walker.z)
        if not -3 * scale < u < self._camera.width + 3 * scale or v < 0 or v > self._camera.height + 3 * scale:
            return None
        sprite = self._sprite(key)
        return how(sprite.pixels, sprite.x, sprite.y, u, v, sprite.scale / scale, bounds)

    def _extent(self, key: Key) -> Extent:
        if key not in self._extents:
            self._figure(key)
        return self._extents[key]

    def _figure(self, key: Key) -> Figure:
        figure = Figure(self._looks[key.slot], key.stance, self._slope(key.level, CHEST_METRES))
        self._extents[key] = figure.extent
        return figure

    def _sprite(self, key: Key) -> Sprite:
        sprite = self._sprites.get(key)
        if sprite is not None:
            self._sprites.move_to_end(key)
            return sprite
        scale = LEVEL_STEP**key.level
        if key.slot == ANYBODY:
            sprite = draw_shade(key.stance, self._slope(key.level, 0.0), scale, self._grade.shadow)
        else:
            sprite = draw(self._figure(key), scale, self._grade.tint)
        self._sprites[key] = sprite
        self._bytes += sprite.pixels.nbytes
        while self._bytes > MAX_SPRITE_BYTES:
            self._bytes -= self._sprites.popitem(last=False)[1].pixels.nbytes
        return sprite

    def _slope(self, level: int, height: float) -> float:
        z = self._camera.focal / LEVEL_STEP**level
        return max(self._camera.elevation - height, 0.05) / z
