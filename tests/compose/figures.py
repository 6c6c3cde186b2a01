"""What the containers cost and bear, as a table: ``python -m tests.compose.figures``, on a machine that does nothing else.

The pictures are a video file's under /media where one is given (``--media FILE``), else a 1080p demo scene's.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.bench.figures import percentile
from tests.bench.multipart import Part, Received, read_parts
from tests.bench.viewer import record
from tests.compose.audience import Audience
from tests.compose.stack import MADE_HERE, Stack, docker, until

SECONDS: Final = 10.0
CROWD: Final = 100
SCENE: Final = "demo://plaza?people=15&size=1920x1080&fps=30"
# Of the public python:3.11-slim-bookworm, unpacked; an engine without a registry has another base under that name.
PUBLIC_BASE_MB: Final = 125
BASE: Final = "python:3.11-slim-bookworm"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table."""

    what: str
    figure: str


def main() -> None:
    """Measure everything and print it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--media", type=Path)
    parser.add_argument("--model", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for row in measure(Path(folder), options.media, options.model):
            print(f"| {row.what} | {row.figure} |", flush=True)


def measure(folder: Path, media: Path | None, model: Path | None) -> Iterator[Row]:
    """Yield the rows; the stack is gone afterwards."""
    settings = {"STREAMS_PER_ADDRESS": "1000", "REQUESTS_PER_SECOND": "1000", "TURNSTILE_SOURCE": SCENE}
    if media:
        settings |= {"TURNSTILE_SOURCE": f"/media/{media.name}", "TURNSTILE_MEDIA_DIR": str(media.parent)}
    if model:
        settings |= {"TURNSTILE_MODEL": f"/models/{model.name}", "TURNSTILE_MODEL_DIR": str(model.parent)}
    stack = Stack("turnstile-figures", folder, **settings)
    stack.down()
    try:
        yield from sizes(stack)
        yield from start(stack)
        yield from through_nginx(stack)
        yield from crowd(stack)
        yield from kills(stack)
        yield from roll(stack)
    finally:
        stack.down()


def sizes(stack: Stack) -> Iterator[Row]:
    """Yield what each image adds to its base, and with the public base."""
    config = json.loads(stack.compose("config", "--format", "json").stdout)
    base = int(docker("image", "inspect", "-f", "{{.Size}}", BASE))
    for service in MADE_HERE:
        size = int(docker("image", "inspect", "-f", "{{.Size}}", config["services"][service]["image"]))
        own = (size - base) / 1e6
        yield Row(f"image {service}", f"{own:.0f} MB + base of {PUBLIC_BASE_MB} MB = {own + PUBLIC_BASE_MB:.0f} MB")


def start(stack: Stack) -> Iterator[Row]:
    """Yield how long `docker compose up` takes to the first picture with boxes."""
    begun = time.monotonic()
    stack.up()
    up = time.monotonic() - begun
    until(stack.detecting, "people to be detected")
    yield Row("up to first annotated frame", f"{time.monotonic() - begun:.1f} s (the command itself {up:.1f} s)")


def through_nginx(stack: Stack) -> Iterator[Row]:
    """Yield what nginx adds to each picture, seen by two viewers at the same time."""
    urls = {
        "direct": f"http://{address(stack, 'streamer')}:8000/stream/main",
        "nginx": f"http://{address(stack, 'nginx')}:8080/stream/main",
    }
    seen: dict[str, list[Part]] = {}
    threads = [threading.Thread(target=_watch, args=(url, name, seen), name=name) for name, url in urls.items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    direct = {hash(part.jpeg): part.complete_ns for part in seen["direct"]}
    added = [(part.complete_ns - direct[hash(part.jpeg)]) / 1e6 for part in seen["nginx"] if hash(part.jpeg) in direct]
    size = statistics.mean(len(part.jpeg) for part in seen["nginx"]) / 1e3
    told = (
        f"p50 {percentile(added, 50):+.2f} ms, p95 {percentile(added, 95):+.2f} ms, p99 {percentile(added, 99):+.2f} ms"
    )
    yield Row("through nginx over without", f"{told} ({len(added)} pictures of {size:.0f} KB)")


def address(stack: Stack, service: str) -> str:
    """Return the address of the first container of ``service`` in the inner network."""
    return stack.address(stack.containers(service)[0])


def _watch(url: str, name: str, seen: dict[str, list[Part]]) -> None:
    recording: list[Received] = list(record(url, SECONDS))
    seen[name] = read_parts(recording)


def crowd(stack: Stack) -> Iterator[Row]:
    """Yield what a hundred viewers over three replicas get, and what that costs."""
    stack.up(scale=3)
    until(lambda: stack.serving(3), "three streamers that nginx knows")
    one = list(record(f"http://{address(stack, 'nginx')}:8080/stream/main", 3.0))
    part_bytes = statistics.mean(len(part.jpeg) for part in read_parts(one))
    with readers(f"http://{address(stack, 'nginx')}:8080/stream/main", CROWD) as ask:
        time.sleep(3)
        before, begun = ask(), time.monotonic()
        busy = busy_seconds()
        time.sleep(SECONDS)
        received = [after - b for after, b in zip(ask(), before, strict=True)]
        elapsed = time.monotonic() - begun
        cpu = (busy_seconds() - busy) / elapsed
        shares = docker("stats", "--no-stream", "--format", "{{.Name}} {{.CPUPerc}}")
        spread = stack.viewers()
    rates = sorted(count / part_bytes / elapsed for count in received)
    used = ", ".join(line.removeprefix(f"{stack.name}-") for line in shares.splitlines() if stack.name in line)
    yield Row(
        f"{CROWD} viewers over three replicas",
        f"frames/s min {rates[0]:.1f}, p50 {rates[len(rates) // 2]:.1f}; {sum(received) / elapsed / 1e6:.0f} MB/s; "
        f"viewers {spread}; {cpu:.2f} processors of the machine busy; {used}",
    )


@contextmanager
def readers(url: str, count: int) -> Iterator[Callable[[], list[int]]]:
    """Have ``count`` viewers in a process of their own, and give what asks them how much each has received."""
    command = [sys.executable, "-m", "tests.bench.readers", url, "--count", str(count)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        stdin, stdout = process.stdin, process.stdout
        assert json.loads(stdout.readline())["connected"] == count

        def ask() -> list[int]:
            stdin.write("\n")
            found: list[int] = json.loads(stdout.readline())["received"]
            return found

        yield ask
        stdin.close()


def busy_seconds() -> float:
    """Return the processor time that this machine has spent on anything, seconds."""
    fields = [int(field) for field in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]]
    idle = fields[3] + fields[4]
    return (sum(fields[:8]) - idle) / 100


def kills(stack: Stack) -> Iterator[Row]:
    """Yield how long after SIGKILL of each container people are counted again."""
    stack.up(scale=1)
    for service in ("capture", "inference", "streamer", "nginx", "postgres", "prometheus"):
        until(stack.detecting, "people to be detected")
        container = stack.containers(service)[0]
        started = stack.inspect(container)["State"]["StartedAt"]
        begun = time.monotonic()
        stack.kill(container)
        until(lambda: stack.inspect(container)["State"]["StartedAt"] != started, f"{service} to be started")  # noqa: B023
        until(lambda: stack.live() and stack.detecting(), "the picture to be back")
        yield Row(f"SIGKILL of {service} to counting again", f"{time.monotonic() - begun:.1f} s")


def roll(stack: Stack) -> Iterator[Row]:
    """Yield what thirty viewers miss while three streamers are restarted one after another."""
    stack.up(scale=3)
    until(lambda: stack.serving(3), "three streamers that nginx knows")
    with Audience(stack.port, "/stream/main?fps=10", 30) as audience:
        until(audience.all_watch, "thirty viewers to see something")
        audience.forget_gaps()
        for container in stack.containers("streamer"):
            docker("restart", "-t", "5", container)
            until(lambda: stack.serving(3) and sum(stack.viewers()) == 30, "everybody to watch")
        yield Row("rolling three streamers, 30 viewers", f"longest gap of any {audience.longest_gap():.2f} s")


if __name__ == "__main__":
    main()
