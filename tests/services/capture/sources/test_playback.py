"""When frames of a recording are due, and when a live stream lags."""

from __future__ import annotations

import pytest

from services.capture.sources.lag import LagMeter
from services.capture.sources.playback import Playback


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize(
    ("times", "due"),
    [
        pytest.param([0.0, 0.1, 0.2, 0.3], [0.0, 0.1, 0.2, 0.3], id="even"),
        pytest.param([0.0, 0.1, 0.5, 0.6, 2.6], [0.0, 0.1, 0.5, 0.6, 2.6], id="variable rate"),
        pytest.param([5.0, 5.1, 5.2], [0.0, 0.1, 0.2], id="not from zero"),
        pytest.param([0.0, 0.1, 0.2, 0.0, 0.1], [0.0, 0.1, 0.2, 0.3, 0.4], id="looped: the last has its full time"),
        pytest.param([0.0, 0.1, 9000.0, 9000.1], [0.0, 0.1, 0.2, 0.3], id="timestamps that jump"),
        pytest.param([None, None, None], [0.0, 0.1, 0.2], id="no timestamps"),
        pytest.param([0.0, 0.0, 0.1], [0.0, 0.1, 0.2], id="a timestamp that stands twice"),
    ],
)
def test_frames_are_due_by_their_timestamps(times: list[float | None], due: list[float]) -> None:
    clock = Clock()
    playback = Playback(0.1, clock)

    assert [round(playback.due(t) - clock.now, 6) for t in times] == due


def test_last_frame_of_a_loop_lasts_as_long_as_it_says() -> None:
    playback = Playback(0.1, Clock())
    playback.due(0.0, duration=0.1)
    last = playback.due(0.1, duration=0.7)

    assert playback.due(0.0, duration=0.1) - last == pytest.approx(0.7)


def test_after_a_long_interruption_playing_goes_on_instead_of_rushing() -> None:
    clock = Clock()
    playback = Playback(0.1, clock)
    playback.due(0.0)
    clock.now += 100

    assert playback.due(0.1) == clock.now
    assert playback.due(0.2) == pytest.approx(clock.now + 0.1)


def test_a_little_late_is_made_up_for() -> None:
    clock = Clock()
    playback = Playback(0.1, clock)
    start = playback.due(0.0)
    clock.now += 0.5

    assert playback.due(0.1) == pytest.approx(start + 0.1)


def test_lag_is_measured_against_the_promptest_frame() -> None:
    meter = LagMeter()

    lags = [meter.lag(now, at) for now, at in [(10.2, 0.0), (10.25, 0.1), (10.5, 0.2), (10.6, 0.3)]]

    assert lags == pytest.approx([0.0, 0.0, 0.15, 0.15])


def test_lag_follows_clocks_that_drift_apart() -> None:
    meter = LagMeter()

    lags = [meter.lag(now=n / 10 * 1.001, timestamp=n / 10) for n in range(6000)]

    assert max(lags) < 0.1


def test_timestamps_that_jump_begin_a_new_reckoning() -> None:
    meter = LagMeter()
    meter.lag(100.0, 90.0)

    assert meter.lag(100.1, 5.0) == 0.0
