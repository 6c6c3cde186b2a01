"""Why a service refused to start, told where others can ask: a container's health check reads it."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

log = logging.getLogger(__name__)

# Names the file. Unset, nobody asks, and a service that refuses ends at once.
VARIABLE: Final = "TURNSTILE_REFUSAL"
# A container's engine starts it again when it ends: often enough to notice that the mistake was mended.
HOLD_SECONDS: Final = 10.0


def clear() -> None:
    """Forget what an earlier process in this place said."""
    if path := os.environ.get(VARIABLE):
        Path(path).unlink(missing_ok=True)


def hold(problems: Sequence[str], wait: Callable[[float], object]) -> None:
    """Tell ``problems`` for a while, where somebody may ask, before the process ends.

    Args:
        problems: Sentences for people.
        wait: Waits so many seconds, or until the process is to end.
    """
    path = os.environ.get(VARIABLE)
    if not path:
        return
    try:
        Path(path).write_text("; ".join(problems) + "\n", encoding="utf-8")
    except OSError as error:
        log.warning("cannot write %s: %s", path, error.strerror)
    wait(HOLD_SECONDS)
