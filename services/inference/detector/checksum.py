"""Files that must be the very ones that were released."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final

from services.inference.detector.types import ModelError

SUMS: Final = "SHA256SUMS"


def verify(path: Path, expected: str) -> None:
    """Check that ``path`` has the SHA-256 ``expected`` (hexadecimal).

    Raises:
        ModelError: It has another one, or cannot be read.
    """
    try:
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ModelError(f"{path}: cannot be read: {error.strerror}") from error
    if found != expected:
        raise ModelError(f"{path}: was altered or damaged: its SHA-256 is {found[:12]}…, not {expected[:12]}…")


def verify_folder(folder: Path) -> None:
    """Check every file that ``folder``/SHA256SUMS names (the format of ``sha256sum``).

    Raises:
        ModelError: One is missing or another one; the message names it.
    """
    sums = folder / SUMS
    try:
        lines = sums.read_text("ascii").splitlines()
    except OSError as error:
        raise ModelError(f"{sums}: cannot be read: {error.strerror}") from error
    for line in lines:
        expected, _, name = line.partition("  ")
        verify(folder / name, expected)
