"""A camera on HTTP: 1920x1080 MJPEG at a steady rate, the time of sending drawn into each picture.

Run as a process of its own, ``python -m tests.bench.source --fps 30``, it prints its port as JSON once it can serve.
``GET /`` is the stream; ``GET /stats`` says how many pictures were sent and how many slots were missed.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import socket
import threading
import time
from collections.abc import Sequence
from typing import Final

from tests.bench.scene import CLIP, clip_pictures, generated_pictures
from tests.bench.splice import StampedJpeg

QUALITY: Final = 80  # about 180 KB a picture, what a webcam sends at 1080p
MAX_PICTURES: Final = 302  # the whole clip: ten seconds
SEND_TIMEOUT_SECONDS: Final = 5.0
STREAM_HEAD: Final = (
    b"HTTP/1.0 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary=frame\r\n"
    b"Cache-Control: no-store\r\nConnection: close\r\n\r\n"
)


class Camera:
    """Serves its pictures to each client at ``fps``, at absolute times, skipping those a client is too slow for."""

    def __init__(self, pictures: Sequence[StampedJpeg], fps: float) -> None:
        self._pictures = pictures
        self._interval_ns = round(1e9 / fps)
        self._stamping = threading.Lock()  # a picture's strip is painted in place
        self.sent = 0
        self.missed = 0

    def serve(self, client: socket.socket) -> None:
        """Answer one request; returns when the client is gone."""
        with client, contextlib.suppress(ConnectionError, TimeoutError):
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            client.settimeout(SEND_TIMEOUT_SECONDS)
            request = client.recv(65536)
            if request.startswith(b"GET /stats "):
                self._send_stats(client)
            else:
                client.sendall(STREAM_HEAD)
                self._stream(client)

    def _send_stats(self, client: socket.socket) -> None:
        body = json.dumps({"sent": self.sent, "missed": self.missed}).encode()
        client.sendall(b"HTTP/1.0 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n" + body)

    def _stream(self, client: socket.socket) -> None:
        start = time.monotonic_ns()
        slot = 0
        while True:
            pause = start + slot * self._interval_ns - time.monotonic_ns()
            if pause > 0:
                time.sleep(pause / 1e9)
            client.sendall(self._part(slot))
            self.sent += 1
            following = max(slot + 1, (time.monotonic_ns() - start) // self._interval_ns)
            self.missed += following - slot - 1
            slot = following

    def _part(self, slot: int) -> bytes:
        with self._stamping:
            jpeg = self._pictures[slot % len(self._pictures)].at(time.time_ns() // 1000)
        head = f"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: {len(jpeg)}\r\n\r\n"
        return head.encode() + jpeg + b"\r\n"


def load_pictures(limit: int = MAX_PICTURES) -> list[StampedJpeg]:
    """Encode the scene, once."""
    pictures = clip_pictures(CLIP, limit) if CLIP.exists() else generated_pictures(min(limit, 120))
    return [StampedJpeg(picture, QUALITY) for picture in pictures]


def main() -> None:
    """Serve until the process is ended."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fps", type=float, default=30.0)
    parser.add_argument("--port", type=int, default=0)
    options = parser.parse_args()
    camera = Camera(load_pictures(), options.fps)
    with socket.create_server(("127.0.0.1", options.port)) as listener, contextlib.suppress(KeyboardInterrupt):
        print(json.dumps({"port": listener.getsockname()[1]}), flush=True)
        while True:
            client, _ = listener.accept()
            threading.Thread(target=camera.serve, args=(client,), name="client", daemon=True).start()


if __name__ == "__main__":
    main()
