"""The small rules of capture: rates, sizes, verdicts, what is hidden."""

from __future__ import annotations

from itertools import pairwise

import pytest

from services.capture.fps_cap import FpsCap
from services.capture.redact import redact
from services.capture.watchdog import Progress, Verdict, judge
from services.common.sizes import fit


@pytest.mark.parametrize(
    ("source_fps", "cap", "admitted_of_120"),
    [(30, None, 120), (30, 30, 120), (30, 60, 120), (30, 15, 60), (30, 10, 40), (30, 20, 80), (60, 25, 50), (30, 1, 4)],
)
def test_cap_lets_the_right_share_through(source_fps: float, cap: float | None, admitted_of_120: int) -> None:
    rule = FpsCap(cap)

    assert sum(rule.admits(100 + n / source_fps) for n in range(120)) == admitted_of_120


def test_cap_spaces_evenly() -> None:
    rule = FpsCap(20)

    admitted = [n for n in range(30) if rule.admits(n / 30)]

    assert {b - a for a, b in pairwise(admitted)} == {1, 2}
    assert len(admitted) == 20


def test_a_source_of_the_wanted_rate_loses_nothing_to_jitter() -> None:
    rule = FpsCap(30)
    jitter = (0.0, 0.006, -0.006, 0.004, -0.005)

    assert all(rule.admits(n / 30 + jitter[n % 5]) for n in range(300))


@pytest.mark.parametrize("jump", [-1000.0, 50.0])
def test_cap_goes_on_after_a_clock_that_jumped(jump: float) -> None:
    rule = FpsCap(10)
    rule.admits(0.0)

    assert rule.admits(jump)
    assert not rule.admits(jump + 0.05)


@pytest.mark.parametrize(
    ("wanted", "given"),
    [
        ((None, None), (1920, 1080)),
        ((1280, 720), (1280, 720)),
        ((640, None), (640, 360)),
        ((None, 360), (640, 360)),
        ((100, 1000), (100, 1000)),
        ((16, None), (16, 9)),
    ],
)
def test_a_side_nobody_asked_for_keeps_the_shape(wanted: tuple[int | None, int | None], given: tuple[int, int]) -> None:
    assert fit(1920, 1080, *wanted) == given


@pytest.mark.parametrize(
    ("progress", "interval", "verdict"),
    [
        pytest.param(Progress("waiting", since=0), 0.03, "fine", id="between two attempts"),
        pytest.param(Progress("reading", since=99.5), 0.03, "fine", id="a picture half a second ago"),
        pytest.param(Progress("reading", since=98.9), 0.03, "stalled", id="none for more than a second"),
        pytest.param(Progress("reading", since=98.9), 0.5, "fine", id="one that sends two a second"),
        pytest.param(Progress("reading", since=98.4), 0.5, "stalled", id="and has missed three"),
        pytest.param(Progress("reading", since=94.1), 0.03, "stalled", id="five seconds after that"),
        pytest.param(Progress("reading", since=93.9), 0.03, "reopen", id="it is opened again"),
        pytest.param(Progress("reading", since=80, asked_at=95), 0.03, "stalled", id="asked, not yet back"),
        pytest.param(Progress("reading", since=80, asked_at=89), 0.03, "replace", id="it does not come back"),
        pytest.param(Progress("opening", since=70), 0.03, "fine", id="a slow open"),
        pytest.param(Progress("opening", since=59), 0.03, "replace", id="an open that hangs"),
    ],
)
def test_verdicts(progress: Progress, interval: float, verdict: Verdict) -> None:
    assert judge(progress, 100.0, interval=interval) == verdict


def test_an_announced_pause_is_no_stall() -> None:
    progress = Progress("reading", since=50)

    assert judge(progress, 100.0, interval=0.03, quiet_until=99.5) == "fine"
    assert judge(progress, 100.0, interval=0.03, quiet_until=98) == "stalled"


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("rtsp://admin:s3cret@10.0.0.5/live", "rtsp://***@10.0.0.5/live"),
        ("rtsp://admin:p@ss@10.0.0.5:554/live", "rtsp://***@10.0.0.5:554/live"),
        ("http://cam/stream?user=admin&pwd=x&res=hd", "http://cam/stream?user=***&pwd=***&res=hd"),
        ("http://cam/s?access_token=abc#top", "http://cam/s?access_token=***#top"),
        ("http://cam/stream@2", "http://cam/stream@2"),
        ("/dev/video0", "/dev/video0"),
        ("clips/a@b.mp4", "clips/a@b.mp4"),
    ],
)
def test_credentials_are_hidden_and_nothing_else(source: str, shown: str) -> None:
    assert redact(source) == shown
