"""Streamers by the number, while people watch."""

from __future__ import annotations

import pytest

from tests.compose.audience import Audience
from tests.compose.stack import Stack, docker, until

pytestmark = [pytest.mark.compose, pytest.mark.timeout(300, func_only=True)]

VIEWERS = 30
PATH = "/stream/main?fps=5"


@pytest.fixture
def audience(stack: Stack) -> Audience:
    until(lambda: stack.serving(3), "three streamers that nginx knows")
    until(stack.detecting, "people to be detected in the demo")
    until(lambda: sum(stack.viewers()) == 0, "the last test's viewers to be gone")
    return Audience(stack.port, PATH, VIEWERS)


def test_viewers_are_spread_over_the_replicas(stack: Stack, audience: Audience) -> None:
    with audience:
        until(audience.all_watch, "thirty viewers to see something")
        spread = stack.viewers()
    assert sum(spread) == VIEWERS
    assert min(spread) >= VIEWERS // 3 - 2, spread


def test_the_others_never_notice_that_a_replica_died(stack: Stack, audience: Audience) -> None:
    with audience:
        until(audience.all_watch, "thirty viewers to see something")
        died = stack.viewers()[0]
        audience.forget_gaps()
        stack.kill(stack.containers("streamer")[0])
        until(lambda: sum(s.interruptions > 0 for s in audience.seats) == died, "its viewers to be cut off")
        until(lambda: sum(stack.viewers()) == VIEWERS, "its viewers to be somewhere else")
        unharmed = [seat for seat in audience.seats if seat.interruptions == 0]
        seen = [seat.parts for seat in unharmed]
        until(lambda: all(s.parts > n for s, n in zip(unharmed, seen, strict=True)), "the others to see more")
    assert len(unharmed) == VIEWERS - died
    assert [seat.interruptions for seat in unharmed] == [0] * len(unharmed)


def test_a_replica_added_under_load_gets_viewers(stack: Stack, audience: Audience) -> None:
    with audience:
        until(audience.all_watch, "thirty viewers to see something")
        stack.up(scale=4)
        until(lambda: stack.serving(4), "four streamers that nginx knows")
        with Audience(stack.port, PATH, 12) as late:
            until(late.all_watch, "twelve more viewers to see something")
            spread = stack.viewers()
        assert sum(seat.interruptions for seat in audience.seats) == 0
        newest = spread[-1]
    stack.up(scale=3)
    assert newest > 0, spread


def test_replicas_are_restarted_one_after_another_and_everybody_watches_on(stack: Stack, audience: Audience) -> None:
    with audience:
        until(audience.all_watch, "thirty viewers to see something")
        audience.forget_gaps()
        for container in stack.containers("streamer"):
            docker("restart", "-t", "5", container)
            until(lambda: sum(stack.viewers()) == VIEWERS, "everybody to watch")
            until(lambda: stack.serving(3), "the replica to be back in use")
        lost = audience.longest_gap()
    print(f"longest gap of {VIEWERS} viewers while three replicas were rolled: {lost:.2f} s")
    assert lost < 10
