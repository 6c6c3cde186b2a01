"""Lines and zones as people write them."""

from __future__ import annotations

import pytest

from proto.turnstile_pb2 import ANCHOR_CENTRE, ANCHOR_FEET
from services.common.config import CameraConfig
from services.common.errors import UsageError
from services.inference.analyze.shapes import Shapes, parse_lines, parse_zones


def test_lines_and_zones_in_fractions() -> None:
    shapes = Shapes(parse_lines(["door=0.5,0,0.25,1"]), parse_zones(["queue=0,0,1,0,1,0.5"]))
    settings = shapes.settings(640, 480)
    (line,) = settings.lines
    assert (line.name, line.start.x, line.start.y, line.end.x, line.end.y) == ("door", 0.5, 0, 0.25, 1)
    assert line.anchor == ANCHOR_CENTRE
    (zone,) = settings.zones
    assert [(p.x, p.y) for p in zone.polygon] == [(0, 0), (1, 0), (1, 0.5)]
    assert zone.anchor == ANCHOR_FEET


def test_pixels_become_fractions_of_the_picture_at_hand() -> None:
    shapes = Shapes(parse_lines(["door=150,60,150,360"]), pixels=True)
    shapes.check()  # no picture yet: nothing can be said
    (line,) = shapes.settings(480, 360).lines
    assert (line.start.x, line.start.y, line.end.y) == (150 / 480, 60 / 360, 1)


def test_without_anything_there_is_a_line_down_the_middle() -> None:
    assert [line.name for line in Shapes().settings(10, 10).lines] == ["middle"]
    assert not Shapes(zones=parse_zones(["all=0,0,1,0,1,1"])).settings(10, 10).lines


def test_the_command_line_adds_to_a_configuration() -> None:
    camera = CameraConfig.model_validate(
        {"source": "x", "lines": {"door": {"from": [0, 0.5], "to": [1, 0.5], "anchor": "feet"}}}
    )
    settings = Shapes(parse_lines(["gate=10,0,10,20"]), pixels=True, camera=camera).settings(20, 20)
    assert [(line.name, line.start.x, line.start.y) for line in settings.lines] == [("door", 0, 0.5), ("gate", 0.5, 0)]
    assert settings.lines[0].anchor == ANCHOR_FEET


@pytest.mark.parametrize(
    ("option", "problem"),
    [
        ("door", "not of the form NAME=x1,y1,x2,y2"),
        ("door=", "not of the form"),
        ("door=1,2,3", "not of the form"),
        ("door=1,2,3,4,5,6", "not of the form"),
        ("door=1,2,3,four", "not of the form"),
        ("door=nan,0,1,1", "not of the form"),
        ("door=0,0,inf,1", "not of the form"),
        ("=0,0,1,1", "a name has 1 to 63 letters"),
        ("front door=0,0,1,1", "a name has 1 to 63 letters"),
        ("door=0.5,0.5,0.5,0.5", "has no length"),
    ],
)
def test_a_line_that_is_none_is_refused(option: str, problem: str) -> None:
    with pytest.raises(UsageError, match=problem) as caught:
        parse_lines([option])
    assert str(caught.value).startswith(f"--line {option}: ")


@pytest.mark.parametrize(
    ("option", "problem"),
    [
        ("queue=0,0,1,1", "not of the form NAME=x1,y1,x2,y2,x3,y3"),
        ("queue=0,0,1,0,1", "not of the form"),
        ("queue=0,0,0.5,0.5,1,1", "has no area"),
    ],
)
def test_a_zone_that_is_none_is_refused(option: str, problem: str) -> None:
    with pytest.raises(UsageError, match=problem):
        parse_zones([option])


def test_a_name_is_given_once() -> None:
    with pytest.raises(UsageError, match="the name door is given twice"):
        parse_lines(["door=0,0,1,1", "door=0,1,1,0"])


def test_what_lies_outside_the_picture_is_refused() -> None:
    with pytest.raises(UsageError, match=r"\(1\.2, 0\) is outside the picture, which goes from 0 to 1 \(pixels need"):
        Shapes(parse_lines(["door=1.2,0,0,1"])).check()
    with pytest.raises(UsageError, match=r"\(481, 0\) is outside the picture, which is 480x360"):
        Shapes(parse_lines(["door=481,0,0,1"]), pixels=True).settings(480, 360)
