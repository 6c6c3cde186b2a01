"""Pictures with boxes, in the form that Ultralytics trains on."""

from __future__ import annotations

import multiprocessing
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from services.capture.demo.scene import Scene
from services.capture.demo.training import USUAL_VIEW_SHARE, training_scene
from services.capture.demo.truth import Truth
from services.inference.detector.letterbox import Letterbox, letterbox
from services.inference.detector.types import Image

IMGSZ: Final = 416
HEIGHT: Final = 256  # 16:9 at 416, rounded up to the detector's grid
FRAMES_PER_SCENE: Final = 8
# Width and height that cameras deliver, and how often; all become 416 x 256.
SIZES: Final = ((1280, 720), (960, 540), (640, 360), (640, 480), (832, 512))
SIZE_SHARES: Final = (0.5, 0.2, 0.1, 0.1, 0.1)
# Of whom less is seen, a picture alone does not tell that somebody is there …
MIN_VISIBLE: Final = 0.25
# … unless it is only the picture's edge that cuts them off: then less will do, if no more than so much of it is hidden.
MIN_VISIBLE_AT_EDGE: Final = 0.1
MAX_HIDDEN_AT_EDGE: Final = 0.3
# Frames of one scene are this far apart, so that they show different people.
SPREAD_FRAMES: Final = 4000
JPEG_QUALITY: Final = 96
# The seeds from here on are for judging and never trained on.
UNSEEN_SEEDS: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Sample:
    """One picture as the detector takes it, and who is in it.

    Attributes:
        image: (256, 416, 3), BGR.
        people: In the detector's pixels, everybody of whom a pixel is seen.
    """

    image: Image
    people: list[Truth]


def samples(seed: int, *, empty: bool | None = None, usual_view: float = USUAL_VIEW_SHARE) -> list[Sample]:
    """Return :data:`FRAMES_PER_SCENE` samples of :func:`~services.capture.demo.training.training_scene`."""
    random = np.random.default_rng([seed, 41])
    width, height = SIZES[int(random.choice(len(SIZES), p=SIZE_SHARES))]
    scene = training_scene(seed, width=width, height=height, empty=empty, usual_view=usual_view)
    numbers = random.choice(SPREAD_FRAMES, FRAMES_PER_SCENE, replace=False)
    return [_sample(scene, int(number), halve=bool(random.random() < 0.5)) for number in numbers]


def _sample(scene: Scene, number: int, *, halve: bool) -> Sample:
    image, people = scene.frame(number)
    box = _box(image.shape[1], image.shape[0])
    if halve and image.shape[1] >= 2 * box.inner_width:  # as a JPEG decoded at half its size
        image = cv2.resize(image, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA).astype(np.uint8)
    out = np.empty((box.height, box.width, 3), np.uint8)
    box.fit(image, out)
    return Sample(out, [_moved(person, box) for person in people])


def _box(width: int, height: int) -> Letterbox:
    """Return how a picture lies in 416 x 256: narrower ones have their full height."""
    fitted = letterbox(width, height, IMGSZ, square=False)
    if fitted.height <= HEIGHT:
        return fitted
    scale = HEIGHT / height
    inner = round(width * scale)
    return Letterbox(IMGSZ, HEIGHT, scale, inner, HEIGHT, (IMGSZ - inner) // 2, 0)


def _moved(person: Truth, box: Letterbox) -> Truth:
    left, top = person.left * box.scale + box.left, person.top * box.scale + box.top
    width, height = person.width * box.scale, person.height * box.scale
    return replace(person, left=left, top=top, width=width, height=height)


def write(folder: Path, *, name: str, seeds: range, usual_view: float, processes: int) -> None:
    """Write the :func:`samples` of ``seeds`` to ``folder``/images/``name`` and labels/``name``."""
    for kind in ("images", "labels"):
        (folder / kind / name).mkdir(parents=True, exist_ok=True)
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        for _ in pool.imap_unordered(partial(_write_scene, folder, name, usual_view), seeds, chunksize=4):
            pass


def findable(person: Truth) -> bool:
    """Return whether a detector ought to find ``person``."""
    at_edge = person.visible >= MIN_VISIBLE_AT_EDGE and person.hidden <= MAX_HIDDEN_AT_EDGE
    return bool(at_edge or person.visible >= MIN_VISIBLE)


def _write_scene(folder: Path, name: str, usual_view: float, seed: int) -> None:
    cv2.setNumThreads(1)
    for index, sample in enumerate(samples(seed, usual_view=usual_view)):
        stem = f"{seed:07d}-{index}"
        path = folder / "images" / name / f"{stem}.jpg"
        cv2.imwrite(str(path), sample.image, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
        rows = [_row(person) for person in sample.people if findable(person)]
        (folder / "labels" / name / f"{stem}.txt").write_text("".join(rows), "ascii")


def _row(person: Truth) -> str:
    x, y = (person.left + person.width / 2) / IMGSZ, (person.top + person.height / 2) / HEIGHT
    return f"0 {x:.6f} {y:.6f} {person.width / IMGSZ:.6f} {person.height / HEIGHT:.6f}\n"
