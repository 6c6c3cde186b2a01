"""When a camera that says nothing has stalled, and what is done about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

Phase = Literal["opening", "reading", "waiting"]
Verdict = Literal["fine", "stalled", "reopen", "replace"]

SHORTEST_PATIENCE_SECONDS: Final = 1.0
INTERVALS_OF_PATIENCE: Final = 3
REOPEN_AFTER_STALLED_SECONDS: Final = 5.0
# A thread that is inside a library for so long, though it was asked to come back, is not waited for any more.
REPLACE_AFTER_SECONDS: Final = 10.0
LONGEST_OPEN_SECONDS: Final = 40.0


@dataclass(frozen=True, slots=True)
class Progress:
    """What a worker does, as of monotonic times.

    Attributes:
        phase: ``opening`` its source, ``reading`` pictures from it, or ``waiting`` to try again.
        since: The last sign of life: when the phase began or a picture came.
        asked_at: When it was asked to open its source again and has not yet come back; else None.
    """

    phase: Phase
    since: float
    asked_at: float | None = None


def judge(progress: Progress, now: float, *, interval: float, quiet_until: float = 0.0) -> Verdict:
    """Say how a worker is doing.

    Args:
        progress: What it does.
        now: Monotonic seconds.
        interval: Seconds between its frames as they came lately or are announced; 0 where nobody knows.
        quiet_until: Until then no frame is due.
    """
    if progress.phase == "waiting":
        return "fine"
    if progress.asked_at is not None:
        return "replace" if now - progress.asked_at > REPLACE_AFTER_SECONDS else "stalled"
    silence = now - max(progress.since, quiet_until)
    if progress.phase == "opening":
        return "replace" if silence > LONGEST_OPEN_SECONDS else "fine"
    patience = max(SHORTEST_PATIENCE_SECONDS, INTERVALS_OF_PATIENCE * interval)
    if silence <= patience:
        return "fine"
    return "stalled" if silence <= patience + REOPEN_AFTER_STALLED_SECONDS else "reopen"
