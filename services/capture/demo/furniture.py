"""What stands about in a town: lamp posts, trees, a kiosk, a fountain, house fronts."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from math import cos, pi, sin

import numpy as np

from services.capture.demo.looks import Colour
from services.capture.demo.sketch import Sketch, shaded

IRON: Colour = (58, 64, 66)
STONE: Colour = (196, 186, 170)
WOOD: Colour = (142, 104, 70)


def lamp_post(x: float, z: float) -> Sketch:
    """Return a lamp post of 3.7 m."""
    sketch = Sketch(z)
    sketch.disc(x, 0.02, z, 0.22, shaded(STONE, 0.8))
    sketch.pillar(x, z, 0.1, 0.0, 0.5, IRON)
    sketch.pillar(x, z, 0.055, 0.5, 3.2, IRON)
    sketch.polygon(((x - 0.1, 3.2, z), (x - 0.19, 3.62, z), (x + 0.19, 3.62, z), (x + 0.1, 3.2, z)), (246, 232, 190))
    sketch.polygon(((x - 0.23, 3.6, z), (x - 0.06, 3.8, z), (x + 0.06, 3.8, z), (x + 0.23, 3.6, z)), IRON)
    return sketch


def tree(x: float, z: float, random: np.random.Generator, *, size: float = 1.0) -> Sketch:
    """Return a tree in a round stone planter."""
    sketch = Sketch(z)
    _drum(sketch, x, z, 0.85 * size, 0.45, STONE, (96, 78, 58))
    sketch.pillar(x, z, 0.11 * size, 0.4, 2.3 * size, (110, 84, 62))
    green = np.array([86, 128, 62]) + random.normal(0, 8, 3)
    blobs = []
    for _ in range(90):
        angle, out, up = random.uniform(0, 2 * pi), random.uniform(0, 1) ** 0.6, random.uniform(-0.8, 1)
        wide = 1.15 * size * np.sqrt(max(1 - up * up, 0.05))
        blobs.append((up, x + out * wide * cos(angle), 3.0 * size + 0.95 * size * up, angle))
    for up, bx, by, angle in sorted(blobs):
        light = 0.72 + 0.26 * (up + 0.8) - 0.16 * (bx - x) / size + 0.05 * sin(5 * angle)
        red, green_, blue = np.clip(green * light, 10, 240).astype(int).tolist()
        sketch.ball(bx, by, z, 0.3 * size, (red, green_, blue))
    return sketch


def kiosk(x: float, z: float) -> Sketch:
    """Return a kiosk with a striped awning, its counter towards the camera."""
    sketch = Sketch(z - 0.9)
    near, far, left, right = z - 0.9, z + 0.9, x - 1.05, x + 1.05
    teal: Colour = (54, 116, 112)
    sketch.box(left, right, near, far, 0.0, 2.35, teal)
    sketch.wall(left + 0.12, right - 0.12, 1.05, 1.95, near, (44, 40, 38))
    for index, colour in enumerate(((206, 90, 66), (238, 204, 110), (120, 168, 190), (232, 228, 214), (150, 176, 92))):
        sketch.wall(left + 0.22 + 0.34 * index, left + 0.44 + 0.34 * index, 1.12, 1.42, near, colour)
    sketch.wall(left + 0.2, right - 0.2, 1.66, 1.7, near, (250, 226, 160))
    sketch.box(left + 0.04, right - 0.04, near - 0.22, near, 0.98, 1.05, (214, 180, 130))
    sketch.wall(left + 0.14, right - 0.14, 0.18, 0.86, near - 0.01, shaded(teal, 1.12))
    _awning(sketch, left - 0.18, right + 0.18, near, 0.75, (2.38, 2.02), ((214, 78, 66), (244, 238, 226)))
    sketch.slab(left - 0.12, right + 0.12, near - 0.04, far + 0.12, 2.42, (86, 142, 136))
    sketch.slab(left + 0.1, right - 0.1, near + 0.2, far - 0.1, 2.46, (100, 156, 148))
    return sketch


def fountain(x: float, z: float) -> Sketch:
    """Return a round fountain with a bowl on a column."""
    sketch = Sketch(z - 1.2)
    _drum(sketch, x, z, 1.65, 0.42, STONE, shaded(STONE, 1.13))
    sketch.disc(x, 0.4, z, 1.38, (70, 128, 146))
    sketch.disc(x - 0.1, 0.4, z + 0.12, 1.2, (92, 152, 168))
    sketch.disc(x - 0.16, 0.4, z + 0.2, 0.92, (118, 176, 188))
    sketch.pillar(x, z, 0.17, 0.3, 1.1, STONE)
    for step in range(9):
        sketch.disc(x, 1.05 + 0.022 * step, z, 0.3 + 0.055 * step, shaded(STONE, 0.72 + 0.05 * step))
    sketch.disc(x, 1.26, z, 0.63, (150, 200, 210))
    sketch.pillar(x, z, 0.07, 1.2, 1.62, shaded(STONE, 1.08))
    sketch.ball(x, 1.7, z, 0.12, shaded(STONE, 1.1))
    return sketch


def bench(x: float, z: float) -> Sketch:
    """Return a bench that looks towards the camera."""
    sketch = Sketch(z)
    for side in (-0.75, 0.7):
        sketch.box(x + side, x + side + 0.06, z - 0.2, z + 0.2, 0.0, 0.42, IRON)
    for plank in range(4):
        sketch.box(x - 0.85, x + 0.85, z - 0.24 + 0.12 * plank, z - 0.14 + 0.12 * plank, 0.42, 0.47, WOOD)
    for plank in range(3):
        sketch.wall(x - 0.85, x + 0.85, 0.58 + 0.13 * plank, 0.68 + 0.13 * plank, z + 0.26, shaded(WOOD, 1.05))
    return sketch


def parasol(x: float, z: float, colour: Colour) -> Sketch:
    """Return a café table under a parasol."""
    sketch = Sketch(z)
    sketch.pillar(x, z, 0.03, 0.0, 2.4, (210, 204, 196))
    sketch.disc(x, 0.74, z, 0.42, (236, 230, 218))
    for index in range(8):
        a, b = 2 * pi * index / 8 + 0.2, 2 * pi * (index + 1) / 8 + 0.2
        light = 0.98 - 0.2 * cos((a + b) / 2 + 0.6)
        panel = shaded(colour if index % 2 else (240, 234, 220), light)
        rim = [(x + 1.25 * cos(t), 2.15, z + 1.25 * sin(t)) for t in (a, b)]
        sketch.polygon(((x, 2.62, z), *rim), panel)
    return sketch


def house_fronts(left: float, right: float, z: float, random: np.random.Generator) -> Iterator[Sketch]:
    """Yield shops side by side from ``left`` to ``right``."""
    colours: list[Colour] = [(214, 176, 134), (198, 152, 134), (188, 190, 172), (222, 204, 168), (170, 180, 188)]
    stripes: list[Colour] = [(176, 66, 62), (60, 108, 126), (84, 122, 76), (206, 150, 64), (112, 76, 110)]
    x, index = left, int(random.integers(5))
    while x < right:
        wide = float(random.uniform(5.2, 7.4))
        yield _shop(x, x + wide, z, colours[index % 5], stripes[(index * 2 + 1) % 5], random)
        x, index = x + wide, index + 1


def _shop(left: float, right: float, z: float, wall: Colour, awning: Colour, random: np.random.Generator) -> Sketch:
    sketch = Sketch(z)
    sketch.wall(left, right, 0, 9.0, z, wall)
    sketch.wall(left, right, 0, 0.5, z, shaded(wall, 0.72))
    sketch.wall(left, left + 0.18, 0, 9.0, z, shaded(wall, 0.86))
    sketch.wall(left, right, 3.2, 3.4, z, shaded(wall, 1.12))
    door = left + float(random.uniform(0.5, 1.0)) if random.random() < 0.5 else right - 1.7
    window = (door + 1.5, right - 0.5) if door < (left + right) / 2 else (left + 0.5, door - 0.4)
    sketch.wall(door, door + 1.1, 0, 2.35, z, shaded(awning, 0.62))
    sketch.wall(door + 0.16, door + 0.94, 0.9, 2.2, z, (84, 104, 112))
    sketch.wall(door + 0.16, door + 0.5, 1.2, 2.2, z, (116, 138, 144))
    sketch.wall(*window, 0.55, 2.4, z, shaded(awning, 0.5))
    _panes(sketch, *window, z, random)
    _awning(sketch, window[0] - 0.15, window[1] + 0.15, z, 0.9, (2.85, 2.45), (awning, (240, 232, 216)))
    for x in np.arange(left + 1.0, right - 1.4, 1.9).tolist():
        sketch.wall(x, x + 1.1, 4.2, 6.0, z, shaded(wall, 1.16))
        sketch.wall(x + 0.1, x + 1.0, 4.3, 5.9, z, (96, 112, 122))
    return sketch


def _panes(sketch: Sketch, left: float, right: float, z: float, random: np.random.Generator) -> None:
    sketch.wall(left + 0.1, right - 0.1, 0.65, 2.3, z, (74, 82, 88))
    for x in np.arange(left + 0.25, right - 0.45, 0.5).tolist():
        goods = np.clip(random.normal((172, 138, 108), 24), 60, 226).astype(int).tolist()
        sketch.wall(
            x,
            x + float(random.uniform(0.2, 0.36)),
            0.65,
            float(random.uniform(0.95, 1.7)),
            z,
            (goods[0], goods[1], goods[2]),
        )
    third = (right - left) / 3
    for x in (left + third, left + 2 * third):
        sketch.wall(x - 0.03, x + 0.03, 0.6, 2.35, z, (60, 56, 54))
    glint = ((left + 0.4, 0.65, z), (left + 1.0, 2.3, z), (left + 1.35, 2.3, z), (left + 0.75, 0.65, z))
    sketch.polygon(glint, (112, 122, 128))


def _awning(
    sketch: Sketch,
    left: float,
    right: float,
    z: float,
    deep: float,
    rows: tuple[float, float],
    colours: tuple[Colour, Colour],
) -> None:
    high, low = rows
    number = max(4, round((right - left) / 0.28))
    step = (right - left) / number
    for index in range(number):
        a, b = left + index * step, left + (index + 1) * step
        colour = colours[index % 2]
        sketch.polygon(((a, high, z), (b, high, z), (b, low, z - deep), (a, low, z - deep)), colour)
        sketch.wall(a, b, low - 0.16, low, z - deep, shaded(colour, 0.84))


def _drum(sketch: Sketch, x: float, z: float, radius: float, high: float, side: Colour, top: Colour) -> None:
    """Add a low round wall, lit from the left, with its top."""
    angles = np.linspace(pi, 2 * pi, 25).tolist()
    for a, b in pairwise(angles):
        middle = (a + b) / 2
        points = [(x + radius * cos(t), y, z + radius * sin(t)) for t, y in ((a, 0.0), (a, high), (b, high), (b, 0.0))]
        sketch.polygon(points, shaded(side, 0.86 + 0.3 * (cos(middle) + 1.5 - middle / pi)))
    sketch.disc(x, high, z, radius, top)
    sketch.disc(x, high, z, radius * 0.86, shaded(top, 0.9))
