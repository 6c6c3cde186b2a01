"""The machine, or the container: its processors, memory and disk, and the folders that have to be writable."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from services.common.finding import Finding
from services.common.settings import Settings
from services.common.surroundings import in_container

LOW_DISK_BYTES: Final = 1 << 30


def examine_machine() -> Iterator[Finding]:
    """Yield what there is to work with."""
    place = "a container" if in_container() else "this machine"
    groups = ", ".join(str(group) for group in sorted(set(os.getgroups()))) or "none"
    yield Finding(place, "works", f"runs as user {os.getuid()}, groups {groups}, {_cpus()} processors")
    yield _temporary()


def examine_folders(settings: Settings) -> Iterator[Finding]:
    """Yield whether what is to be kept can be."""
    yield _folder("data folder", settings.data_dir)


def _cpus() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _temporary() -> Finding:
    try:
        with tempfile.TemporaryFile():
            return Finding("temporary files", "works", f"can be written in {tempfile.gettempdir()}")
    except OSError as error:
        remedy = 'tmpfs: ["/tmp"]' if in_container() else "set TMPDIR to a folder that can be written"
        return Finding("temporary files", "broken", f"cannot be written: {error.strerror or error}", remedy)


def _folder(subject: str, folder: Path) -> Finding:
    existing = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    try:
        with tempfile.TemporaryFile(dir=existing):
            free = shutil.disk_usage(existing).free
    except OSError as error:
        remedy = f"give user {os.getuid()} the right to write there, or set TURNSTILE_DATA_DIR to another folder"
        return Finding(subject, "broken", f"{folder} cannot be written: {error.strerror or error}", remedy)
    told = f"{folder} can be written, {free / (1 << 30):.1f} GB free"
    return Finding(subject, "doubtful" if free < LOW_DISK_BYTES else "works", told)
