"""CPU time and memory of processes and their children."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

import psutil


@dataclass(frozen=True, slots=True)
class CpuReading:
    """CPU seconds used so far.

    Attributes:
        at: Monotonic seconds.
        of_pid: User and system time of each process of the tree.
        machine: Time that all processors together were busy, with what was stolen from them.
        ours: Of this process and all it started.
    """

    at: float
    of_pid: dict[int, float]
    machine: float
    ours: float

    @classmethod
    def of(cls, pid: int) -> Self:
        """Read the clocks of ``pid`` and its descendants, and of the machine."""
        times = psutil.cpu_times()
        machine = sum(times) - times.idle - getattr(times, "iowait", 0.0)
        ours = sum(_cpu_seconds(os.getpid()).values())
        return cls(time.monotonic(), _cpu_seconds(pid), machine, ours)


@dataclass(frozen=True, slots=True)
class CpuUse:
    """CPU used between two readings, in processors (1.0 is one processor always busy).

    Attributes:
        own: By the tree that was read.
        others: By programs that have nothing to do with the bench: how far to trust the figures.
    """

    own: float
    others: float

    @classmethod
    def between(cls, sooner: CpuReading, later: CpuReading) -> Self:
        """Return the use from one reading to the next; a process started in between counts whole."""
        seconds = later.at - sooner.at
        own = sum(max(0.0, cpu - sooner.of_pid.get(pid, 0.0)) for pid, cpu in later.of_pid.items())
        foreign = (later.machine - sooner.machine) - (later.ours - sooner.ours)
        return cls(own / seconds, max(0.0, foreign / seconds))


@dataclass(frozen=True, slots=True)
class MemoryUse:
    """Memory of a tree of processes, in MB (10^6 bytes).

    Attributes:
        rss: Resident sets added up: what is shared counts once for each process.
        pss: What is shared, divided among those that share it: what the machine really gave. None where unreadable.
    """

    rss: float
    pss: float | None

    @classmethod
    def of(cls, pid: int) -> Self:
        """Measure ``pid`` and its descendants."""
        rss = pss = 0.0
        readable = True
        for process in _tree(pid):
            try:
                rss += process.memory_info().rss / 1e6
                pss += process.memory_full_info().pss / 1e6
            except psutil.AccessDenied:
                readable = False
            except psutil.NoSuchProcess:
                continue
        return cls(rss, pss if readable else None)


def child_with(pid: int, word: str) -> int | None:
    """Return the child of ``pid`` that has ``word`` as an argument of its command line."""
    for process in _tree(pid):
        try:
            if process.pid != pid and word in process.cmdline():
                return int(process.pid)
        except psutil.NoSuchProcess:
            continue
    return None


def _cpu_seconds(pid: int) -> dict[int, float]:
    seconds = {}
    for process in _tree(pid):
        try:
            times = process.cpu_times()
        except psutil.NoSuchProcess:
            continue
        seconds[process.pid] = times.user + times.system
    return seconds


def _tree(pid: int) -> Iterator[psutil.Process]:
    try:
        root = psutil.Process(pid)
        yield root
        yield from root.children(recursive=True)
    except psutil.NoSuchProcess:
        return
