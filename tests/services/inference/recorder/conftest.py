"""A recording in the test's own process, on SQLite and on PostgreSQL."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry
from sqlalchemy import Engine, select

from proto.turnstile_pb2 import DIRECTION_IN, DIRECTION_OUT, STORE_STATE_READY, Crossing
from services.common.event_ids import EVENT_IDS
from services.common.store.engine import FILE_NAME, open_store, store_url
from services.common.store.schema import crossings
from services.inference.recorder.recording import Place, Recording
from services.inference.recorder.reset_points import DailyReset
from tests.waiting import eventually

MB = 1 << 20


def crossing(way: str = "in", *, time_ns: int | None = None, line: str = "door", corrects: str = "") -> Crossing:
    return Crossing(
        id=EVENT_IDS.next(),
        time_ns=time_ns or time.time_ns(),
        camera="entrance",
        line=line,
        direction=DIRECTION_IN if way == "in" else DIRECTION_OUT,
        track=7,
        label="person",
        confidence=0.9,
        x=0.5,
        y=0.25,
        corrects=corrects,
    )


class Lab:
    """Recordings over one folder and one store, one after the other."""

    def __init__(self, folder: Path, url: str | None) -> None:
        self.folder = folder
        self.url = store_url(url, folder)
        self._engine: Engine = open_store(self.url, "use")
        self._running: list[Recording] = []

    def start(
        self, *, spool_bytes: int = 64 * MB, daily: DailyReset | None = None, retention_days: int = 0
    ) -> Recording:
        self.registry = CollectorRegistry()
        place = Place(self.url, self.folder, spool_bytes, retention_days)
        recording = Recording(place, daily, self.registry, lambda: None)
        self._running.append(recording)
        recording.start()
        return recording

    def stop(self, recording: Recording) -> None:
        self._running.remove(recording)
        recording.stop()

    def close(self) -> None:
        for recording in self._running:
            recording.stop()
        self._engine.dispose()

    def stored(self) -> list[str]:
        """Return the ids of the rows in the order in which they were written."""
        with self._engine.begin() as connection:
            return list(connection.execute(select(crossings.c.id).order_by(crossings.c.id)).scalars())

    def engine(self) -> Engine:
        return self._engine

    def lock(self) -> closing[sqlite3.Connection]:
        """Keep everybody else from writing to SQLite for as long as the connection is open."""
        connection = sqlite3.connect(self.folder / FILE_NAME, isolation_level=None)
        connection.execute("BEGIN IMMEDIATE")
        return closing(connection)


def shown(recording: Recording, line: str = "door") -> tuple[int, int]:
    (total,) = recording.totals("entrance", [line])
    return total.count_in, total.count_out


def settle(recording: Recording) -> None:
    """Wait until the store has everything."""
    eventually(lambda: recording.status().state == STORE_STATE_READY and recording.status().spooled == 0)


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    """On SQLite."""
    lab = Lab(tmp_path, None)
    yield lab
    lab.close()


@pytest.fixture
def make_lab(tmp_path: Path) -> Iterator[Callable[[str | None], Lab]]:
    labs: list[Lab] = []

    def make(url: str | None) -> Lab:
        labs.append(Lab(tmp_path, url))
        return labs[-1]

    yield make
    for lab in labs:
        lab.close()
