"""What the history costs: a year of one busy door, asked for and exported; many event streams; recording.

``python -m tests.bench.store [--rows 5000000] [--url postgresql://…]``: a line of JSON for each figure.
"""

from __future__ import annotations

import argparse
import json
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import httpx
import psutil
from prometheus_client import CollectorRegistry
from sqlalchemy import Engine, insert, select, text

from proto.turnstile_pb2 import DIRECTION_IN, Crossing
from services.common.event_ids import EVENT_IDS, EventIds
from services.common.store.engine import open_store, store_url
from services.common.store.migrate import migrate
from services.common.store.schema import SLOT_NS, crossing_rollups, crossings
from services.common.store.totals import weight
from services.inference.recorder.recording import Place, Recording
from tests.conftest import ROOT
from tests.services.streamer import inference as fake
from tests.services.streamer.support import StreamerProcess, running_streamer
from tests.waiting import eventually

YEAR: Final = timedelta(days=365)
END: Final = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
BATCH: Final = 20_000
SSE_CLIENTS: Final = 200
SSE_SECONDS: Final = 30.0
EVENTS_PER_SECOND: Final = 2.0
# A process of its own, so that reading is not counted as serving: opens streams and reads them until it is ended.
READER: Final = """
import selectors, socket, sys
port, count = map(int, sys.argv[1:])
ready = selectors.DefaultSelector()
for _ in range(count):
    client = socket.create_connection(("127.0.0.1", port))
    client.sendall(b"GET /api/events HTTP/1.1\\r\\nHost: bench\\r\\n\\r\\n")
    ready.register(client, selectors.EVENT_READ)
print("open", flush=True)
received = 0
while True:
    for key, _ in ready.select():
        received += key.fileobj.recv(65536).count(b"event: crossing")
    print(received, flush=True)
"""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=5_000_000)
    parser.add_argument("--url", help="PostgreSQL; by default SQLite in a temporary folder")
    options = parser.parse_args()
    with TemporaryDirectory(prefix="turnstile-bench-") as name:
        folder = Path(name)
        (folder / "counts").mkdir()
        _say("recording", **record(folder / "recorded", options.url))
        engine = open_store(store_url(options.url, folder / "counts"), "own")
        migrate(engine)
        begun = time.monotonic()
        seed(engine, options.rows)
        engine.dispose()
        _say("store", rows=options.rows, seeding_s=round(time.monotonic() - begun, 1))
        with fake.FakeInference(f"ipc://{folder}/inference") as inference:
            inference.add("entrance")
            settings = {"data_dir": name, **({"database_url": options.url} if options.url else {})}
            with running_streamer(f"ipc://{folder}/inference", _free_port(), folder, **settings) as streamer:
                eventually(lambda: streamer.get("/readyz").status_code == 200)
                ask(streamer)
                export(streamer)
                stream_events(streamer, inference)


def record(folder: Path, url: str | None) -> dict[str, float]:
    """Return what recording one crossing costs the thread that counts, microseconds."""
    folder.mkdir()
    recording = Recording(Place(store_url(url, folder), folder, 64 << 20, 0), None, CollectorRegistry(), lambda: None)
    recording.start()
    pause, took = threading.Event(), []
    for _ in range(2000):
        crossing = Crossing(
            id=EVENT_IDS.next(), time_ns=time.time_ns(), camera="entrance", line="door", direction=DIRECTION_IN
        )
        begun = time.perf_counter()
        recording.crossings([crossing])
        took.append((time.perf_counter() - begun) * 1e6)
        pause.wait(0.005)
    recording.stop()
    cuts = statistics.quantiles(took, n=100)
    return {"median_us": round(cuts[49], 1), "p95_us": round(cuts[94], 1), "p99_us": round(cuts[98], 1)}


def seed(engine: Engine, rows: int) -> None:
    """Fill ``crossings`` with a year that ends now, evenly, and the roll-ups that follow from it."""
    clock_ns = [0]
    ids = EventIds(lambda: clock_ns[0])
    begin_ns = round((END - YEAR).timestamp()) * 1_000_000_000
    step = round(YEAR.total_seconds() * 1e9) // rows

    def row(number: int) -> dict[str, Any]:
        clock_ns[0] = time_ns = begin_ns + number * step
        return {
            "id": ids.next(), "time_ns": time_ns, "camera": "entrance", "line": "door", "late": False,
            "direction": "out" if number % 2 else "in", "label": "person", "track": number % 100_000,
            "confidence": 0.871, "x": 0.4921, "y": 0.6133, "corrects": None,
        }  # fmt: skip

    for first in range(0, rows, BATCH):
        with engine.begin() as connection:
            connection.execute(insert(crossings), [row(n) for n in range(first, min(rows, first + BATCH))])
    with engine.begin() as connection:
        table = crossings.c
        slot = (table.time_ns // SLOT_NS * SLOT_NS).label("slot_ns")
        key = (table.camera, table.line, table.label, slot)
        sums = select(*key, weight("in"), weight("out")).group_by(*key)
        connection.execute(insert(crossing_rollups).from_select(crossing_rollups.c.keys(), sums))
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("ANALYZE"))


def ask(streamer: StreamerProcess) -> None:
    """Measure counts as a client gets them."""
    week = {"from": (END - timedelta(days=7)).isoformat(), "to": END.isoformat()}
    year = {"from": (END - YEAR).isoformat(), "to": END.isoformat()}
    day = {"from": (END - timedelta(days=1)).isoformat(), "to": END.isoformat()}
    with httpx.Client(base_url=streamer.url, timeout=60) as client:
        for name, path, query in (
            ("counts by hour for a week", "/api/counts", {**week, "bucket": "1h", "timezone": "Europe/Berlin"}),
            ("counts by day for a year", "/api/counts", {**year, "bucket": "1d", "timezone": "Europe/Berlin"}),
            ("counts by day for a year, Kolkata", "/api/counts", {**year, "bucket": "1d", "timezone": "Asia/Kolkata"}),
            ("counts by 5 minutes for a day", "/api/counts", {**day, "bucket": "5m"}),
            ("a page of crossings", "/api/crossings", {**year, "limit": "100"}),
            ("the last page of crossings", "/api/crossings", {**year, "limit": "100", "order": "desc"}),
        ):
            took = []
            for _ in range(15):
                begun = time.perf_counter()
                client.get(path, params=query).raise_for_status()
                took.append((time.perf_counter() - begun) * 1000)
            _say(
                name,
                first_ms=round(took[0], 1),
                median_ms=round(statistics.median(took), 1),
                worst_ms=round(max(took), 1),
            )


def export(streamer: StreamerProcess) -> None:
    """Measure the CSV of the whole year, and what memory it takes the streamer."""
    process = psutil.Process(streamer.process.pid)
    before = highest = process.memory_info().rss
    query = {"from": (END - YEAR).isoformat(), "to": END.isoformat(), "format": "csv"}
    begun, lines = time.perf_counter(), 0
    with httpx.stream("GET", f"{streamer.url}/api/crossings", params=query, timeout=60) as answer:
        for number, piece in enumerate(answer.iter_raw(1 << 20)):
            lines += piece.count(b"\n")
            if number % 20 == 0:
                highest = max(highest, process.memory_info().rss)
    took = time.perf_counter() - begun
    _say(
        "csv", rows=lines - 1, seconds=round(took, 1), rows_per_s=round(lines / took), grew_mb=(highest - before) >> 20
    )


def stream_events(streamer: StreamerProcess, inference: fake.FakeInference) -> None:
    """Measure the streamer's CPU with many event streams open."""
    process = psutil.Process(streamer.process.pid)
    for clients in (0, SSE_CLIENTS):
        with _readers(streamer.port, clients):
            eventually(lambda clients=clients: streamer.metric("turnstile_event_clients") == clients)  # type: ignore[misc]
            begun, used = time.monotonic(), sum(process.cpu_times()[:2])
            pause = threading.Event()
            while time.monotonic() - begun < SSE_SECONDS:
                _cross(inference)
                pause.wait(1 / EVENTS_PER_SECOND)
            share = (sum(process.cpu_times()[:2]) - used) / (time.monotonic() - begun)
            _say("server-sent events", clients=clients, core_percent=round(share * 100, 2))


def _cross(inference: fake.FakeInference) -> None:
    analysis = inference.cameras["entrance"].camera.analysis

    def add() -> None:
        analysis.crossings.add(
            id=EVENT_IDS.next(), time_ns=time.time_ns(), camera="entrance", line="door", direction=DIRECTION_IN
        )
        del analysis.crossings[:-256]

    inference.do(add)


@contextmanager
def _readers(port: int, clients: int) -> Iterator[None]:
    command = [sys.executable, "-c", READER, str(port), str(clients)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.kill()
        process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _say(what: str, **figures: object) -> None:
    print(json.dumps({"what": what, **figures}), flush=True)


if __name__ == "__main__":
    main()
