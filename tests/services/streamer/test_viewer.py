"""A viewer's pace, and what is left of a picture that went out in part."""

from __future__ import annotations

import pytest

from services.streamer.picture import Picture, remainder
from services.streamer.viewer import RateCap


@pytest.mark.parametrize(
    ("cap", "source_fps", "jitter", "expected"),
    [
        (30, 30, 0.0, 300),  # the source's own rate loses none,
        (30, 30, 0.004, 300),  # nor with jitter
        (15, 30, 0.004, 150),
        (20, 30, 0.0, 200),
        (25, 30, 0.002, 250),
        (7, 30, 0.0, 70),
        (0.5, 30, 0.0, 5),
        (60, 30, 0.0, 300),
    ],
)
def test_rate_cap(cap: float, source_fps: float, jitter: float, expected: int) -> None:
    limit = RateCap(cap)
    times = [100 + n / source_fps + (jitter if n % 2 else -jitter) for n in range(int(source_fps * 10))]
    assert sum(map(limit.admits, times)) == pytest.approx(expected, abs=2)


def test_rate_cap_does_not_catch_up_after_silence() -> None:
    limit = RateCap(10)
    assert limit.admits(0.0)
    assert [limit.admits(60.0 + n * 0.01) for n in range(10)].count(True) <= 2


def test_remainder_is_what_was_not_sent() -> None:
    picture = Picture(b"\xff\xd8picture", captured_ns=1_234_567_890_123, sequence=7, state="live")
    whole = b"".join(picture.parts)
    assert len(whole) == picture.size
    for sent in range(picture.size + 1):
        assert b"".join(remainder(picture.parts, sent)) == whole[sent:]
    assert remainder(remainder(picture.parts, 5), picture.size - 5) == []


def test_timestamp_is_seconds_with_microseconds() -> None:
    assert Picture(b"", captured_ns=1_700_000_000_000_001_999, sequence=0, state="live").headers()["X-Timestamp"] == (
        "1700000000.000001"
    )
