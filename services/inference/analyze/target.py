"""Files that appear whole under their name, or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import av

from services.common.errors import UsageError
from services.common.video_frames import reason


def check_target(path: Path, *, overwrite: bool) -> None:
    """Refuse what could not be written, before any work is done.

    Raises:
        UsageError: The file is there already, or its folder is not, or may not be written to.
    """
    if path.is_dir():
        raise UsageError(f"{path} is a folder; name the file that is to be written")
    if path.exists() and not overwrite:
        raise UsageError(f"{path} exists already; give another name, or --overwrite to replace it")
    if not path.parent.is_dir():
        raise UsageError(f"{path} cannot be written: there is no folder {path.parent}")
    if not os.access(path.parent, os.W_OK):
        raise UsageError(f"{path} cannot be written: {path.parent} may not be written to by this user")


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Give a name beside ``path`` to write to; it becomes ``path`` if all goes well, and is removed otherwise."""
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        yield partial
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


@contextmanager
def telling(path: Path) -> Iterator[None]:
    """Turn what keeps ``path`` from being written into a sentence.

    Raises:
        UsageError: It cannot be written: no space is left, or whatever the system says.
    """
    try:
        yield
    except av.FFmpegError as error:
        raise UsageError(f"{path} cannot be written: {reason(error)}") from error
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {(error.strerror or str(error)).lower()}") from error
