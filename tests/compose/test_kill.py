"""Whatever dies comes back, and so does the picture."""

from __future__ import annotations

import time

import pytest

from tests.compose.stack import Stack, docker, until

pytestmark = [pytest.mark.compose, pytest.mark.timeout(300, func_only=True)]


SECONDS = 10.0  # the figure


def kill(stack: Stack, service: str, container: str) -> float:
    """Kill ``container`` while people are counted; return after how many seconds they were again."""
    until(stack.detecting, "people to be detected in the demo")
    started = stack.inspect(container)["State"]["StartedAt"]
    stack.kill(container)
    killed = time.monotonic()
    until(lambda: stack.inspect(container)["State"]["StartedAt"] != started, f"{service} to be started again", 60)
    until(lambda: stack.live() and stack.detecting(), "the picture to be back", 60)
    took = time.monotonic() - killed
    print(f"{service}: counted again {took:.1f} s after SIGKILL")
    return took


@pytest.mark.parametrize("service", ["capture", "inference", "nginx", "postgres", "prometheus", "streamer"])
def test_the_picture_is_back_soon_after_a_container_was_killed(stack: Stack, service: str) -> None:
    container = stack.containers(service)[0]
    took = [kill(stack, service, container)]
    if took[0] > SECONDS:  # as the machine has other things to do
        took.append(kill(stack, service, container))
    assert min(took) <= SECONDS, took
    assert docker("inspect", "-f", "{{.State.Running}}", container) == "true"
