"""A client that was away is sent what it missed, by any replica, from the store."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from proto.turnstile_pb2 import STORE_STATE_READY, STORE_STATE_UNREACHABLE, Crossing, Store
from services.common.event_ids import EventIds
from services.common.store.engine import open_store, store_url
from services.common.store.migrate import migrate
from services.common.store.records import CrossingRow, SpoolPosition
from services.common.store.write import take_over
from tests.services.streamer.inference import FakeInference
from tests.services.streamer.support import StreamerProcess, running_streamer
from tests.services.streamer.test_events import EventClient
from tests.waiting import eventually

IDS = EventIds()


class Rows:
    """Writes crossings to a store, as inference does."""

    def __init__(self, folder: Path) -> None:
        (folder / "counts").mkdir(parents=True, exist_ok=True)
        self._engine = open_store(store_url(None, folder / "counts"), "own")
        migrate(self._engine)
        self._written = 0

    def add(self, *ids: str) -> None:
        self._written += len(ids)
        rows = [CrossingRow(i, time.time_ns(), "entrance", "door", "in", "person", 5, 0.9, 0.5, 0.25) for i in ids]
        with self._engine.begin() as connection:
            take_over(connection, rows, SpoolPosition("test", 1, self._written))

    def close(self) -> None:
        self._engine.dispose()


@pytest.fixture
def rows(ipc_dir: Path) -> Iterator[Rows]:
    rows = Rows(ipc_dir)
    yield rows
    rows.close()


@pytest.fixture
def replica(bus: str, inference: FakeInference, ipc_dir: Path) -> Iterator[Callable[[], StreamerProcess]]:
    """Start streamers that share a store."""
    running = []

    def start() -> StreamerProcess:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        context = running_streamer(bus, port, ipc_dir, data_dir=str(ipc_dir))
        streamer = context.__enter__()
        running.append(context)
        eventually(lambda: streamer.get("/readyz").status_code == 200)
        return streamer

    yield start
    for context in running:
        context.__exit__(None, None, None)


def test_another_replica_knows_what_was_missed(
    replica: Callable[[], StreamerProcess], rows: Rows, inference: FakeInference
) -> None:
    ids = [IDS.next() for _ in range(1200)]
    rows.add(*ids)
    with EventClient(replica().port, ids[99]) as client:
        assert client.crossings(1100) == ids[100:]
        live = IDS.next()
        inference.cross("entrance", live)
        assert client.crossings(1) == [live]


def test_what_is_heard_and_what_is_stored_come_once_and_in_order(
    replica: Callable[[], StreamerProcess], rows: Rows, inference: FakeInference
) -> None:
    ids = [IDS.next() for _ in range(6)]
    rows.add(*ids[:4])  # the last two are still on their way to the store
    for each in ids[2:]:
        inference.cross("entrance", each)
    with EventClient(replica().port, ids[0]) as client:
        assert client.crossings(5) == ids[1:]


def test_crossings_wait_until_the_store_has_what_was_missed(
    replica: Callable[[], StreamerProcess], rows: Rows, inference: FakeInference
) -> None:
    ids = [IDS.next() for _ in range(400)]
    rows.add(ids[0])
    inference.store = Store(state=STORE_STATE_UNREACHABLE, cause="it is away", spooled=399)
    streamer = replica()
    eventually(lambda: streamer.get("/api/store").json()["spooled"] == 399)
    with EventClient(streamer.port, ids[0]) as client:
        assert client.next()[0] == "state"
        newest = IDS.next()
        inference.cross("entrance", newest)
        eventually(lambda: streamer.get("/api/crossings", params={"limit": 1}).status_code == 200)
        rows.add(*ids[1:])
        inference.store = Store(state=STORE_STATE_READY)
        assert client.crossings(400) == [*ids[1:], newest]


def test_a_replica_that_was_cut_off_for_long_fills_the_gap(
    replica: Callable[[], StreamerProcess], rows: Rows, inference: FakeInference
) -> None:
    streamer = replica()
    with EventClient(streamer.port) as client:
        ids = [IDS.next() for _ in range(600)]
        inference.cross("entrance", ids[0])
        assert client.crossings(1) == ids[:1]
        rows.add(*ids)
        # As after a cut: of 599 crossings inference names the last 256.
        crossings = [Crossing(id=i, camera="entrance", line="door", time_ns=time.time_ns()) for i in ids[-256:]]

        def name_them() -> None:
            analysis = inference.cameras["entrance"].camera.analysis
            del analysis.crossings[:]
            analysis.crossings.extend(crossings)

        inference.do(name_them)
        assert client.crossings(599) == ids[1:]


def test_resume_by_the_address(replica: Callable[[], StreamerProcess], rows: Rows) -> None:
    ids = [IDS.next() for _ in range(3)]
    rows.add(*ids)
    with EventClient(replica().port, path=f"/api/events?last_event_id={ids[0]}") as client:
        assert client.crossings(2) == ids[1:]


def test_without_a_store_history_is_503_and_live_goes_on(streamer: StreamerProcess, inference: FakeInference) -> None:
    answer = streamer.get("/api/counts")
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "5"
    assert "the store cannot be used now" in answer.json()["detail"]
    with EventClient(streamer.port) as client:
        crossing_id = IDS.next()
        inference.cross("entrance", crossing_id)
        assert client.crossings(1) == [crossing_id]
