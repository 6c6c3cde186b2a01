"""One Turnstile for all modules: capture and streamer for real, a fake inference between them. A browser for each."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright
from playwright.sync_api import TimeoutError as PlaywrightTimeoutError

from services.common.store.engine import open_store, store_url
from services.common.store.migrate import migrate
from services.common.store.records import Row, SpoolPosition
from services.common.store.write import take_over
from tests.conftest import ROOT
from tests.services.streamer.inference import FakeInference
from tests.services.streamer.support import StreamerProcess, answers, running_streamer
from tests.waiting import eventually

CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
DESK_ONLY = pytest.mark.parametrize("size", ["desk"])
PHONE_ONLY = pytest.mark.parametrize("size", ["phone"])
SIZES = {"desk": {"width": 1440, "height": 900}, "phone": {"width": 390, "height": 844}}
PATIENCE_MS = 20_000
CONFIG = """\
cameras:
  entrance:   # the one with the awning
    source: /no/such/entrance.mp4
    lines: {door: {from: [0.5, 0.1], to: [0.5, 0.9]}}
    zones: {queue: {polygon: [[0.1, 0.5], [0.3, 0.5], [0.3, 0.9], [0.1, 0.9]]}}
"""

expect.set_options(timeout=PATIENCE_MS)


@dataclass
class Stack:
    """What a dashboard is of."""

    inference: FakeInference
    streamer: StreamerProcess
    config: Path
    data: Path

    def store(self, *rows: Row) -> None:
        """Put rows into the store."""
        engine = open_store(store_url(None, self.data / "counts"), "own")
        with engine.begin() as connection:
            take_over(connection, rows, SpoolPosition("test", 0, 0))
        engine.dispose()

    def asked(self) -> dict[str, Any]:
        """Return the configuration in force."""
        config: dict[str, Any] = self.streamer.get("/api/config").json()
        return config


# Not for the whole session: Playwright's event loop would stand in the way of other modules' own.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.skip(f"needs a browser, there is none at {CHROMIUM}; set CHROMIUM to its path")
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        )


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    with TemporaryDirectory(prefix="tst-") as name, FakeInference(f"ipc://{name}/inference") as inference:
        folder = Path(name)
        data, config = folder / "data", folder / "turnstile.yaml"
        (data / "counts").mkdir(parents=True)
        engine = open_store(store_url(None, data / "counts"), "own")
        migrate(engine)
        engine.dispose()
        config.write_text(CONFIG)
        inference.add("entrance")
        ports = [free_port(), free_port()]
        with (
            running_capture(folder, config, ports[0]),
            running_streamer(
                f"ipc://{name}/inference", ports[1], folder, capture_port=str(ports[0]), data_dir=str(data)
            ) as streamer,
        ):
            eventually(lambda: streamer.get("/readyz").status_code == 200, 60)
            yield Stack(inference, streamer, config, data)


@pytest.fixture
def fresh(stack: Stack) -> Stack:
    """The same, with the configuration as it was."""
    stack.config.write_text(CONFIG)
    return stack


@pytest.fixture(params=list(SIZES))
def size(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture
def page(browser: Browser, stack: Stack, size: str) -> Iterator[Page]:
    """The dashboard at each size; it must not complain about anything, nor ask anybody else."""
    context = browser.new_context(
        viewport=SIZES[size],  # type: ignore[arg-type]
        has_touch=size == "phone",
        locale="en-GB",
        timezone_id="Europe/Berlin",
        reduced_motion="reduce",
    )
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda message: complaints.append(message.text) if is_ours(message) else None)
    requested: list[str] = []
    page.on("request", lambda request: requested.append(request.url))
    page.set_default_timeout(PATIENCE_MS)
    open_page(page, stack.streamer.url)
    yield page
    context.close()
    assert not complaints
    own = (stack.streamer.url + "/", f"blob:{stack.streamer.url}/")
    assert all(url.startswith(own) for url in requested), requested


def open_page(page: Page, url: str) -> None:
    """Open the dashboard; again, where the machine's network changed in between, as Chromium gives up then."""
    page.goto(url)
    for _ in range(3):
        with suppress(PlaywrightTimeoutError):
            page.locator("#nav a").first.wait_for(timeout=PATIENCE_MS / 4)
            return
        page.reload()


def is_ours(message: Any) -> bool:
    """Say whether a message is a mistake of the page: a refusal that it shows is none, nor is the machine's network."""
    if message.type != "error":
        return False
    refused = "/static/" not in message.location["url"] and "Failed to load resource" in message.text
    return not refused and "ERR_NETWORK_CHANGED" not in message.text


@contextmanager
def running_capture(folder: Path, config: Path, port: int) -> Iterator[None]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TURNSTILE_")}
    environment |= {
        "TURNSTILE_CONFIG": str(config),
        "TURNSTILE_CAPTURE_PORT": str(port),
        "TURNSTILE_IPC_DIR": str(folder),
        "TURNSTILE_DATA_DIR": str(folder / "data"),
    }
    command = [sys.executable, "-m", "services.cli", "capture"]
    with (folder / "capture.log").open("wb") as output:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stderr=output)
        try:
            eventually(lambda: process.poll() is not None or answers(port), 60)
            yield
        finally:
            process.terminate()
            status = process.wait(20)
    assert status == 0, (folder / "capture.log").read_text()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
