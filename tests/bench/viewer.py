"""The viewer that measures: distinct pictures per second, and how old each was when its last byte arrived.

While it measures it only receives, as a browser on another machine would cost nothing here; the stamps are read
afterwards. As a process of its own, ``python -m tests.bench.viewer URL``, it prints JSON lines: ``{"event": "start"}``
once warm, ``{"event": "end"}``, then the result.
"""

from __future__ import annotations

import argparse
import json
import socket
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Final
from urllib.parse import urlsplit

import cv2
import numpy as np

from tests.bench.figures import percentile
from tests.bench.multipart import Part, Received, read_parts
from tests.bench.scene import HEIGHT, WIDTH
from tests.bench.strip import Pixels, StripGeometry, read_stamp

RECEIVE_BYTES: Final = 1 << 18
SILENCE_SECONDS: Final = 10.0
GEOMETRY: Final = StripGeometry(WIDTH, HEIGHT)
# Tried in turn: what costs least first.
DECODINGS: Final = (cv2.IMREAD_REDUCED_GRAYSCALE_8, cv2.IMREAD_GRAYSCALE)


@dataclass(frozen=True, slots=True)
class Viewing:
    """What one viewer saw. Latencies are from stamp to last byte, in ms; NaN where no stamp could be read."""

    seconds: float
    parts: int
    distinct: int
    unreadable: int
    fps: float
    p50_ms: float
    p95_ms: float
    p99_ms: float
    longest_gap_ms: float
    part_bytes: list[int]


def record(url: str, seconds: float) -> Iterator[Received]:
    """Yield what an MJPEG stream sends for ``seconds``, counted from the connection.

    Raises:
        OSError: Nobody answers, or nothing came for ten seconds.
    """
    with open_stream(url) as client:
        client.settimeout(SILENCE_SECONDS)
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            data = client.recv(RECEIVE_BYTES)
            yield time.time_ns(), data
            if not data:
                return


def open_stream(url: str) -> socket.socket:
    """Return a connection on which ``url`` was asked for."""
    parts = urlsplit(url)
    client = socket.create_connection((parts.hostname or "", parts.port or 80), timeout=SILENCE_SECONDS)
    client.sendall(f"GET {parts.path or '/'} HTTP/1.1\r\nHost: {parts.netloc}\r\n\r\n".encode())
    return client


def summarise(parts: list[Part], start_ns: int, end_ns: int) -> Viewing:
    """Return the figures of the parts that were complete between two wall clock times in ns."""
    seen = [part for part in parts if start_ns <= part.complete_ns < end_ns]
    stamps = [stamp_of(part) for part in seen]
    first_seen: dict[int, int] = {}
    for part, stamp in zip(seen, stamps, strict=True):
        if stamp is not None:
            first_seen.setdefault(stamp, part.complete_ns)
    latencies = [complete / 1e6 - stamp / 1e3 for stamp, complete in first_seen.items()]
    times = sorted([start_ns, *first_seen.values(), end_ns])
    seconds = (end_ns - start_ns) / 1e9
    return Viewing(
        seconds=seconds,
        parts=len(seen),
        distinct=len(first_seen),
        unreadable=stamps.count(None),
        fps=len(first_seen) / seconds,
        p50_ms=percentile(latencies, 50) if latencies else float("nan"),
        p95_ms=percentile(latencies, 95) if latencies else float("nan"),
        p99_ms=percentile(latencies, 99) if latencies else float("nan"),
        longest_gap_ms=max(later - sooner for sooner, later in pairwise(times)) / 1e6,
        part_bytes=[len(part.jpeg) for part in seen],
    )


def stamp_of(part: Part) -> int | None:
    """Return when the picture left the camera, in microseconds since the epoch; None where it cannot be read."""
    data = np.frombuffer(part.jpeg, np.uint8)
    for decoding in DECODINGS:
        # None where it is no whole JPEG, which OpenCV's types do not tell.
        gray: Pixels | None = cv2.imdecode(data, decoding)  # type: ignore[assignment]
        if gray is not None and (stamp := read_stamp(gray, GEOMETRY, part.complete_ns // 1000)) is not None:
            return stamp
    return None


def main() -> None:
    """Watch, then print what was seen."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("--warm-up", type=float, default=3.0, help="seconds before the measurement")
    parser.add_argument("--seconds", type=float, default=10.0)
    options = parser.parse_args()
    recording: list[Received] = []
    start_ns = time.time_ns() + round(options.warm_up * 1e9)
    warm = False
    for received in record(options.url, options.warm_up + options.seconds):
        recording.append(received)
        if not warm and received[0] >= start_ns:
            warm = True
            print(json.dumps({"event": "start"}), flush=True)
    print(json.dumps({"event": "end"}), flush=True)
    end_ns = start_ns + round(options.seconds * 1e9)
    print(json.dumps(asdict(summarise(read_parts(recording), start_ns, end_ns))), flush=True)


if __name__ == "__main__":
    main()
