from __future__ import annotations

import pytest

from services.common.rate import RateMeter


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize(("gap", "events"), [(0.1, 30), (0.1, 3), (1 / 30, 100), (0.5, 4)])
def test_steady_events_read_their_true_rate_from_the_third_on(gap: float, events: int) -> None:
    clock = Clock()
    meter = RateMeter(2.0, clock)
    for _ in range(events):
        clock.now += gap
        meter.tick()
    assert meter.rate() == pytest.approx(1 / gap, rel=0.01)


def test_the_rate_falls_to_zero_when_events_stop() -> None:
    clock = Clock()
    meter = RateMeter(2.0, clock)
    for _ in range(60):
        clock.now += 1 / 30
        meter.tick()
    seen = []
    for _ in range(25):
        clock.now += 0.1
        seen.append(meter.rate())
    assert seen == sorted(seen, reverse=True)
    assert seen[5] < 27
    assert seen[-1] == 0


def test_nothing_is_no_rate() -> None:
    clock = Clock()
    meter = RateMeter(2.0, clock)
    assert meter.rate() == 0
    meter.tick()
    assert meter.rate() == 0
