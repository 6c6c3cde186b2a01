"""A streamer over a store with known rows, on SQLite and on PostgreSQL."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
import pytest

from services.common.store.engine import open_store, store_url
from services.common.store.migrate import migrate
from services.common.store.records import Row, SampleRow, SpoolPosition
from services.common.store.write import take_over
from tests.services.common.store.rows import HOUR, SECOND, correction, crossing, ns, visit
from tests.services.streamer.inference import FakeInference
from tests.services.streamer.support import StreamerProcess, running_streamer
from tests.waiting import eventually

BERLIN = "Europe/Berlin"
NOON = ns("2026-03-01T12:00:00")
MINUTE = 60 * SECOND


def known_rows() -> list[Row]:
    """Around noon UTC of a day in March; and on both days on which Berlin's clocks change."""
    wrong = crossing(NOON + 7 * MINUTE)
    return [
        *(crossing(NOON + n * MINUTE, "in" if n % 2 else "out") for n in range(10)),
        wrong,
        correction(wrong),
        crossing(NOON + 3 * HOUR, line="side", label="dog"),
        crossing(ns("2026-03-29T00:30:00", BERLIN)),
        crossing(ns("2026-03-29T03:30:00", BERLIN)),
        crossing(ns("2026-03-29T23:30:00", BERLIN)),
        visit(NOON, NOON + 30 * SECOND),
        visit(NOON + 10 * SECOND, NOON + 100 * SECOND),
        SampleRow(NOON, "entrance", "queue", 1),
        SampleRow(NOON + 10 * SECOND, "entrance", "queue", 2),
        SampleRow(NOON + 30 * SECOND, "entrance", "queue", 1),
    ]


@dataclass
class Served:
    """A streamer, the inference that it listens to, and their store."""

    streamer: StreamerProcess
    client: httpx.Client
    inference: FakeInference
    url: str | None
    folder: Path

    def add(self, *rows: Row) -> None:
        """Write rows, as inference does."""
        engine = open_store(store_url(self.url, self.folder / "counts"), "own")
        with engine.begin() as connection:
            take_over(connection, rows, SpoolPosition("test", 1, 1))
        engine.dispose()


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def served(request: pytest.FixtureRequest) -> Iterator[Served]:
    url = request.getfixturevalue("postgres").new_database() if request.param == "postgres" else None
    with TemporaryDirectory(prefix="tst-") as name, socket.socket() as probe:
        folder = Path(name)
        (folder / "counts").mkdir()
        engine = open_store(store_url(url, folder / "counts"), "own")
        migrate(engine)
        engine.dispose()
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        settings = {"data_dir": name, **({"database_url": url} if url else {})}
        bus = f"ipc://{folder}/inference"
        with FakeInference(bus) as inference, running_streamer(bus, port, folder, **settings) as streamer:
            inference.add("entrance")
            with httpx.Client(base_url=streamer.url, timeout=20) as client:
                served = Served(streamer, client, inference, url, folder)
                served.add(*known_rows())
                eventually(lambda: client.get("/api/cameras").json())
                yield served
