"""What is told when several files fail at once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from services.common.errors import UsageError
from services.inference.analyze.run import Observer, telling_observer

FULL = Path("/dev/full")


@contextmanager
def buffered(path: Path) -> Iterator[Observer]:
    """Have something to write when the file is closed."""
    with path.open("w", encoding="ascii") as file:
        file.write("not written yet")
        yield lambda _: None


def test_a_disk_that_is_full_under_two_files_is_told_in_a_sentence() -> None:
    told = "^/dev/full cannot be written: no space left on device$"
    with pytest.raises(UsageError, match=told), telling_observer(FULL, buffered(FULL)):
        raise UsageError("out.mp4 cannot be written: no space left on device")


def test_what_else_goes_wrong_is_not_taken_for_the_file(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="the camera"), telling_observer(tmp_path / "file", buffered(tmp_path / "file")):
        raise OSError("the camera")
    assert (tmp_path / "file").read_text() == "not written yet"
