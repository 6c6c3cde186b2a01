"""Kills a counting process again and again, and asks the store what became of its counts."""

from __future__ import annotations

import random
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from prometheus_client import CollectorRegistry
from sqlalchemy import func, select

from services.common.store.engine import open_store, store_url
from services.common.store.schema import crossings
from services.common.store.totals import line_totals
from services.inference.recorder.recording import Place, Recording
from tests.conftest import ROOT
from tests.services.inference.recorder.counter import CAMERA, LINE, SPOOL_BYTES
from tests.waiting import eventually

COUNTER = "tests.services.inference.recorder.counter"


@dataclass
class Outcome:
    """What is left after the kills.

    Attributes:
        announced: Ids that the process said, over all its lives.
        starts: The totals with which each life began.
        stored: Ids of the rows.
        totals: Of the store, from rows and from roll-ups, and as shown by one more start.
    """

    announced: list[str] = field(default_factory=list)
    starts: list[tuple[int, int]] = field(default_factory=list)
    stored: list[str] = field(default_factory=list)
    totals: list[tuple[int, int]] = field(default_factory=list)


def live(folder: Path, url: str | None, seconds: float, per_second: float, outcome: Outcome, *, least: int = 0) -> None:
    """Run the process and kill it ``seconds`` after it announced the ``least`` crossings."""
    command = [sys.executable, "-m", COUNTER, str(folder), "--per-second", str(per_second)]
    command += ["--url", url] if url else []
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        first = process.stdout.readline().split()
        outcome.starts.append((int(first[1]), int(first[2])))
        outcome.announced += [process.stdout.readline().strip() for _ in range(least)]
        with suppress(subprocess.TimeoutExpired):
            process.wait(seconds)
        process.kill()
        outcome.announced += process.stdout.read().split()


def kill_often(folder: Path, url: str | None, kills: int, per_second: float, seed: int) -> Outcome:
    """Let the process live and die ``kills`` times at random, and look."""
    chance = random.Random(seed)
    outcome = Outcome()
    for _ in range(kills):
        # By what it did, and any moment between two crossings: a machine that stalls would let it do nothing.
        seconds, crossings = chance.uniform(0.0, 2 / per_second), chance.randint(0, 100)
        live(folder, url, seconds, per_second, outcome, least=crossings)
    look(folder, url, outcome)
    return outcome


def look(folder: Path, url: str | None, outcome: Outcome) -> None:
    """Start once more, let everything get to the store, and take note of what is there."""
    place = Place(store_url(url, folder), folder, SPOOL_BYTES, retention_days=0)
    recording = Recording(place, None, CollectorRegistry(), lambda: None)
    recording.start()
    eventually(lambda: recording.status().spooled == 0)
    (shown,) = recording.totals(CAMERA, [LINE])
    recording.stop()
    engine = open_store(place.url, "use")
    with engine.begin() as connection:
        outcome.stored = list(connection.execute(select(crossings.c.id).order_by(crossings.c.id)).scalars())
        counted = connection.execute(select(crossings.c.direction, func.count()).group_by(crossings.c.direction))
        rows = {direction: count for direction, count in counted}  # noqa: C416 - dict() does not know rows
        outcome.totals = [
            (rows.get("in", 0), rows.get("out", 0)),
            line_totals(connection).get((CAMERA, LINE), (0, 0)),
            (shown.count_in, shown.count_out),
        ]
    engine.dispose()
