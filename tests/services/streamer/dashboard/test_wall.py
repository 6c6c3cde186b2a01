"""Many cameras: streams are few, and end where nobody sees them. Comes last, since its cameras stay."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.services.streamer.dashboard.conftest import Stack
from tests.waiting import eventually


def test_streams_are_few_and_end_out_of_sight(page: Page, stack: Stack) -> None:
    names = [f"camera-{number}" for number in range(6)]
    for name in names:
        if name not in stack.inference.cameras:
            stack.inference.add(name)
    expect(page.locator(".camera")).to_have_count(7)
    width = page.viewport_size["width"] if page.viewport_size else 0
    page.set_viewport_size({"width": width, "height": 6000})
    expect(page.locator('.picture[src^="/stream/"]')).to_have_count(4)
    expect(page.locator('.picture[src^="/snapshot/"]')).to_have_count(3)
    page.set_viewport_size({"width": width, "height": 300})
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    expect(page.locator('.camera[data-camera="entrance"] .picture')).to_have_attribute("src", "")
    eventually(lambda: stack.inference.cameras["entrance"].annotated.readers == 0)
    page.evaluate("location.hash = '#/history'")
    eventually(lambda: all(stack.inference.cameras[name].annotated.readers == 0 for name in names))
