"""The least that a fan-out can cost: a loop of ``socket.sendall`` of the same bytes to the same readers.

``python -m tests.bench.bare --fps 30 --count 50`` reads the sizes of its parts from standard input (a JSON list),
prints its port, waits for ``count`` connections, and prints for every further line on standard input how many parts
it sent.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import socket
import sys
import threading
import time
from collections.abc import Sequence

from tests.bench.source import STREAM_HEAD


class BareSender:
    """Sends parts of the given sizes to every client, at ``fps``."""

    def __init__(self, sizes: Sequence[int], fps: float) -> None:
        self._parts = [os.urandom(size) for size in sizes]
        self._interval = 1 / fps
        self.sent = 0

    def run(self, clients: Sequence[socket.socket]) -> None:
        """Send until a client is gone."""
        start = time.monotonic()
        slot = 0
        with contextlib.suppress(ConnectionError):
            while True:
                part = self._parts[slot % len(self._parts)]
                for client in clients:
                    client.sendall(part)
                    self.sent += 1
                slot += 1
                time.sleep(max(0.0, start + slot * self._interval - time.monotonic()))


def main() -> None:
    """Send until standard input ends."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fps", type=float, default=30.0)
    parser.add_argument("--count", type=int, default=50)
    options = parser.parse_args()
    sender = BareSender(json.loads(sys.stdin.readline()), options.fps)
    with socket.create_server(("127.0.0.1", 0), backlog=options.count) as listener:
        print(json.dumps({"port": listener.getsockname()[1]}), flush=True)
        clients = [listener.accept()[0] for _ in range(options.count)]
    for client in clients:
        client.recv(65536)
        client.sendall(STREAM_HEAD)
    threading.Thread(target=sender.run, args=(clients,), name="sender", daemon=True).start()
    with contextlib.suppress(KeyboardInterrupt):
        while sys.stdin.readline():
            print(json.dumps({"sent": sender.sent}), flush=True)


if __name__ == "__main__":
    main()
