"""Cameras as `turnstile doctor` sees them: those the kernel knows, and what keeps this process from one."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from linuxpy.video import device as v4l2

from services.capture.main import initial_config
from services.capture.sources.base import SourceError
from services.capture.sources.v4l2_device import V4l2Device
from services.common.errors import UsageError
from services.common.finding import Finding
from services.common.settings import Settings
from services.common.surroundings import in_container

# Also shown inside containers, whatever devices they were given.
KNOWN_TO_KERNEL: Final = Path("/sys/class/video4linux")
DEVICES: Final = Path("/dev")
USB_FILE: Final = "deploy/compose/usb.yml"


def examine_cameras(settings: Settings, known: Path = KNOWN_TO_KERNEL, devices: Path = DEVICES) -> Iterator[Finding]:
    """Yield the configuration, then every camera of the machine.

    Args:
        settings: What is to be watched.
        known: Where the kernel lists its video devices.
        devices: Where their nodes are.
    """
    yield from _configured(settings)
    names = sorted((path.name for path in known.glob("video*")), key=lambda name: int(name.removeprefix("video")))
    if not names:
        yield Finding("USB cameras", "absent", "the kernel knows none; one that is plugged in later is found by itself")
    for name in names:
        finding = examine_node(devices / name, (known / name / "name").read_text().strip(), devices)
        if finding is not None:
            yield finding


def _configured(settings: Settings) -> Iterator[Finding]:
    try:
        config = initial_config(settings)
    except UsageError as error:
        for problem in error.problems:
            yield Finding("configuration", "broken", problem, "correct it; Turnstile notices by itself")
        return
    yield Finding("configuration", "works", f"cameras: {', '.join(config.cameras) or 'none'}")
    for name, camera in config.cameras.items():
        source = Path(camera.source)
        if camera.source.startswith("/dev/") and not source.exists():
            told = f"{source} is not there; it is opened as soon as it is"
            yield Finding(f"source of {name}", "doubtful", told, _to_see_devices() if in_container() else "")


def examine_node(node: Path, card: str, devices: Path = DEVICES) -> Finding | None:
    """Return whether the camera ``card`` can be used at ``node``; None where the node carries no pictures.

    Each obstacle has another remedy: the node is not here, the group may not, the cgroup may not, another has it.
    """
    subject = f"camera {node} ({card})"
    if not node.exists():
        return Finding(subject, "broken", "is plugged in, but has no node here", _to_see_devices())
    try:
        os.close(os.open(node, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC))
    except OSError as error:
        return Finding(subject, "broken", f"cannot be opened: {error.strerror}", _to_open(node, error.errno))
    try:
        return Finding(subject, "works", f"{_formats(node)}; its lasting name is {_lasting_name(node, devices)}")
    except SourceError as error:
        return None if "metadata" in str(error) else Finding(subject, "doubtful", str(error))


def _formats(node: Path) -> str:
    device = V4l2Device(node)
    try:
        found = v4l2.iter_read_formats(device.fileno(), v4l2.BufferType.VIDEO_CAPTURE)
        offered = [each.pixel_format.human_str() for each in found]
        form = device.negotiate(width=None, height=None, fps=None)
    finally:
        device.close()
    return f"offers {', '.join(offered)}; gives {form.width}x{form.height} {form.pixel_format} at {form.fps:g} frames/s"


def _lasting_name(node: Path, devices: Path) -> str:
    for folder in ("by-id", "by-path"):
        for link in sorted((devices / "v4l" / folder).glob("*")):
            if link.resolve() == node.resolve():
                return str(link)
    return f"not known (no {devices}/v4l here)"


def _to_see_devices() -> str:
    return f"docker compose -f docker-compose.yml -f {USB_FILE} up, or add to the service: volumes: [/dev:/dev]"


def _to_open(node: Path, number: int | None) -> str:
    if number == errno.EPERM:
        return 'add to the service: device_cgroup_rules: ["c 81:* rmw"]'
    if number == errno.EACCES:
        group = node.stat().st_gid
        if in_container():
            return f'add to the service: group_add: ["{group}"], or VIDEO_GID={group} to .env'
        return f"sudo usermod -aG {group} $USER, then log in again" if stat.S_IMODE(node.stat().st_mode) & 0o060 else ""
    if number == errno.EBUSY:
        return "end the program that uses it: fuser " + str(node)
    return "unplug it and plug it in again"
