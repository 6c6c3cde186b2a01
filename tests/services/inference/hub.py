"""A hub of models on this machine: one that serves, and one that never says a word."""

from __future__ import annotations

import hashlib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """Serve ``folder``; give the address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def silent() -> Iterator[str]:
    """Accept, and never answer; give the address."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


def untrained_weights(path: Path) -> str:
    """Write a YOLO26n that has learnt nothing but knows the word person; return the file's SHA-256."""
    from ultralytics.models import YOLO

    yolo = YOLO("yolo26n.yaml", task="detect")
    network: Any = yolo.model
    network.names = {**network.names, 0: "person"}
    yolo.save(path)
    return hashlib.sha256(path.read_bytes()).hexdigest()
