"""What the bench camera looks at: the town-centre clip where it is there, else moving shapes on a texture."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from tests.bench.strip import Pixels

WIDTH: Final = 1920
HEIGHT: Final = 1080
SHARED: Final = Path(__file__).resolve().parents[2] / ".." / "shared"
CLIP: Final = SHARED / "data" / "town-centre-1080p.mp4"
MODEL: Final = SHARED / "models" / "yolo26n_int8_openvino_model"


def clip_pictures(clip: Path, limit: int) -> Iterator[Pixels]:
    """Yield the first ``limit`` pictures of a video file at 1920x1080: BGR, uint8 of shape (1080, 1920, 3).

    Raises:
        OSError: It cannot be read as video.
    """
    video = cv2.VideoCapture(str(clip))
    try:
        for index in range(limit):
            ok, picture = video.read()
            if not ok:
                if index == 0:
                    raise OSError(f"{clip} cannot be read as video")
                return
            yield np.asarray(cv2.resize(picture, (WIDTH, HEIGHT)), np.uint8)
    finally:
        video.release()


def generated_pictures(count: int, width: int = WIDTH, height: int = HEIGHT) -> Iterator[Pixels]:
    """Yield ``count`` pictures of shapes that move over a fixed texture; each one differs from the others."""
    random = np.random.default_rng(1)
    coarse = random.integers(60, 200, (height // 24, width // 24, 3), np.uint8)
    texture = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    places = random.integers(0, (width, height), (12, 2))
    speeds = random.integers(-9, 10, (12, 2)) | 1
    for index in range(count):
        picture = texture.copy()
        for place, speed in zip(places, speeds, strict=True):
            x, y = ((place + index * speed) % (width, height)).tolist()
            cv2.rectangle(picture, (x, y), (x + 40, y + 110), (x % 256, y % 256, 90), cv2.FILLED)
        yield np.asarray(picture, np.uint8)
