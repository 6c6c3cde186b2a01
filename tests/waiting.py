"""For what nobody tells us: we look again and again, from outside, as a user does."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def eventually(
    probe: Callable[[], T],
    seconds: float = 30.0,
    what: str = "an answer",
    *,
    pause: float = 0.02,
    more: Callable[[], str] = str,
) -> T:
    """Ask until ``probe`` gives something that is true, and return that.

    Args:
        probe: Asked.
        seconds: For so long.
        what: It is that is waited for, for the message when it does not come.
        pause: Seconds between two questions.
        more: Gives what else that message should say.
    """
    deadline = time.monotonic() + seconds
    while not (answer := probe()):
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {seconds:.0f} s for {what}; the last answer was {answer!r}{more()}")
        time.sleep(pause)
    return answer
