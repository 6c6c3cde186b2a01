"""Whatever dies comes back, and so does the picture."""

from __future__ import annotations

import time

import pytest

from tests.compose.stack import Stack, docker, until

pytestmark = [pytest.mark.compose, pytest.mark.timeout(120, func_only=True)]


@pytest.mark.parametrize("service", ["capture", "inference", "nginx", "postgres", "prometheus", "streamer"])
def test_the_picture_is_back_soon_after_a_container_was_killed(stack: Stack, service: str) -> None:
    until(stack.detecting, "people to be detected in the demo")
    container = stack.containers(service)[0]
    started = stack.inspect(container)["State"]["StartedAt"]
    stack.kill(container)
    killed = time.monotonic()
    until(lambda: stack.inspect(container)["State"]["StartedAt"] != started, f"{service} to be started again", 30)
    until(lambda: stack.live() and stack.detecting(), "the picture to be back", 30)
    print(f"{service}: counted again {time.monotonic() - killed:.1f} s after SIGKILL")
    assert time.monotonic() - killed <= 10
    assert docker("inspect", "-f", "{{.State.Running}}", container) == "true"
