"""Everything in a scene but its people."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
import simplejpeg
from numpy.typing import NDArray

from services.capture.demo import furniture as f
from services.capture.demo.blit import Rect
from services.capture.demo.sketch import Sketch
from services.capture.demo.texture import Ground
from services.capture.demo.view import Camera
from services.capture.demo.weather import HEADROOM, Grade
from services.common.demo_url import SceneName

Bytes = NDArray[np.uint8]
JPEG_QUALITY: Final = 82
FRONTS_Z: Final = 24.0
BEYOND_Z: Final = 60.0
SKY: Final = (198, 214, 226)


@dataclass(frozen=True, slots=True)
class Occluder:
    """Something that hides who is behind it.

    Attributes:
        z: Metres; people farther away are behind.
        rect: Where it is in the picture.
        alpha: How much of each pixel it covers, in 255.
    """

    z: float
    rect: Rect
    alpha: Bytes


@dataclass(frozen=True, slots=True)
class Scenery:
    """The picture without people (blue, green, red), and what in it hides people, farthest first."""

    picture: Bytes
    occluders: tuple[Occluder, ...]


def build(name: SceneName, camera: Camera, grade: Grade, seed: int) -> Scenery:
    """Draw a scene. With artefacts: it has been a JPEG once, as what a camera sends has."""
    random = np.random.default_rng([seed, 8])
    ground, things = _BUILDERS[name](camera, seed, random)
    ground.paint(np.broadcast_to(ground.along(BEYOND_Z, np.inf), ground.x.shape), SKY)
    picture = ground.colours
    things.sort(key=lambda thing: -thing.z)
    for thing in things:
        _cast_shadow(picture, thing, camera, grade.shadow)
    occluders = [occluder for thing in things if (occluder := _put(picture, thing, camera))]
    return Scenery(_developed(picture, grade), tuple(occluders))


def _cast_shadow(picture: NDArray[np.float32], thing: Sketch, camera: Camera, depth: float) -> None:
    fallen = thing.shadow(camera) if thing.z < FRONTS_Z else None
    if fallen is not None:
        rect, share = fallen
        picture[rect.slices] *= 1 - depth / 255 * share[..., None]


def _put(picture: NDArray[np.float32], thing: Sketch, camera: Camera) -> Occluder | None:
    drawn = thing.render(camera)
    if drawn is None:
        return None
    rect, pixels = drawn
    alpha = pixels[..., 3:].astype(np.float32) / 255
    region = picture[rect.slices]
    region += (pixels[..., :3] - region) * alpha
    if thing.flat or thing.z >= FRONTS_Z:
        return None
    return Occluder(thing.z, rect, np.ascontiguousarray(pixels[..., 3]))


def _developed(picture: NDArray[np.float32], grade: Grade) -> Bytes:
    """Return the picture as a camera would give it: blue first, tinted, darker to the corners, once a JPEG."""
    height, width = picture.shape[:2]
    rows = (np.arange(height, dtype=np.float32)[:, None] / height - 0.5) ** 2
    columns = (np.arange(width, dtype=np.float32)[None, :] / width - 0.5) ** 2
    picture = picture[..., ::-1] * (1.03 - 0.3 * (rows + columns))[..., None] * np.array(grade.tint, np.float32)
    sharp = np.clip(picture + 0.5, 0, 255).astype(np.uint8)
    jpeg = simplejpeg.encode_jpeg(np.ascontiguousarray(sharp), quality=JPEG_QUALITY, colorspace="BGR")
    decoded: Bytes = simplejpeg.decode_jpeg(jpeg, colorspace="BGR")
    return np.clip(decoded, HEADROOM, grade.ceiling)


def _plaza(camera: Camera, seed: int, random: np.random.Generator) -> tuple[Ground, list[Sketch]]:
    ground = Ground(camera, (205, 193, 174), seed)
    ground.light(ground.stones(0.66, 0.44, 0.014, 0.05))
    for x in np.arange(-27, 28, 4.5).tolist():
        ground.paint(0.8 * ground.across(x - 0.17, x + 0.17), (164, 148, 132))
    for z in np.arange(8.5, 24, 4.5).tolist():
        ground.paint(0.8 * np.broadcast_to(ground.along(z - 0.17, z + 0.17), ground.x.shape), (164, 148, 132))
    for radius, colour in (
        (4.6, (160, 143, 127)),
        (4.3, (214, 201, 181)),
        (3.4, (176, 146, 126)),
        (2.7, (212, 199, 180)),
    ):
        ground.paint(ground.disc(0.6, 17.6, radius), colour)
    ground.paint(np.broadcast_to(ground.along(FRONTS_Z - 1.2, 99.0), ground.x.shape), (186, 178, 168))
    _lawn(ground, (-12.0, -4.5, 8.0, 11.1))
    _lawn(ground, (4.7, 12.0, 8.0, 10.9))
    ground.light(ground.clouds(2.6, 0.03) * ground.clouds(0.5, 0.018))
    things = [
        *f.house_fronts(-19.0, 19.0, FRONTS_Z, random),
        f.fountain(0.6, 17.6),
        f.kiosk(-4.4, 15.0),
        f.lamp_post(2.9, 12.9),
        f.lamp_post(-2.2, 20.6),
        f.lamp_post(7.4, 19.6),
        f.tree(-8.6, 18.6, random),
        f.tree(6.2, 15.6, random, size=0.85),
        f.parasol(9.2, 21.6, (196, 84, 70)),
        f.parasol(-11.4, 21.9, (70, 126, 132)),
        f.bench(-8.4, 15.2),
        f.bench(9.4, 16.0),
    ]
    return ground, things


def _lawn(ground: Ground, box: tuple[float, float, float, float]) -> None:
    left, right, near, far = box
    ground.paint(ground.rounded((left - 0.18, right + 0.18, near - 0.18, far + 0.18), 1.2), (188, 180, 166))
    grass = ground.rounded(box, 1.1)
    ground.paint(grass, (116, 142, 78))
    ground.light(1 + grass * (ground.clouds(0.9, 0.05) * ground.clouds(0.13, 0.05) - 1))


def _street(camera: Camera, seed: int, random: np.random.Generator) -> tuple[Ground, list[Sketch]]:
    ground = Ground(camera, (196, 188, 176), seed)
    ground.light(ground.stones(0.6, 0.6, 0.016, 0.035))
    whole = ground.x.shape
    ground.paint(np.broadcast_to(ground.along(12.95, 19.85), whole), (170, 164, 156))  # kerbs
    ground.paint(np.broadcast_to(ground.along(13.1, 19.7), whole), (92, 94, 98))
    road = np.broadcast_to(ground.along(13.1, 19.7), whole)
    ground.light(1 + road * (ground.clouds(1.6, 0.05) * ground.clouds(0.2, 0.03) - 1))
    for x in np.arange(-25.5, 26, 3.0).tolist():
        if abs(x) > 3.2:
            ground.paint(0.9 * ground.across(x, x + 1.5) * ground.along(16.3, 16.5), (222, 220, 212))
    for x in np.arange(-2.25, 2.3, 0.9).tolist():
        ground.paint(0.92 * ground.across(x - 0.24, x + 0.24) * ground.along(13.4, 19.4), (228, 226, 220))
    ground.light(ground.clouds(3.0, 0.025))
    things = [
        *f.house_fronts(-19.0, 19.0, FRONTS_Z, random),
        f.lamp_post(-4.6, 12.9),
        f.lamp_post(4.8, 12.9),
        f.tree(-7.6, 20.1, random, size=0.8),
        f.tree(7.8, 20.1, random, size=0.8),
        f.lamp_post(-2.9, 19.9),
        f.bench(3.6, 20.3),
        f.parasol(11.5, 22.4, (206, 150, 64)),
    ]
    return ground, things


_BUILDERS: Final[dict[SceneName, Callable[[Camera, int, np.random.Generator], tuple[Ground, list[Sketch]]]]] = {
    "plaza": _plaza,
    "street": _street,
}
