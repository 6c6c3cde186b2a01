"""When the detector may take its time."""

from __future__ import annotations

from services.inference.leisure import LEISURE_FIRST_SECONDS, LEISURE_MAX_SECONDS, Leisure


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_it_may_while_nobody_watches_and_nothing_is_skipped() -> None:
    leisure = Leisure(Clock())
    assert leisure.may_relax(watched=False)
    assert not leisure.may_relax(watched=True)
    assert leisure.may_relax(watched=False)


def test_a_skipped_picture_ends_it_for_a_while() -> None:
    clock = Clock()
    leisure = Leisure(clock)
    leisure.pressed()
    assert not leisure.may_relax(watched=False)
    clock.now += LEISURE_FIRST_SECONDS
    assert leisure.may_relax(watched=False)


def test_leisure_that_makes_pictures_skip_is_tried_ever_more_rarely() -> None:
    clock = Clock()
    leisure = Leisure(clock)
    waits = []
    for _ in range(12):
        assert leisure.may_relax(watched=False)
        leisure.pressed()
        start = clock.now
        while not leisure.may_relax(watched=False):
            clock.now += 0.5
        waits.append(clock.now - start)
    assert waits[0] == 2 * LEISURE_FIRST_SECONDS
    assert waits == sorted(waits)
    assert waits[-1] == LEISURE_MAX_SECONDS


def test_pressure_that_comes_from_elsewhere_does_not_make_it_rarer() -> None:
    clock = Clock()
    leisure = Leisure(clock)
    for _ in range(5):  # a watched camera, say
        leisure.may_relax(watched=True)
        leisure.pressed()
    clock.now += LEISURE_FIRST_SECONDS
    assert leisure.may_relax(watched=False)
