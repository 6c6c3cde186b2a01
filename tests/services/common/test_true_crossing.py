"""The rule, walk by walk. The line goes down from (100, 50) to (100, 150): in is from right to left."""

from __future__ import annotations

import pytest

from services.common.true_crossing import Walk

BAND = 2.0
Spot = tuple[float, float]

WALKS: dict[str, tuple[list[Spot], list[str]]] = {
    "from right to left": ([(120, 100), (110, 100), (95, 100), (80, 100)], ["in"]),
    "from left to right": ([(80, 100), (120, 100)], ["out"]),
    "up to it, a little over it, then away": ([(120, 100), (110, 100), (101, 100), (99, 100), (95, 100)], ["in"]),
    "there and back": ([(120, 100), (80, 100), (120, 100)], ["in", "out"]),
    "there, back and there again": ([(120, 100), (80, 100), (120, 100), (80, 100)], ["in", "out", "in"]),
    "swaying on it": ([(120, 100), (101, 100), (99, 100), (101, 100), (98.5, 100)], []),
    "swaying on it, then going back": ([(120, 100), (98.5, 100), (101, 100), (98.5, 100), (120, 100)], []),
    "swaying on it, then going over": ([(120, 100), (99, 100), (101, 100), (98.5, 100), (80, 100)], ["in"]),
    "touching it and turning back": ([(120, 100), (99, 100), (120, 100)], []),
    "standing on it, then going over": ([(120, 100), *[(100.5, 100.0)] * 30, (99, 100), (90, 100)], ["in"]),
    "appearing on it": ([(100, 100), (80, 100)], []),
    "appearing and swaying on it": ([(98.5, 100), (101, 100), (120, 100)], []),
    "past the upper end": ([(120, 30), (80, 30)], []),
    "past the lower end": ([(120, 160), (80, 160)], []),
    "around the end": ([(120, 100), (110, 170), (80, 170), (80, 100)], []),
    "around the end, then along it": ([(120, 30), (98.5, 30), (98.5, 100), (80, 100)], []),
    "around the end, then back through": ([(120, 100), (120, 170), (80, 170), (80, 100), (120, 100)], ["out"]),
    "through it, then along it": ([(120, 100), (101, 100), (99, 100), (99, 170), (80, 170)], ["in"]),
    "through, with the clear point past the end": ([(120, 140), (90, 148), (80, 170)], ["in"]),
    "along it": ([(101.5, 60), (101.5, 100), (101.5, 140)], []),
}  # fmt: skip


@pytest.mark.parametrize(("spots", "directions"), WALKS.values(), ids=WALKS.keys())
def test_crossings_of_a_walk(spots: list[Spot], directions: list[str]) -> None:
    walk = Walk(100 + 50j, 100 + 150j)
    assert [found for spot in spots if (found := walk.step(complex(*spot), BAND))] == directions


def test_a_wider_band_takes_longer_to_leave() -> None:
    walk = Walk(100 + 50j, 100 + 150j)
    assert walk.step(120 + 100j, BAND) is None
    assert walk.step(90 + 100j, 15.0) is None
    assert walk.step(80 + 100j, 15.0) == "in"


def test_the_line_may_have_any_direction() -> None:
    slanted = Walk(0j, 100 + 100j)  # its left is up and to the right
    assert slanted.step(60 + 40j, BAND) is None
    assert slanted.step(40 + 60j, BAND) == "in"
