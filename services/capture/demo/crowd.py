"""Who is where in each frame: groups whose walks follow one another, repeated for ever.

Frame n is a function of the seed and n alone, and any frame can be asked for at any time.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from math import atan2, cos, pi, sin
from typing import Final

import numpy as np

from services.capture.demo.layout import LAYOUTS, Layout, way
from services.capture.demo.looks import Look, random_look
from services.capture.demo.pose import DIRECTIONS, PHASES, Stance
from services.capture.demo.trip import Stop, Trip
from services.capture.demo.view import Camera
from services.common.demo_url import DemoSettings

TRIPS: Final = 8  # of a group, before it does the same again; no two groups have cycles of the same length
GROUP_SIZES: Final = (1, 1, 1, 1, 1, 2, 2, 2, 3)


@dataclass(frozen=True, slots=True)
class Walker:
    """One person at one moment.

    Attributes:
        id: From 1; another one for each walk through the picture.
        slot: Which of the people it is; says how they look.
        x: Metres to the right of the camera.
        z: Metres away from it.
        heading: Radians; 0 away from the camera, growing clockwise.
        stance: As seen from the camera.
    """

    id: int
    slot: int
    x: float
    z: float
    heading: float
    stance: Stance


class Crowd:
    """All people of a scene."""

    def __init__(self, settings: DemoSettings, camera: Camera) -> None:
        random = np.random.default_rng([settings.seed, 1])
        self.looks = [random_look(random) for _ in range(settings.people)]
        self._settings = settings
        self._groups: list[_Group] = []
        slot = 0
        while slot < settings.people:
            size = min(GROUP_SIZES[int(random.integers(len(GROUP_SIZES)))], settings.people - slot)
            members = tuple(range(slot, slot + size))
            self._groups.append(_Group(members, LAYOUTS[settings.scene], camera, settings.seed))
            slot += size

    def at(self, frame: int) -> list[Walker]:
        """Return everybody who is on a walk in ``frame``, farthest first."""
        seconds = frame / self._settings.fps
        walkers = [walker for group in self._groups for walker in group.at(seconds, self.looks)]
        return sorted(walkers, key=lambda walker: -walker.z)


class _Group:
    """People who walk together."""

    def __init__(self, members: tuple[int, ...], layout: Layout, camera: Camera, seed: int) -> None:
        self._members = members
        self._layout = layout
        self._camera = camera
        self._seed = seed
        random = np.random.default_rng([seed, 2, members[0]])
        self._speed = float(random.uniform(0.95, 1.5)) if len(members) == 1 else float(random.uniform(0.85, 1.15))
        self._offsets = [
            ((index - (len(members) - 1) / 2) * float(random.uniform(1.05, 1.25)), float(random.uniform(-0.3, 0.3)))
            for index in range(len(members))
        ]
        self._gait_starts = [float(random.random()) for _ in members]
        self._start = float(random.random())
        self._made: dict[int, Trip] = {}

    @cached_property
    def _ends(self) -> list[float]:
        """When each walk of the cycle ends, seconds; the time until the next one is part of it."""
        random = np.random.default_rng([self._seed, 3, self._members[0]])
        return list(accumulate(self._trip(number).seconds + float(random.uniform(0.3, 2.5)) for number in range(TRIPS)))

    def _trip(self, number: int) -> Trip:
        if number not in self._made:
            random = np.random.default_rng([self._seed, 4, self._members[0], number])
            self._made[number] = _make_trip(random, self._layout, self._camera, self._speed)
        return self._made[number]

    def at(self, seconds: float, looks: list[Look]) -> list[Walker]:
        cycle = self._ends[-1]
        rounds, within = divmod(seconds + self._start * cycle, cycle)
        number = bisect_right(self._ends, within)
        trip = self._trip(number)
        since = within - (self._ends[number - 1] if number else 0.0)
        if since >= trip.seconds:
            return []
        moment = trip.at(since)
        trips_before = int(rounds) * TRIPS + number
        east, north = sin(moment.formation), cos(moment.formation)
        walkers = []
        for slot, (side, ahead), gait_start in zip(self._members, self._offsets, self._gait_starts, strict=True):
            x = moment.x + side * north + ahead * east
            z = moment.z - side * east + ahead * north
            phase = int((moment.walked / looks[slot].stride + gait_start) * PHASES) % PHASES
            vigour = 0 if moment.pace < 0.15 else 1 if moment.pace < 0.6 else 2
            stance = Stance(_direction(moment.heading, x, z), phase if vigour else 0, vigour)
            walkers.append(Walker(1 + slot + trips_before * len(looks), slot, x, z, moment.heading, stance))
        return walkers


def _direction(heading: float, x: float, z: float) -> int:
    """Return the heading as the camera sees it: somebody far to the left who walks away is seen from their right."""
    return round((heading - atan2(x, z)) / (2 * pi) * DIRECTIONS) % DIRECTIONS


def _make_trip(random: np.random.Generator, layout: Layout, camera: Camera, speed: float) -> Trip:
    side, start = layout.gate(random, camera)
    draw = random.random()
    stops: list[Stop] = []
    if draw < 0.12:  # goes somewhere and turns back
        left, right, near, far = layout.roam
        goal = np.array([random.uniform(left, right) * 0.6, random.uniform(near, far) if side < 2 else near + 2.0])
        aside = np.array([0.0, random.uniform(-0.8, 0.8)] if side < 2 else [1.0, 0.0])
        there, back = way(layout, start, goal, random), way(layout, goal, start, random)
        points = [start, *there, goal, goal, goal + np.array([0.3, 0.5]), *back, start + aside]
    else:
        end_side, end = layout.gate(random, camera)
        for _ in range(8):
            if end_side != side:
                break
            end_side, end = layout.gate(random, camera)
        if draw < 0.4:  # stops on the way
            spot = layout.spots[int(random.integers(len(layout.spots)))]
            goal = np.array(spot) + random.uniform(-0.5, 0.5, 2)
            before, after = way(layout, start, goal, random), way(layout, goal, end, random)
            points = [start, *before, goal, goal, *after, end]
            stops = [Stop(1 + len(before), float(random.uniform(2, 6)))]
        else:
            points = [start, *way(layout, start, end, random), end]
    return Trip(np.array(points, np.float64), speed, stops, layout.obstacles)
