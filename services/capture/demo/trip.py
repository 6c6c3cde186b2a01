"""One walk over the ground: a path around what stands in the way, with pauses, as positions over time."""

from __future__ import annotations

from dataclasses import dataclass
from math import hypot
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
STEP_SECONDS: Final = 0.1
STEP_METRES: Final = 0.1
EASE_METRES: Final = 0.6
TURN_SECONDS: Final = 3.0
CLEARANCE_METRES: Final = 0.35


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Something that nobody walks through: a disc on the ground, metres."""

    x: float
    z: float
    radius: float


@dataclass(frozen=True, slots=True)
class Stop:
    """A point of a path where somebody waits for so many seconds."""

    point: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Moment:
    """Where a walker is.

    Attributes:
        x: Metres to the right of the camera.
        z: Metres away from it.
        heading: Radians; 0 away from the camera, growing clockwise.
        walked: Metres since the beginning.
        pace: Share of the walking speed, 0 standing.
        formation: The heading that a group lines up by: it turns slowly, or those outside would have to run.
    """

    x: float
    z: float
    heading: float
    walked: float
    pace: float
    formation: float


class Trip:
    """Positions over time.

    Args:
        corners: Points on the way, (n, 2), metres.
        speed: Metres per second.
        stops: Where to wait.
        obstacles: What to walk around.
    """

    def __init__(self, corners: Floats, speed: float, stops: list[Stop], obstacles: tuple[Obstacle, ...]) -> None:
        path = _around(_evenly(_rounded(corners)), obstacles)
        walked = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(path, axis=0).T))])
        halts = [(float(walked[np.argmin(np.hypot(*(path - corners[s.point]).T))]), s.seconds) for s in stops]
        pace = np.ones(len(path))
        for at, _ in halts:
            pace = np.minimum(pace, np.clip(np.abs(walked - at) / EASE_METRES, 0.25, 1))
        arrival = np.concatenate([[0.0], np.cumsum(np.diff(walked) / (speed * (pace[:-1] + pace[1:]) / 2))])
        waits = [_wait(arrival, walked, at, seconds) for at, seconds in sorted(halts)]
        self.seconds = float(arrival[-1])
        moments = np.arange(0, self.seconds + STEP_SECONDS, STEP_SECONDS)
        steps = np.gradient(path, axis=0)
        heading = np.unwrap(np.arctan2(steps[:, 0], steps[:, 1]))
        columns = [np.interp(moments, arrival, values) for values in (path[:, 0], path[:, 1], heading, walked, pace)]
        columns.append(_slowly(columns[2]))
        for begin, end in waits:
            columns[4][(moments > begin) & (moments < end)] = 0
        self._table = np.stack(columns, axis=1)

    def at(self, seconds: float) -> Moment:
        """Return where the walker is ``seconds`` after the beginning."""
        position = min(max(seconds / STEP_SECONDS, 0.0), len(self._table) - 1.001)
        index = int(position)
        share = position - index
        before, after = self._table[index], self._table[index + 1]
        return Moment(*(before + share * (after - before)).tolist())


def _wait(arrival: Floats, walked: Floats, at: float, seconds: float) -> tuple[float, float]:
    """Put a pause into the times of ``arrival``, after ``at`` metres; return when it begins and ends."""
    begin = float(arrival[walked <= at][-1])
    arrival[walked > at] += seconds
    return begin, begin + seconds


def _slowly(heading: Floats) -> Floats:
    """Return the mean heading of the seconds around each moment."""
    reach = round(TURN_SECONDS / STEP_SECONDS / 2)
    padded = np.concatenate([np.full(reach, heading[0]), heading, np.full(reach, heading[-1])])
    window = np.hanning(2 * reach + 3)[1:-1]
    return np.convolve(padded, window / window.sum(), mode="valid")


def _rounded(corners: Floats) -> Floats:
    """Return the path with its corners cut, three times (Chaikin)."""
    for _ in range(3):
        a, b = corners[:-1], corners[1:]
        cut = np.empty((2 * len(a), 2))
        cut[::2], cut[1::2] = 0.75 * a + 0.25 * b, 0.25 * a + 0.75 * b
        corners = np.concatenate([corners[:1], cut, corners[-1:]])
    return corners


def _evenly(path: Floats) -> Floats:
    """Return the path with its points a step apart."""
    walked = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(path, axis=0).T))])
    marks = np.linspace(0, walked[-1], max(int(walked[-1] / STEP_METRES), 4))
    return np.stack([np.interp(marks, walked, path[:, axis]) for axis in (0, 1)], axis=1)


def _around(path: Floats, obstacles: tuple[Obstacle, ...]) -> Floats:
    """Return the path pushed out of the obstacles, and smooth where it was."""
    for _ in range(3):
        for obstacle in obstacles:
            _push_out(path, obstacle)
        for _ in range(6):
            path[1:-1] = 0.25 * path[:-2] + 0.5 * path[1:-1] + 0.25 * path[2:]
    for obstacle in obstacles:
        _push_out(path, obstacle)
    return path


def _push_out(path: Floats, obstacle: Obstacle) -> None:
    off = path - (obstacle.x, obstacle.z)
    distance = np.hypot(off[:, 0], off[:, 1])
    keep = obstacle.radius + CLEARANCE_METRES
    inside = distance < keep
    if not inside.any():
        return
    # All of them to the side on which the path passes the middle, so that it does not turn back on itself.
    first, last = np.flatnonzero(inside)[[0, -1]]
    across = path[last] - path[first]
    length = hypot(*across)
    if length < 1e-6:
        path[inside] = (obstacle.x, obstacle.z) + off[inside] * (keep / np.maximum(distance[inside], 1e-6))[:, None]
        return
    normal = np.array([-across[1], across[0]]) / length
    side = 1.0 if float(off[inside].mean(axis=0) @ normal) >= 0 else -1.0
    along = off[inside] @ (across / length)
    lateral = side * np.sqrt(np.maximum(keep**2 - along**2, 0))
    path[inside] = (obstacle.x, obstacle.z) + along[:, None] * (across / length) + lateral[:, None] * normal
