"""The stack that most tests share, and when there is none."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.compose.stack import MADE_HERE, Stack, until
from tests.conftest import ROOT

NEEDED = (*MADE_HERE, "nginx", "postgres")


def _lacking() -> str | None:
    if shutil.which("docker") is None:
        return "there is no docker command here"
    for command in (["docker", "info"], ["docker", "compose", "version"]):
        if subprocess.run(command, capture_output=True, check=False).returncode:
            return f"`{' '.join(command)}` fails: no engine runs here, or it has no Compose v2"
    return None


@pytest.fixture(scope="session")
def images() -> None:
    """The three images as the working tree has them, and an engine to run them."""
    if lacking := _lacking():
        pytest.skip(f"needs a Docker engine: {lacking}")
    built = subprocess.run(
        ["docker", "compose", "build", *MADE_HERE], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if built.returncode:
        pytest.fail(f"docker compose build: {built.stderr[-4000:]}")


@pytest.fixture(scope="session")
def new_stack(images: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Stack]]:
    """Make stacks; they are gone when the tests end."""
    made: list[Stack] = []

    def make(name: str, *files: str, **settings: str) -> Stack:
        folder: Path = tmp_path_factory.mktemp(name)
        stack = Stack(f"turnstile-test-{name}", folder, files, **settings)
        if missing := set(NEEDED) - set(stack.startable()):
            pytest.skip(
                f"the engine has no image for {', '.join(sorted(missing))} and was not let fetch one: docker pull"
            )
        stack.down()  # of a run that was cut off
        made.append(stack)
        return stack

    yield make
    for stack in made:
        stack.down()


@pytest.fixture(scope="session")
def stack(new_stack: Callable[..., Stack]) -> Stack:
    """The stack as it stands, with the demo scene, and three streamers."""
    stack = new_stack("main", STREAMS_PER_ADDRESS="500", REQUESTS_PER_SECOND="500")
    stack.up(scale=3)
    until(stack.detecting, "people to be detected in the demo")
    return stack
