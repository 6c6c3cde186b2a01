"""What surfaces look like: patterns over the ground, in metres, each as wide as it shows in a pixel at least."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from services.capture.demo.looks import Colour
from services.capture.demo.view import Camera

Floats = NDArray[np.float32]
CLOUD_SIZE: Final = 64


class Ground:
    """The ground of a picture, to be painted on.

    Attributes:
        x: Metres to the right, (height, width).
        z: Metres away, (height, 1).
        colours: Red, green, blue, (height, width, 3).
    """

    def __init__(self, camera: Camera, colour: Colour, seed: int) -> None:
        self.x, self.z = camera.ground()
        self.colours = np.empty((camera.height, camera.width, 3), np.float32)
        self.colours[:] = colour
        self._random = np.random.default_rng([seed, 7])
        # How much of the ground a pixel covers, across and along.
        self.grain_x: Floats = self.z / np.float32(camera.focal)
        self.grain_z: Floats = self.z * self.z / np.float32(camera.focal * camera.elevation)

    def paint(self, share: Floats, colour: Colour) -> None:
        """Put ``colour`` over as much of each pixel as ``share`` (height, width) says."""
        for channel in range(3):
            plane = self.colours[..., channel]
            plane += (colour[channel] - plane) * share

    def light(self, factor: Floats) -> None:
        """Make each pixel lighter or darker."""
        self.colours *= factor[..., None]

    def across(self, low: float, high: float) -> Floats:
        """Return the share of each pixel with x between ``low`` and ``high``."""
        return _between(self.x, low, high, self.grain_x)

    def along(self, low: float, high: float) -> Floats:
        """Return the share of each pixel with z between ``low`` and ``high``, (height, 1)."""
        return _between(self.z, low, high, self.grain_z)

    def disc(self, x: float, z: float, radius: float) -> Floats:
        """Return the share of each pixel that lies in a disc."""
        distance = np.hypot(self.x - x, self.z - z)
        share: Floats = np.clip((radius - distance) / np.maximum(self.grain_z, self.grain_x) + 0.5, 0, 1)
        return share

    def rounded(self, box: tuple[float, float, float, float], corner: float) -> Floats:
        """Return the share of each pixel in a box (left, right, near, far) with round corners."""
        left, right, near, far = box
        dx = np.abs(self.x - (left + right) / 2) - (right - left) / 2 + corner
        dz = np.abs(self.z - (near + far) / 2) - (far - near) / 2 + corner
        distance = np.hypot(np.maximum(dx, 0), np.maximum(dz, 0)) + np.minimum(np.maximum(dx, dz), 0) - corner
        share: Floats = np.clip(0.5 - distance / np.maximum(self.grain_z, self.grain_x), 0, 1)
        return share

    def stones(self, long: float, deep: float, joint: float, contrast: float) -> Floats:
        """Return factors that make slabs in a running bond, each of its own shade, with joints between them."""
        row = np.floor(self.z / deep)
        shifted = self.x / long + 0.5 * (row % 2)
        column = np.floor(shifted)
        shades = self._random.uniform(-1, 1, 4096).astype(np.float32)
        shade = shades[(column.astype(np.int64) * 73 + row.astype(np.int64) * 179) & 4095]
        joints = np.maximum(
            _joint(shifted * long, long, joint, self.grain_x), _joint(self.z, deep, joint, self.grain_z)
        )
        fade = np.clip(1.3 - self.grain_z / (0.5 * deep), 0.15, 1)
        factors: Floats = (1 + contrast * shade * fade) * (1 - 0.2 * joints)
        return factors

    def clouds(self, size: float, contrast: float) -> Floats:
        """Return factors that vary smoothly over ``size`` metres: stains, worn paths, patches in a lawn."""
        values = self._random.standard_normal((CLOUD_SIZE, CLOUD_SIZE)).astype(np.float32)
        x, z = self.x / size + 32, self.z / size
        column, row = np.floor(x), np.floor(z)
        fx, fz = _smooth(x - column), _smooth(z - row)
        c, r = column.astype(np.int64) % CLOUD_SIZE, row.astype(np.int64) % CLOUD_SIZE
        c1, r1 = (c + 1) % CLOUD_SIZE, (r + 1) % CLOUD_SIZE
        upper = values[r, c] * (1 - fx) + values[r, c1] * fx
        lower = values[r1, c] * (1 - fx) + values[r1, c1] * fx
        factors: Floats = 1 + contrast * (upper * (1 - fz) + lower * fz)
        return factors


def _between(values: Floats, low: float, high: float, grain: Floats) -> Floats:
    share: Floats = np.clip((values - low) / grain + 0.5, 0, 1) * np.clip((high - values) / grain + 0.5, 0, 1)
    return share


def _joint(values: Floats, every: float, wide: float, grain: Floats) -> Floats:
    """Return how much of each pixel is joint; where a pixel is wider than a joint it is that much fainter."""
    off = np.abs((values / every + 0.5) % 1 - 0.5) * every
    shown = np.maximum(wide, grain)
    line: Floats = np.clip(1.5 - 2 * off / shown, 0, 1) * (wide / shown)
    return line


def _smooth(share: Floats) -> Floats:
    return share * share * (3 - 2 * share)
