"""The overlay: boxes with ids, lines with totals, zones, the clock and the age of the picture."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import hypot
from typing import Final

import cv2

from proto.turnstile_pb2 import Line, LineTotal, Settings, Zone, ZoneOccupancy
from services.inference.counting.tally import Person
from services.inference.detector.types import Image
from services.inference.render.text import Colour, draw_label, label_size

INK: Final[Colour] = (30, 26, 24)
LINE: Final[Colour] = (80, 220, 255)
ZONE: Final[Colour] = (235, 190, 70)
NOTICE: Final[Colour] = (40, 90, 235)
# Apart from each other also for the colour-blind (after Okabe and Ito 2008), bright enough for a street at dusk.
PEOPLE: Final[tuple[Colour, ...]] = (
    (233, 180, 86), (115, 158, 0), (66, 228, 240), (178, 114, 0), (0, 94, 213), (167, 121, 204), (0, 159, 230),
    (180, 230, 120), (220, 150, 250),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Scene:
    """All that is drawn on one picture.

    Attributes:
        people: Their boxes at the time of the picture.
        totals: Of each line.
        occupancy: Of each zone.
        notice: A sentence for the viewer, such as why there are no boxes; empty for none.
        captured_ns: When the picture was captured.
        caption: In the corner, instead of the clock and the picture's age: of a recording neither tells anything.
    """

    camera: str
    settings: Settings
    people: Sequence[Person]
    totals: Sequence[LineTotal]
    occupancy: Sequence[ZoneOccupancy]
    notice: str
    captured_ns: int
    caption: str = ""


def draw(image: Image, scene: Scene) -> None:
    """Draw ``scene`` into ``image`` of (height, width, 3), in place."""
    size = _letter_size(image)
    for zone, here in zip(scene.settings.zones, scene.occupancy, strict=False):
        _zone(image, zone, here, size)
    for person in scene.people:
        _person(image, person, size)
    for line, total in zip(scene.settings.lines, scene.totals, strict=False):
        _line(image, line, total, size)
    _corner(image, scene, size)
    if scene.notice:
        width, height = label_size(scene.notice, size)
        rows, columns = image.shape[:2]
        draw_label(image, scene.notice, (columns - width) // 2, rows // 4 - height // 2, size, NOTICE)


def _letter_size(image: Image) -> int:
    """Return letters of a fortieth of the picture, so that a thumbnail of it still reads."""
    rows, columns = image.shape[:2]
    return int(max(9, min(rows, columns) // 44))


def _thickness(size: int) -> int:
    return max(1, round(size / 10))


def _person(image: Image, person: Person, size: int) -> None:
    colour = PEOPLE[person.id % len(PEOPLE)]
    left, top = round(person.left), round(person.top)
    corner = (round(person.left + person.width), round(person.top + person.height))
    cv2.rectangle(image, (left, top), corner, colour, _thickness(size))
    text = f"{person.id}  {person.confidence:.0%}"
    draw_label(image, text, left, top - label_size(text, size)[1], size, colour)


def _line(image: Image, line: Line, total: LineTotal, size: int) -> None:
    start, end = _pixel(image, line.start.x, line.start.y), _pixel(image, line.end.x, line.end.y)
    thick = _thickness(size) + 1
    cv2.line(image, start, end, INK, thick + 2, cv2.LINE_AA)
    cv2.line(image, start, end, LINE, thick, cv2.LINE_AA)
    middle = ((start[0] + end[0]) // 2, (start[1] + end[1]) // 2)
    _arrow_in(image, start, end, middle, size)
    text = f"{_title(line)}   IN {total.count_in}   OUT {total.count_out}"
    width, height = label_size(text, round(size * 1.25))
    draw_label(image, text, start[0] - width // 2, start[1] + height // 2, round(size * 1.25), INK)


def _arrow_in(image: Image, start: tuple[int, int], end: tuple[int, int], middle: tuple[int, int], size: int) -> None:
    """Point to the side that is IN: to the right of start→end as seen on the screen (DESIGN.md)."""
    dx, dy = end[0] - start[0], end[1] - start[1]
    length = hypot(dx, dy) or 1.0
    tip = (round(middle[0] - dy / length * size * 2.5), round(middle[1] + dx / length * size * 2.5))
    cv2.arrowedLine(image, middle, tip, INK, _thickness(size) + 3, cv2.LINE_AA, tipLength=0.4)
    cv2.arrowedLine(image, middle, tip, LINE, _thickness(size) + 1, cv2.LINE_AA, tipLength=0.4)


def _zone(image: Image, zone: Zone, here: ZoneOccupancy, size: int) -> None:
    corners = [_pixel(image, point.x, point.y) for point in zone.polygon]
    for corner, following in zip(corners, [*corners[1:], corners[0]], strict=True):
        cv2.line(image, corner, following, INK, _thickness(size) + 3, cv2.LINE_AA)
        cv2.line(image, corner, following, ZONE, _thickness(size) + 1, cv2.LINE_AA)
    draw_label(image, f"{_title(zone)}   {here.occupancy} inside", *min(corners), size, ZONE)


def _title(shown: Line | Zone) -> str:
    # The built-in face has Latin letters alone; a name always has.
    return shown.title if shown.title and max(shown.title) < "\u0180" else shown.name


def _corner(image: Image, scene: Scene, size: int) -> None:
    text = scene.caption or _clock(scene)
    draw_label(image, text, size // 2, image.shape[0] - round(size * 2.1), size, INK)


def _clock(scene: Scene) -> str:
    moment = datetime.fromtimestamp(scene.captured_ns / 1e9).astimezone()
    age_ms = max(0, time.time_ns() - scene.captured_ns) / 1e6
    return f"{scene.camera}   {moment:%Y-%m-%d %H:%M:%S}.{moment.microsecond // 100_000}   {age_ms:.0f} ms"


def _pixel(image: Image, x: float, y: float) -> tuple[int, int]:
    return round(x * (image.shape[1] - 1)), round(y * (image.shape[0] - 1))
