"""USB cameras as deploy/compose/usb.yml passes them through: none at start, one that comes, one that comes back.

No camera is needed: what the container may open is the engine's affair, and a node without a driver behind it tells
"there is no such device" (ENXIO) where the cgroup lets it through and "not permitted" (EPERM) where it does not.
"""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest

from tests.compose.stack import Stack, docker, until

pytestmark = [pytest.mark.compose, pytest.mark.timeout(180, func_only=True)]

VIDEO_MAJOR = 81
FREE_MINORS = (250, 251)
LASTING = Path("/dev/v4l/by-id/usb-Turnstile_Test_Camera-video-index0")
OPEN = "import os, sys; os.open(sys.argv[1], os.O_RDWR | os.O_NONBLOCK)"


@pytest.fixture(scope="module")
def usb(new_stack: Callable[..., Stack]) -> Stack:
    if os.geteuid() != 0:
        pytest.skip("needs root, to make device nodes")
    stack = new_stack("usb", "deploy/compose/usb.yml", TURNSTILE_SOURCE=str(LASTING), VIDEO_GID="44")
    stack.up("capture")
    until(partial(stack.is_healthy, "capture"), "capture to be healthy without a camera")
    return stack


@pytest.fixture
def nodes() -> Iterator[list[Path]]:
    """Two nodes of cameras that are not there, in the group video."""
    made = [Path(f"/dev/video{minor}") for minor in FREE_MINORS]
    if any(node.exists() for node in made):
        pytest.skip(f"there is a {made[0]} already")
    for node, minor in zip(made, FREE_MINORS, strict=True):
        os.mknod(node, stat.S_IFCHR | 0o660, os.makedev(VIDEO_MAJOR, minor))
        os.chown(node, 0, 44)
        node.chmod(0o660)  # whatever the umask took away
    LASTING.parent.mkdir(parents=True, exist_ok=True)
    yield made
    for path in (LASTING, *made):
        path.unlink(missing_ok=True)
    for folder in (LASTING.parent, LASTING.parent.parent):
        with suppress(OSError):
            folder.rmdir()


def opened(stack: Stack, path: Path) -> str:
    """Return what came of opening ``path`` in the container."""
    return docker("exec", stack.containers("capture")[0], "sh", "-c", f"python -c '{OPEN}' {path} 2>&1 || true")


def test_it_starts_without_a_camera_and_waits_for_it(usb: Stack) -> None:
    assert "does not exist: is the camera plugged in?" in usb.logs("capture")


def test_a_camera_that_comes_later_can_be_opened_and_others_devices_cannot(usb: Stack, nodes: list[Path]) -> None:
    assert "No such device or address" in opened(usb, nodes[0])
    assert "Operation not permitted" in opened(usb, Path("/dev/loop-control")) or "Permission denied" in opened(
        usb, Path("/dev/loop-control")
    )


def test_the_lasting_name_follows_a_camera_to_another_number(usb: Stack, nodes: list[Path]) -> None:
    container = usb.containers("capture")[0]
    started = usb.inspect(container)["State"]["StartedAt"]
    for node in nodes:
        LASTING.unlink(missing_ok=True)
        LASTING.symlink_to(f"../../{node.name}")
        assert docker("exec", container, "readlink", "-f", str(LASTING)) == str(node)
        assert "No such device or address" in opened(usb, LASTING)
    assert usb.inspect(container)["State"]["StartedAt"] == started


def test_doctor_says_what_is_missing_and_the_line_to_add(usb: Stack) -> None:
    told = docker("exec", usb.containers("capture")[0], "turnstile", "doctor", "--json", check=False)
    findings = {finding["subject"]: finding for finding in json.loads(told)}
    assert findings["port 8001 (capture)"]["verdict"] == "works"
    assert findings["configuration"]["verdict"] == "works"
    assert "is not there" in findings["source of main"]["told"]
    assert "deploy/compose/usb.yml" in findings["source of main"]["remedy"]
