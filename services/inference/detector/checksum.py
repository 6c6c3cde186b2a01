"""Files that must be the very ones that were released."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Final

from services.inference.detector.types import ModelError

SUMS: Final = "SHA256SUMS"
LINE: Final = re.compile(r"(?P<sum>[0-9a-fA-F]{64}) [ *](?P<name>.+)")


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


def has_sums(path: Path) -> bool:
    """Return whether ``path`` is a folder that says what its files must be."""
    try:
        return (path / SUMS).is_file()
    except OSError:  # it may not be entered, which is told when its model is read
        return False


def verify_folder(folder: Path) -> None:
    """Check every file that ``folder``/SHA256SUMS names (the format of ``sha256sum``).

    Raises:
        ModelError: One is missing or another one; the message names it.
    """
    sums = folder / SUMS
    try:
        lines = sums.read_text("utf-8").splitlines()
    except OSError as error:
        raise ModelError(f"{sums}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ModelError(f"{sums}: cannot be read: it is no text") from error
    for number, line in enumerate(lines, 1):
        listed = LINE.fullmatch(line)
        if listed is None:
            raise ModelError(f"{sums}:{number}: is not as sha256sum writes it: a SHA-256, two spaces, a file's name")
        verify(folder / listed["name"], listed["sum"].lower())
