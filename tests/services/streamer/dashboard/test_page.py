"""What holds for every page: it fits, nothing is wrong for those who cannot see or point, it keeps what it fetched."""

from __future__ import annotations

import json
import re

import httpx
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.services.streamer.dashboard.conftest import DESK_ONLY, Stack
from tests.waiting import eventually

PAGES = {
    "live": "#/",
    "camera": "#/camera/entrance",
    "editor": "#/camera/entrance/edit",
    "history": "#/history",
    "events": "#/events",
    "system": "#/system",
    "cameras": "#/cameras",
}
READY = {
    "live": ".camera .state",
    "camera": ".counts tbody tr",
    "editor": ".shape-item",
    "history": ".chart .axis",
    "events": ".empty, .event",
    "system": ".flow",
    "cameras": ".fleet .card",
}


def visit(page: Page, name: str) -> None:
    page.evaluate("(hash) => { location.hash = hash; }", PAGES[name])
    expect(page.locator(READY[name]).first).to_be_attached()


def test_axe_finds_nothing_and_pages_fit(page: Page, size: str) -> None:
    page.emulate_media(color_scheme="dark" if size == "phone" else "light")
    for name in PAGES:
        visit(page, name)
        found = Axe().run(page).response["violations"]
        assert not found, (name, json.dumps(found, indent=1)[:3000])
        width = page.viewport_size["width"] if page.viewport_size else 0
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name


@DESK_ONLY
def test_keyboard_alone_gets_everywhere(page: Page) -> None:
    expect(page.locator(".camera .state").first).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the page")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#page")).to_be_focused()
    history = page.get_by_role("navigation").get_by_role("link", name="History")
    history.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1, name="History")).to_be_focused()
    expect(history).to_have_attribute("aria-current", "page")


def test_nothing_moves_while_the_page_loads(page: Page, stack: Stack) -> None:
    page.add_init_script(
        "window.shift = 0; new PerformanceObserver((list) => { for (const entry of list.getEntries())"
        " if (!entry.hadRecentInput) window.shift += entry.value; }).observe({type: 'layout-shift', buffered: true});"
    )
    for name in ("live", "history", "system"):
        page.goto(f"{stack.streamer.url}/{PAGES[name]}")
        page.reload()
        expect(page.locator(READY[name]).first).to_be_attached()
        assert page.evaluate("window.shift") < 0.1, name  # "good" by https://web.dev/articles/cls


def test_theme_is_chosen_and_kept(page: Page, size: str) -> None:
    if size == "phone":
        visit(page, "system")
    scheme = "getComputedStyle(document.body).backgroundColor"
    page.emulate_media(color_scheme="light")
    light = page.evaluate(scheme)
    button = page.get_by_role("button", name=re.compile("^Theme"))
    button.last.click()
    button.last.click()
    expect(button.last).to_have_accessible_name("Theme: dark")
    assert page.evaluate(scheme) != light
    page.reload()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"


@DESK_ONLY
def test_the_server_that_went_away_is_told(page: Page) -> None:
    expect(page.locator("#link")).to_have_text("Connected")
    page.route("**/api/cameras", lambda route: route.abort())
    expect(page.locator("#link")).to_have_text("No answer")
    page.unroute("**/api/cameras")
    expect(page.locator("#link")).to_have_text("Connected")


def test_files_are_kept_by_their_content(stack: Stack) -> None:
    answer = stack.streamer.get("/")
    assert answer.headers["Cache-Control"] == "no-cache"
    policy = answer.headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    addresses = re.findall(r'(?:href|src)="(/static/[^"]+)"', answer.text)
    assert len({address.split("/")[2] for address in addresses}) == 1
    for address in addresses:
        file = stack.streamer.get(address)
        assert file.status_code == 200, address
        assert "immutable" in file.headers["Cache-Control"]
    script = next(address for address in addresses if address.endswith("main.js"))
    assert stack.streamer.get(script).headers["Content-Type"].startswith("text/javascript")
    old = stack.streamer.get("/static/0123456789abcdef/js/main.js")
    assert (old.status_code, old.headers["Cache-Control"]) == (200, "no-cache")
    assert stack.streamer.get("/static/0123456789abcdef/..%2Fdashboard.py").status_code == 404


def test_foreign_pages_change_nothing(stack: Stack) -> None:
    nobody = f"{stack.streamer.url}/api/config/cameras/nobody"
    own = {"If-Match": "x", "Content-Type": "application/json"}

    def status(headers: dict[str, str]) -> int:
        return httpx.patch(nobody, headers=headers, content=b"{}", timeout=20).status_code

    assert status(own) == 404
    assert status(own | {"Sec-Fetch-Site": "same-origin"}) == 404
    assert status(own | {"Origin": stack.streamer.url}) == 404
    for foreign in (
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "http://evil.example"},
    ):
        assert status(own | foreign) == 403
    assert status({"If-Match": "x"}) == 415


def test_reads_need_no_store_and_no_capture(stack: Stack) -> None:
    eventually(lambda: stack.streamer.get("/api/config").status_code == 200)
    assert stack.streamer.get("/api/config").headers["X-Turnstile-Read-Only"] == "false"
