"""The process: its end with viewers attached, and mistakes at its start."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.services.streamer.inference import FakeInference, jpeg
from tests.services.streamer.support import StreamClient, running_streamer
from tests.waiting import eventually


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_stops_with_viewers_attached(
    inference: FakeInference, bus: str, free_port: int, ipc_dir: Path, number: signal.Signals
) -> None:
    inference.cameras["entrance"].pictures = [jpeg(level, padding=150_000) for level in (60, 120)]
    with running_streamer(bus, free_port, ipc_dir) as streamer:
        eventually(lambda: streamer.get("/readyz").status_code == 200)
        with (
            StreamClient(streamer.port, "/stream/entrance") as one,
            StreamClient(streamer.port, "/stream/entrance?raw=1") as two,
            StreamClient(streamer.port, "/stream/entrance", receive_buffer=20_000) as stalled,
            socket.create_connection(("127.0.0.1", streamer.port)) as events,
        ):
            events.sendall(b"GET /api/events HTTP/1.1\r\nHost: test\r\n\r\n")
            events.settimeout(20)
            events.recv(10_000)
            for client in (one, two, stalled):
                client.head()
            one.part()
            two.part()
            skipped = 'turnstile_frames_skipped_total{camera="entrance",cause="slow_viewer",kind="annotated"}'
            eventually(lambda: streamer.metric(skipped) > 0)
            streamer.process.send_signal(number)
            assert streamer.process.wait(20) == 0
            for client in (one, two, stalled):
                assert client.ended()
        assert "did not stop" not in streamer.log.read_text(), "it ends by itself within DESIGN.md's three seconds"
    eventually(lambda: inference.cameras["entrance"].annotated.readers == 0)


def test_port_in_use_is_named(bus: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        command = [sys.executable, "-c", "from services.cli import main; main()", "streamer"]
        environment = {"TURNSTILE_PORT": str(port), "TURNSTILE_INFERENCE_BUS": bus}
        result = subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False
        )
    assert result.returncode == 2
    assert result.stderr == f"turnstile streamer: port {port} on 127.0.0.1 is in use by another program\n"
