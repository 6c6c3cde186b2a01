"""A progress bar with the time that is left, on standard error where that is a terminal."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from types import TracebackType
from typing import TYPE_CHECKING

from services.inference.analyze.reader import VideoInfo

if TYPE_CHECKING:
    from rich.progress import Progress


class ProgressBar:
    """The bar of one video; a context manager. Elsewhere than on a terminal it shows nothing.

    Args:
        label: Which video it is.
        info: Of the video.
    """

    def __init__(self, label: str, info: VideoInfo) -> None:
        # The images leave rich out, and half a second of imports is worth nothing to a script.
        self._bar = _bar() if sys.stderr.isatty() and find_spec("rich") else None
        self._task = self._bar.add_task(label, total=info.frames or None) if self._bar else None

    def __enter__(self) -> ProgressBar:
        if self._bar is not None:
            self._bar.start()
        return self

    def __exit__(self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None) -> None:
        if self._bar is not None:
            self._bar.stop()

    def advance(self, _: object) -> None:
        """Count one frame."""
        if self._bar is not None and self._task is not None:
            self._bar.advance(self._task)


def _bar() -> Progress:
    from services.inference.analyze.bar import make_bar  # noqa: PLC0415 - it imports rich

    return make_bar()
