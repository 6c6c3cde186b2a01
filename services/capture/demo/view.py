"""The camera of a scene: a pinhole above the ground, its lens shifted down so that verticals stay vertical."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Number = TypeVar("Number", float, NDArray[np.float32])


@dataclass(frozen=True, slots=True)
class View:
    """Where the camera stands and how it looks; lengths in metres.

    Attributes:
        elevation: Of the camera above the ground.
        near: How far off the ground at the lower edge of the picture is.
        focal: Focal length as a share of the picture's width.
    """

    elevation: float = 7.5
    near: float = 10.0
    focal: float = 1.0


@dataclass(frozen=True, slots=True)
class Camera:
    """A view at a picture size. World: x to the right, y up, z away from the camera; metres.

    Attributes:
        width: Pixels.
        height: Pixels.
        focal: Pixels.
        elevation: Metres.
        horizon: The row in which infinity lies, pixels; negative above the picture.
    """

    width: int
    height: int
    focal: float
    elevation: float
    horizon: float

    @classmethod
    def of(cls, view: View, width: int, height: int) -> Camera:
        """Return the camera of ``view`` for a picture of this size."""
        focal = view.focal * width
        return cls(width, height, focal, view.elevation, height - focal * view.elevation / view.near)

    def scale(self, z: Number) -> Number:
        """Return pixels per metre at the distance ``z``."""
        return self.focal / z

    def project(self, x: Number, y: Number, z: Number) -> tuple[Number, Number]:
        """Return column and row of a point, pixels."""
        return self.width / 2 + self.focal * x / z, self.horizon + self.focal * (self.elevation - y) / z

    def ground(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return x (height, width) and z (height, 1) of the ground in each pixel; beyond the horizon z is huge."""
        rows = np.arange(self.height, dtype=np.float32)[:, None] + 0.5
        columns = np.arange(self.width, dtype=np.float32)[None, :] + 0.5
        z = self.focal * self.elevation / np.maximum(rows - self.horizon, 0.5)
        return (columns - self.width / 2) * z / np.float32(self.focal), z.astype(np.float32)
