"""Where people walk in a scene: what stands in the way, where they come from, what they stop at."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.capture.demo.trip import Obstacle
from services.capture.demo.view import Camera
from services.common.demo_url import SceneName

Point = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Layout:
    """The ground plan; metres.

    Attributes:
        obstacles: What is walked around.
        lanes: Ranges of z in which people enter and leave at the sides.
        crossings: Ranges of x in which they enter and leave at the lower edge of the picture.
        spots: Where they like to stop.
        roam: Left, right, near and far limits of the points on their ways.
    """

    obstacles: tuple[Obstacle, ...]
    lanes: tuple[tuple[float, float], ...]
    crossings: tuple[tuple[float, float], ...]
    spots: tuple[tuple[float, float], ...]
    roam: tuple[float, float, float, float]

    def gate(self, random: np.random.Generator, camera: Camera) -> tuple[int, Point]:
        """Return a place outside the picture and the number of its side: 0 left, 1 right, 2 below."""
        if self.crossings and random.random() < 0.25:
            x = random.uniform(*self.crossings[int(random.integers(len(self.crossings)))])
            reach = max(camera.elevation - 2.1, 0.5) * camera.focal / (camera.height - camera.horizon)
            return 2, np.array([0.75 * x, reach - 0.4])
        side = int(random.integers(2))
        z = random.uniform(*self.lanes[int(random.integers(len(self.lanes)))])
        x = camera.width / 2 / camera.focal * z + 1.6
        return side, np.array([x if side else -x, z])


PLAZA = Layout(
    obstacles=(
        Obstacle(0.6, 17.6, 2.0),  # fountain
        Obstacle(-4.4, 15.0, 1.35),  # kiosk
        Obstacle(2.9, 12.9, 0.25),  # lamp posts
        Obstacle(-2.2, 20.6, 0.25),
        Obstacle(7.4, 19.6, 0.25),
        Obstacle(-8.6, 18.6, 1.2),  # trees
        Obstacle(6.2, 15.6, 1.2),
    ),
    lanes=((11.6, 14.0), (15.5, 18.0), (19.5, 22.2)),
    crossings=((-3.6, 3.6),),
    spots=((-4.4, 13.2), (0.6, 14.9), (3.2, 18.4), (-1.8, 22.3), (4.6, 22.3)),
    roam=(-6.5, 6.5, 11.6, 22.0),
)
STREET = Layout(
    obstacles=(
        Obstacle(-4.6, 12.9, 0.25),
        Obstacle(4.8, 12.9, 0.25),
        Obstacle(-7.6, 20.1, 0.9),
        Obstacle(7.8, 20.1, 0.9),
        Obstacle(-2.9, 19.9, 0.25),
        Obstacle(3.6, 20.3, 0.6),
    ),
    lanes=((10.4, 12.3), (10.4, 12.3), (21.0, 22.6)),
    crossings=((-2.0, 2.0),),
    spots=((-5.5, 22.4), (5.4, 22.4), (-1.2, 12.6), (2.6, 11.2)),
    roam=(-7.0, 7.0, 10.6, 12.2),
)
LAYOUTS: dict[SceneName, Layout] = {"plaza": PLAZA, "street": STREET}
# The street's two pavements are joined by the zebra crossing alone.
ZEBRA = (-1.4, 1.4, 13.0, 19.6)


def way(layout: Layout, start: Point, end: Point, random: np.random.Generator) -> list[Point]:
    """Return the points between two others: over the zebra from one pavement to the other, freely elsewhere."""
    if layout is not STREET:
        if random.random() < 0.35:
            return []
        left, right, near, far = layout.roam
        return [np.array([random.uniform(left, right), random.uniform(near, far)])]
    if (start[1] > 16) == (end[1] > 16):
        return []
    x = random.uniform(ZEBRA[0], ZEBRA[1])
    this_kerb, other_kerb = np.array([x, ZEBRA[2] - 0.8]), np.array([x, ZEBRA[3] + 1.0])
    if start[1] > 16:
        this_kerb, other_kerb = other_kerb, this_kerb
    return [this_kerb, this_kerb, other_kerb, other_kerb]
