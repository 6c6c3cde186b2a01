"""One viewing: a number of viewers at a running design for a while, one of them measuring."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Final, Self, TypeVar

from tests.bench.designs import Running, Turnstile
from tests.bench.procs import Process
from tests.bench.usage import CpuReading, CpuUse
from tests.bench.viewer import Viewing

ANSWER_SECONDS: Final = 60.0

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Span:
    """How long things are looked at, in seconds."""

    warm_up: float
    measure: float
    memory: float


@dataclass(frozen=True, slots=True)
class Watched:
    """What one viewer saw, and what it took to show it to all of them.

    Attributes:
        viewers: How many watched, the measuring one included.
        seconds: Between the two readings that the figures below come from.
        cpu: Of the process watched for its CPU and its descendants.
        others_frames: Pictures that the other viewers received, all together.
        detect_fps: Pictures that went through the detector, per second; NaN where the design does not tell.
        missed: Pictures that the camera could not send in time.
    """

    viewers: int
    viewing: Viewing
    seconds: float
    cpu: CpuUse
    others_frames: float
    detect_fps: float
    missed: int

    @property
    def others_fps(self) -> float:
        """Pictures per second to each viewer but the measuring one, on average."""
        return self.others_frames / self.seconds / (self.viewers - 1)

    @property
    def viewer_frames_per_second(self) -> float:
        """Pictures delivered per second, to all viewers together."""
        return self.others_frames / self.seconds + self.viewing.parts / self.viewing.seconds

    @property
    def cpu_us_per_viewer_frame(self) -> float:
        """CPU time of one picture to one viewer, in microseconds."""
        rate = self.viewer_frames_per_second
        return self.cpu.own * 1e6 / rate if rate else float("nan")


@dataclass(frozen=True, slots=True)
class Unwatched:
    """What a design does while nobody looks."""

    cpu: CpuUse
    detect_fps: float
    encoded: float


@dataclass(frozen=True, slots=True)
class _Reading:
    cpu: CpuReading
    received: int
    missed: int
    detected: float

    @classmethod
    def of(cls, running: Running, pid: int, crowd: Readers) -> Self:
        return cls(CpuReading.of(pid), crowd.received(), running.missed(), running.detected())


class Readers:
    """Viewers that only receive, in a process of their own."""

    def __init__(self, process: Process) -> None:
        self._process = process

    def received(self) -> int:
        """Return the bytes that all of them received so far."""
        return sum(self._process.ask(ANSWER_SECONDS)["received"])


@contextmanager
def readers(url: str, count: int, logs: Path) -> Iterator[Readers]:
    """Attach ``count`` readers to ``url``; go on when each has received something."""
    with Process.of_module("readers", url, "--count", count, logs=logs) as process:
        if count:
            process.hear(ANSWER_SECONDS)
        yield Readers(process)


def watch(running: Running, viewers: int, span: Span, logs: Path, *, cpu_of: int | None = None) -> Watched:
    """Watch with ``viewers``, one of them measuring; ``cpu_of`` is the process to read, the design's root if None."""
    pid = running.process.pid if cpu_of is None else cpu_of
    with readers(running.stream, viewers - 1, logs) as crowd:
        before, after, viewing = _measure(running, span, logs, lambda: _Reading.of(running, pid, crowd))
    seconds = after.cpu.at - before.cpu.at
    size = fmean(viewing.part_bytes) if viewing.part_bytes else float("inf")
    return Watched(
        viewers=viewers,
        viewing=viewing,
        seconds=seconds,
        cpu=CpuUse.between(before.cpu, after.cpu),
        others_frames=(after.received - before.received) / size,
        detect_fps=(after.detected - before.detected) / seconds,
        missed=after.missed - before.missed,
    )


def bare_cost_us(running: Running, sizes: Sequence[int], fps: float, count: int, span: Span, logs: Path) -> float:
    """Send parts of ``sizes`` from a bare loop to ``count`` readers, while one viewer watches ``running`` as before.

    Returns:
        CPU time of sending one part to one reader, in microseconds.
    """
    with Process.of_module("bare", "--fps", fps, "--count", count, logs=logs) as bare:
        url = f"http://127.0.0.1:{bare.ask(ANSWER_SECONDS, list(sizes))['port']}/"

        def read() -> tuple[CpuReading, int]:
            return CpuReading.of(bare.pid), bare.ask(ANSWER_SECONDS)["sent"]

        with readers(url, count, logs):
            before, after, _ = _measure(running, span, logs, read)
    seconds = after[0].at - before[0].at
    return CpuUse.between(before[0], after[0]).own * seconds * 1e6 / (after[1] - before[1])


def leave_alone(ours: Turnstile, seconds: float) -> Unwatched:
    """Let Turnstile run for ``seconds`` with nobody watching."""
    before, detected, encoded = CpuReading.of(ours.process.pid), ours.detected(), ours.encoded()
    time.sleep(seconds)
    after = CpuReading.of(ours.process.pid)
    return Unwatched(
        cpu=CpuUse.between(before, after),
        detect_fps=(ours.detected() - detected) / (after.at - before.at),
        encoded=ours.encoded() - encoded,
    )


def _measure(running: Running, span: Span, logs: Path, read: Callable[[], T]) -> tuple[T, T, Viewing]:
    """Let the measuring viewer watch; return what ``read`` gave as it began and as it ended, and what it saw."""
    arguments = (running.stream, "--warm-up", span.warm_up, "--seconds", span.measure)
    with Process.of_module("viewer", *arguments, logs=logs) as viewer:
        viewer.hear(span.warm_up + ANSWER_SECONDS)
        before = read()
        viewer.hear(span.measure + ANSWER_SECONDS)
        return before, read(), Viewing(**viewer.hear(ANSWER_SECONDS))
