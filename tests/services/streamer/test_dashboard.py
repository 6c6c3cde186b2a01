"""The dashboard in a real browser: the picture moves, totals move, offline is said."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from proto.turnstile_pb2 import CAMERA_STATE_OFFLINE
from tests.services.streamer.inference import FakeInference
from tests.services.streamer.support import StreamerProcess, eventually

CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
# The brightness of the middle of a camera's picture, as the browser shows it now.
BRIGHTNESS = """(image) => {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 1;
  const context = canvas.getContext("2d");
  context.drawImage(image, 0, 0, 1, 1);
  return context.getImageData(0, 0, 1, 1).data[0];
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.skip(f"needs a browser, there is none at {CHROMIUM}; set CHROMIUM to its path")
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        )


@pytest.fixture
def page(browser: Browser, streamer: StreamerProcess) -> Iterator[Page]:
    """The dashboard; it must not complain about anything."""
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    requested: list[str] = []
    page.on("request", lambda request: requested.append(request.url))
    page.goto(streamer.url)
    yield page
    page.close()
    assert not complaints
    assert all(url.startswith(streamer.url + "/") for url in requested), requested


def test_picture_moves_and_totals_follow(page: Page, inference: FakeInference) -> None:
    card = page.locator('[data-camera="entrance"]')
    expect(card.locator(".state")).to_have_text("Live")
    expect(card.locator(".in .number")).to_have_text("3")
    expect(page.locator("#link")).to_have_text("Connected")
    picture = card.locator(".picture")
    eventually(lambda: picture.evaluate("(image) => image.naturalWidth") == 320)
    seen: set[int] = set()

    def moves() -> bool:
        seen.add(picture.evaluate(BRIGHTNESS))
        return len(seen) >= 3

    eventually(moves)
    for number in range(4):
        inference.cross("entrance", f"000{number}")
    expect(card.locator(".in .number")).to_have_text("7")
    expect(page.locator("#all-in")).to_have_text("7")
    expect(page.locator("#activity li")).to_have_count(4)


def test_offline_camera_says_why(page: Page, inference: FakeInference) -> None:
    card = page.locator('[data-camera="entrance"]')
    expect(card.locator(".state")).to_have_text("Live")
    inference.change("entrance", CAMERA_STATE_OFFLINE, "the cable was pulled")
    expect(card.locator(".state")).to_have_text("Offline")
    expect(card.locator(".cause")).to_have_text("the cable was pulled")
    expect(card.locator(".capture")).to_have_text("\u2013")


def test_streams_are_few_and_end_out_of_sight(page: Page, inference: FakeInference) -> None:
    for number in range(6):
        inference.add(f"camera-{number}")
    expect(page.locator(".camera")).to_have_count(7)
    page.set_viewport_size({"width": 1440, "height": 4000})
    streams = page.locator('.picture[src^="/stream/"]')
    expect(streams).to_have_count(4)
    expect(page.locator('.picture[src^="/snapshot/"]')).to_have_count(3)
    page.set_viewport_size({"width": 500, "height": 300})
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    eventually(lambda: inference.cameras["entrance"].annotated.readers == 0)
    expect(page.locator('[data-camera="entrance"] .picture[src=""]')).to_have_count(1)


@pytest.mark.parametrize("width", [1440, 390])
def test_fits_the_screen(page: Page, width: int, tmp_path: Path) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    expect(page.locator(".camera .state")).to_have_text("Live")
    assert page.evaluate("document.documentElement.scrollWidth") == width
    page.screenshot(path=tmp_path / f"dashboard-{width}.png")
    assert (tmp_path / f"dashboard-{width}.png").stat().st_size > 5000
