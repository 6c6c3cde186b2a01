"""Strips of pictures: a wrong crossing from shortly before to shortly after, with the line and everybody's boxes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

import cv2
import numpy as np
import simplejpeg

from proto.turnstile_pb2 import Line, Settings
from services.inference.analyze.reader import VideoReader
from services.inference.detector.types import Image
from services.inference.evaluate.matching import Wrong
from services.inference.evaluate.tracking import Boxes
from services.inference.render.overlay import LINE, PEOPLE
from services.inference.render.text import Colour, draw_label

PICTURES: Final = 9
SECONDS_AROUND: Final = 1.6
# The part of the picture that is shown, as a share of its height, and the height that it is shown at.
SHARE: Final = 0.45
HEIGHT: Final = 260
SHAPE: Final = 0.8  # width by height
QUALITY: Final = 85
TRUE: Final[Colour] = (255, 255, 255)
LETTERS: Final = 11


def numbers_around(frame: int, frames: int, fps: float) -> list[int]:
    """Return the frames of a strip, from 1 to ``frames``, evenly spread around ``frame``."""
    step = max(1, round(2 * SECONDS_AROUND * fps / (PICTURES - 1)))
    first = max(1, min(frame - step * (PICTURES // 2), frames - step * (PICTURES - 1)))
    return [number for number in range(first, first + step * PICTURES, step) if number <= frames]


def make_strips(
    video: Path,
    wrongs: Sequence[Wrong],
    settings: Settings,
    boxes: Callable[[int], tuple[Boxes, Boxes]],
    write: Callable[[int, bytes], None],
) -> None:
    """Read the video once more and hand a JPEG for each of ``wrongs``, by its index, to ``write``.

    Args:
        video: The file.
        wrongs: What is to be shown.
        settings: The lines.
        boxes: Gives the true and the tracked boxes of a frame.
        write: Called once for each of ``wrongs``.

    Raises:
        VideoFileError: The video cannot be read any more.
    """
    lines = {line.name: line for line in settings.lines}
    with VideoReader(video) as reader:
        wanted: Mapping[int, list[int]] = defaultdict(list)
        last = {}
        for index, wrong in enumerate(wrongs):
            numbers = numbers_around(wrong.event.frame, reader.info.frames or wrong.event.frame, reader.info.fps)
            last[index] = numbers[-1]
            for number in numbers:
                wanted[number].append(index)
        strips: dict[int, list[Image]] = defaultdict(list)
        for frame in reader:
            for index in wanted.get(frame.number, ()):
                strips[index].append(_picture(frame.image, frame.number, wrongs[index], lines, boxes(frame.number)))
                if frame.number == last[index]:
                    write(index, _jpeg(strips.pop(index)))
        for index, pictures in strips.items():  # the file has fewer frames than its header says
            write(index, _jpeg(pictures))


def _picture(image: Image, number: int, wrong: Wrong, lines: Mapping[str, Line], boxes: tuple[Boxes, Boxes]) -> Image:
    rows, columns = image.shape[:2]
    height = max(32, round(rows * SHARE))
    width = min(columns, round(height * SHAPE))
    left = int(np.clip(round(wrong.event.x) - width // 2, 0, columns - width))
    top = int(np.clip(round(wrong.event.y) - height // 2, 0, rows - height))
    scale = HEIGHT / height
    part = cv2.resize(image[top : top + height, left : left + width], (round(width * scale), HEIGHT))
    out = np.ascontiguousarray(part, np.uint8)
    line = lines[wrong.event.line]
    cv2.line(
        out,
        _point(line.start.x * columns, line.start.y * rows, left, top, scale),
        _point(line.end.x * columns, line.end.y * rows, left, top, scale),
        LINE,
        2,
        cv2.LINE_AA,
    )
    true, tracked = boxes
    for identity, box in zip(true.ids, true.ltwh, strict=True):
        _box(out, box, (left, top, scale), TRUE, f"{identity}" if _is(wrong, "missed", identity) else "", 1)
    for identity, box in zip(tracked.ids, tracked.ltwh, strict=True):
        _box(out, box, (left, top, scale), PEOPLE[identity % len(PEOPLE)], f"{identity}", 2)
    mark = f"{number} *" if number == wrong.event.frame else f"{number}"
    draw_label(out, mark, 4, 4, LETTERS, (30, 26, 24))
    return out


def _is(wrong: Wrong, kind: str, identity: int) -> bool:
    return wrong.kind == kind and wrong.event.id == identity


def _box(
    out: Image,
    box: tuple[float, float, float, float],
    view: tuple[int, int, float],
    colour: Colour,
    label: str,
    thickness: int,
) -> None:
    left, top, width, height = box
    start = _point(left, top, *view)
    end = _point(left + width, top + height, *view)
    if end[0] < 0 or end[1] < 0 or start[0] > out.shape[1] or start[1] > out.shape[0]:
        return
    cv2.rectangle(out, start, end, colour, thickness, cv2.LINE_AA)
    if label:
        draw_label(out, label, start[0], end[1], LETTERS, colour)


def _point(x: float, y: float, left: int, top: int, scale: float) -> tuple[int, int]:
    return round((x - left) * scale), round((y - top) * scale)


def _jpeg(pictures: Sequence[Image]) -> bytes:
    gap = np.full((HEIGHT, 4, 3), 255, np.uint8)
    parts = [part for picture in pictures for part in (picture, gap)][:-1]
    data: bytes = simplejpeg.encode_jpeg(np.ascontiguousarray(np.hstack(parts)), QUALITY, "BGR", "444", True)
    return data
