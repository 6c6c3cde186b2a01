"""Files that are replaced whole: whoever reads, also after a power cut, sees the old content or the new one."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Final

NEW_FILE_MODE: Final = 0o600  # a source may hold a password


def replace_file(path: Path, text: str) -> None:
    """Write ``text`` to ``path``; a symbolic link stays one, and an existing file keeps its mode.

    Raises:
        OSError: It cannot be written; what was there is as it was.
    """
    path = path.resolve()
    mode = path.stat().st_mode & 0o777 if path.exists() else NEW_FILE_MODE
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            os.fchmod(file.fileno(), mode)
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except OSError:
        Path(temporary).unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
