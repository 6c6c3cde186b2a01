"""The wall of cameras: pictures move, totals follow, what is offline says so, and streams are few."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from proto.turnstile_pb2 import CAMERA_STATE_LIVE, CAMERA_STATE_OFFLINE
from services.common.event_ids import EventIds
from tests.services.streamer.dashboard.conftest import Stack
from tests.waiting import eventually

IDS = EventIds()
# The brightness of the middle of a camera's picture, as the browser shows it now.
BRIGHTNESS = """(image) => {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 1;
  const context = canvas.getContext("2d");
  context.drawImage(image, 0, 0, 1, 1);
  return context.getImageData(0, 0, 1, 1).data[0];
}"""


def test_picture_moves_and_totals_follow(page: Page, stack: Stack) -> None:
    card = page.locator('.camera[data-camera="entrance"]')
    expect(card.locator(".state")).to_have_text("Live")
    into = card.locator("td.in .number")
    expect(into).not_to_be_empty()
    before = int(into.inner_text())
    picture = card.locator(".picture")
    eventually(lambda: picture.evaluate("(image) => image.naturalWidth") == 320)
    seen: set[int] = set()

    def moves() -> bool:
        seen.add(picture.evaluate(BRIGHTNESS))
        return len(seen) >= 3

    eventually(moves)
    for _ in range(4):
        stack.inference.cross("entrance", IDS.next())
    expect(into).to_have_text(str(before + 4))
    expect(page.locator(".page-head .in dd")).to_have_text(str(before + 4))
    expect(page.locator(".page-head .within dd")).to_have_text(str(before + 3))
    expect(page.locator("#latest li .where").first).to_have_text("entrance · door")
    expect(page.locator("#link")).to_have_attribute("data-state", "open")
    expect(card.locator(".age")).to_contain_text("ms")


def test_offline_camera_says_why(page: Page, stack: Stack) -> None:
    card = page.locator('.camera[data-camera="entrance"]')
    expect(card.locator(".state")).to_have_text("Live")
    stack.inference.change("entrance", CAMERA_STATE_OFFLINE, "the cable was pulled")
    expect(card.locator(".state")).to_have_text("Offline")
    expect(card.locator(".cause")).to_have_text("the cable was pulled")
    expect(card.locator(".age")).to_contain_text("since")
    stack.inference.change("entrance", CAMERA_STATE_LIVE)
    expect(card.locator(".cause")).to_be_hidden()


def test_one_camera_fills_the_window(page: Page) -> None:
    page.locator('.camera[data-camera="entrance"] h2 a').click()
    expect(page.get_by_role("heading", level=1)).to_have_text("entrance")
    expect(page.locator(".stage .state")).to_have_text("Live")
    expect(page.locator(".counts tbody th")).to_have_text("door")
    page.locator(".stage").get_by_role("button", name="Full screen").click()
    eventually(lambda: page.evaluate("document.fullscreenElement?.className") == "stage")
    page.keyboard.press("f")
    eventually(lambda: page.evaluate("document.fullscreenElement") is None)
    page.get_by_role("link", name="Back to all cameras").click()
    expect(page.locator(".camera")).to_have_count(1)
