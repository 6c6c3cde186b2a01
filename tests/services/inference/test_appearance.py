"""What people look like, and who that makes them."""

from __future__ import annotations

import numpy as np
import pytest

from services.inference.detector.appearance import BANDS, EVEN, STRONGEST, appearance, described, unlikeness
from services.inference.detector.overlap import Reals
from services.inference.detector.sighting import class_ids, look
from services.inference.detector.tracker import CameraTracker
from services.inference.detector.types import Detections, Image, ModelInfo

RED, BLUE, GREY = (40, 40, 200), (200, 60, 40), (128, 128, 128)
HEIGHT, WIDTH = 100, 36


def box(x: float, y: float) -> list[float]:
    return [x - WIDTH / 2, y - HEIGHT / 2, x + WIDTH / 2, y + HEIGHT / 2]


def picture(*people: tuple[list[float], tuple[int, int, int]]) -> Image:
    """Draw people as blocks of colour, the last one nearest."""
    image = np.full((400, 900, 3), GREY, np.uint8)
    for (left, top, right, bottom), colour in people:
        image[max(round(top), 0) : round(bottom), max(round(left), 0) : round(right)] = colour
    return image


def looks(image: Image, *boxes: list[float]) -> Reals:
    return appearance(image, np.array(boxes, np.float64).reshape(-1, 4))


def test_each_band_has_its_colour() -> None:
    image = picture((box(100, 200), RED))
    image[195:250, 82:118] = BLUE  # trousers, from 45 % of the height on
    (look,) = looks(image, box(100, 200))
    assert look.shape == (BANDS, 3)
    assert look[0] == pytest.approx(RED, abs=2)
    assert look[-1] == pytest.approx(BLUE, abs=2)


def test_what_somebody_nearer_covers_is_not_known() -> None:
    """Seen from above, who stands lower is nearer: of the other only the shoulders are seen."""
    behind, before = box(100, 180), box(110, 215)
    far, near = looks(picture((behind, RED), (before, BLUE)), behind, before)
    assert far[0] == pytest.approx(RED, abs=2)
    assert np.isnan(far[1:]).all()
    assert near == pytest.approx(np.tile(BLUE, (BANDS, 1)), abs=2)


@pytest.mark.parametrize("place", [[-40, 100, -4, 200], [890, 100, 926, 200], [100, 398, 136, 399], [5, 5, 5, 5]])
def test_boxes_at_and_beyond_the_edge_do_no_harm(place: list[float]) -> None:
    assert looks(picture(), place).shape == (1, BANDS, 3)
    assert looks(picture()).shape == (0, BANDS, 3)


def test_colours_speak_for_and_against_and_not_at_all() -> None:
    red, blue = (np.tile(np.array(colour, np.float64), (BANDS, 1)) for colour in (RED, BLUE))
    unknown = np.full((BANDS, 3), np.nan)
    half = red.copy()
    half[1:] = np.nan
    against = unlikeness(np.stack([red, half, unknown]), np.stack([red, blue]))
    assert against == pytest.approx(np.array([[-EVEN, STRONGEST], [-EVEN, STRONGEST], [0, 0]]))


def walk(tracker: CameraTracker, number: int, *people: tuple[float, float, tuple[int, int, int], bool]) -> list[int]:
    """Show the tracker a picture at 10 a second; return the ids of those who are seen, in order."""
    image = picture(*((box(x, y), colour) for x, y, colour, _ in people))
    boxes = np.array([box(x, y) for x, y, _, seen in people if seen], np.float32).reshape(-1, 4)
    found = Detections(boxes, np.full(len(boxes), 0.9, np.float32), np.zeros(len(boxes), np.float32))
    tracked = tracker.update(described(found, image), number / 10, (0, 0, image.shape[1], image.shape[0]))
    order = [int(np.argmin(np.abs(tracked.xyxy[:, :2] - wanted[:2]).sum(axis=1))) for wanted in boxes]
    return [int(tracked.ids[index]) for index in order]


def test_two_who_meet_and_turn_back_are_told_apart_by_their_clothes() -> None:
    """Their paths are those of two who pass each other: motion alone takes each for the other."""
    tracker = CameraTracker(0.25)
    for number in range(40):
        apart = max(abs(number - 20) * 8, 6)
        hidden = abs(number - 20) < 5
        people = (400 - apart, 198, RED, not hidden), (400 + apart, 202, BLUE, True)
        ids = walk(tracker, number, *people)
        if number == 10:
            before = ids
    assert ids == before


@pytest.mark.parametrize(("back", "same"), [(RED, True), (BLUE, False)], ids=["as they were", "somebody else"])
def test_who_was_hidden_for_three_seconds_is_known_by_speed_place_and_clothes(
    back: tuple[int, int, int], same: bool
) -> None:
    tracker = CameraTracker(0.25)
    for number in range(20):
        (first,) = walk(tracker, number, (100 + 8 * number, 200, RED, True))
    for number in range(20, 50):
        walk(tracker, number)
    for number in range(50, 70):
        (last,) = walk(tracker, number, (100 + 8 * number, 200, back, True))
    assert (last == first) is same


class OneDetector:
    """Always gives the same boxes, as a detector that has learnt a picture by heart would."""

    info = ModelInfo("none", {0: "person"}, 900, square=False)
    streams = 1

    def __init__(self, *boxes: list[float]) -> None:
        self._boxes = np.array(boxes, np.float32)

    def detect(self, image: Image, floor: float, *, relaxed: bool = False) -> Detections:
        many = len(self._boxes)
        return Detections(self._boxes, np.full(many, 0.9, np.float32), np.zeros(many, np.float32))


def test_slivers_at_the_sides_are_nobody_and_thin_people_elsewhere_are() -> None:
    sliver, half, thin, right = [0.0, 100, 15, 200], [0.0, 100, 22, 200], [50.0, 100, 65, 200], [890.0, 100, 900, 200]
    found = look(OneDetector(sliver, half, thin, right), picture(), 0.1, class_ids(OneDetector.info, ("person",)))
    assert found.xyxy.tolist() == [half, thin]
    assert found.appearance is not None
    assert found.appearance.shape == (2, BANDS, 3)
