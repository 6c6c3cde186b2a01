from __future__ import annotations

from services.common.backoff import Backoff


def test_delays_double_up_to_the_longest() -> None:
    backoff = Backoff(1.0, 30.0)

    assert [backoff.delay() for _ in range(7)] == [1, 2, 4, 8, 16, 30, 30]


def test_delays_begin_again_after_all_was_well() -> None:
    backoff = Backoff(1.0, 30.0)
    for _ in range(4):
        backoff.delay()
    backoff.reset()

    assert [backoff.delay(), backoff.delay()] == [1, 2]
