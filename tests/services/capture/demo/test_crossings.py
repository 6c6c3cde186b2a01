"""Whose crossings a scene tells of, and that the counter of inference finds the same."""

from __future__ import annotations

from collections import Counter

import pytest

from services.capture.demo.crossings import Line, TrueCrossing, crossings
from services.capture.demo.crowd import Crowd
from services.capture.demo.figures import Figures
from services.capture.demo.truth import Truth, Witness
from services.capture.demo.view import Camera, View
from services.capture.demo.weather import GRADES
from services.common.demo_url import SCENES, DemoSettings, SceneName
from services.inference.counting.geometry import Point
from services.inference.counting.line import LineCounter

DOOR = Line("door", (100, 50), (100, 150))  # downwards: its left is the picture's right


def person(x: float, y: float, number: int = 1) -> Truth:
    return Truth(number, x - 10, y - 20, 20, 40)


def test_nobody_is_clearly_beyond_within_a_twentieth_of_their_height() -> None:
    """The person is 40 tall, the picture 100: half the band is 2 pixels; in a picture of 300 it is 3."""
    frames = [(number, [person(x, 100)]) for number, x in enumerate((120, 97.5, 120))]

    assert [c.direction for c in crossings(frames, [DOOR], 100)] == ["in", "out"]
    assert crossings(frames, [DOOR], 300) == []


def test_feet_and_centre_are_different_anchors() -> None:
    low = Line("low", (200, 110), (0, 110), anchor="feet")
    frames = [(0, [person(100, 70)]), (1, [person(100, 100)])]  # the feet go from 90 to 120, the centre stays above

    assert [c.direction for c in crossings(frames, [low], 200)] == ["out"]
    assert crossings(frames, [Line("low", low.start, low.end)], 200) == []


def test_people_and_lines_are_counted_apart() -> None:
    other = Line("other", (90, 0), (90, 200))
    frames = [(3, [person(120, 100, 1), person(70, 100, 2)]), (4, [person(80, 100, 1), person(120, 100, 2)])]

    assert crossings(frames, [DOOR, other], 200) == [
        TrueCrossing(4, "door", 1, "in"),
        TrueCrossing(4, "other", 1, "in"),
        TrueCrossing(4, "door", 2, "out"),
        TrueCrossing(4, "other", 2, "out"),
    ]


@pytest.mark.parametrize("scene", SCENES)
def test_the_counter_of_inference_agrees(scene: SceneName) -> None:
    settings = DemoSettings(scene, people=20, fps=10, seed=3)
    camera = Camera.of(View(), settings.width, settings.height)
    crowd = Crowd(settings, camera)
    witness = Witness(camera, crowd, Figures(camera, crowd.looks, GRADES["clear"]), ())
    lines = [
        Line("middle", (640, 0), (640, 720)),
        Line("slanted", (300, 250), (900, 500), anchor="feet"),
        Line("low", (1280, 520), (0, 520)),
    ]
    frames = [(number, witness.boxes(number)) for number in range(900)]

    true = Counter((c.line, c.direction) for c in crossings(frames, lines, settings.height))
    assert true == counted(frames, lines, settings.height)
    assert sum(true.values()) > 20


def counted(frames: list[tuple[int, list[Truth]]], lines: list[Line], height: float) -> Counter[tuple[str, str]]:
    counters = [LineCounter(Point(*line.start), Point(*line.end), height, memory=10.0) for line in lines]
    totals: Counter[tuple[str, str]] = Counter()
    for number, people in frames:
        for line, counter in zip(lines, counters, strict=True):
            for p in people:
                share = 1.0 if line.anchor == "feet" else 0.5
                anchor = Point(p.left + p.width / 2, p.top + share * p.height)
                if direction := counter.update(p.id, anchor, p.height, number / 10):
                    totals[line.name, direction] += 1
    return totals
