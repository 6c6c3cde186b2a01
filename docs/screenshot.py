"""Takes the pictures of the dashboard: every page at two sizes, of a demo that runs. Usage: screenshot.py URL [FOLDER].

Each is made small with a palette of 256 colours.
"""

from __future__ import annotations

import io
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM: Final = "/usr/bin/chromium"
FLAGS: Final = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
SIZES: Final = {"": (1440, 900), "-phone": (390, 844)}
PATIENCE_MS: Final = 180_000
MOVING: Final = "() => [...document.querySelectorAll('img.picture')].some((image) => image.naturalWidth > 0)"
WELL: Final = "!document.querySelector('.cause:not([hidden])')"


@dataclass(frozen=True)
class Shot:
    """One page.

    Attributes:
        address: Behind the #.
        ready: True in the page once there is something to see.
        choose: What is clicked before.
    """

    address: str
    ready: str
    choose: str | None = None
    dark: bool = False


SHOTS: Final = {
    # Until a few have crossed, there is little to see.
    "dashboard": Shot("/", f"() => ({MOVING})() && document.querySelectorAll('#latest li').length > 5 && {WELL}"),
    "editor": Shot(
        "/camera/main/edit", f"() => ({MOVING})() && document.querySelector('.shape.chosen')", ".shape .reach"
    ),
    "history": Shot("/history", "() => document.querySelector('.bar-in')?.getAttribute('d')", dark=True),
    "events": Shot("/events", "() => document.querySelectorAll('.event canvas').length > 3"),
    "system": Shot("/system", "() => document.querySelector('.stages')"),
    "cameras": Shot("/cameras", MOVING),
}


def main(url: str, folder: str = "docs") -> None:
    """Save every page of the dashboard at ``url`` in ``folder``."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        # Somebody watches, so that there are latencies to tell.
        watcher = browser.new_page()
        watcher.goto(f"{url}#/camera/main")
        for name, shot in SHOTS.items():
            for suffix, size in SIZES.items():
                _save(_take(browser, url, shot, size), Path(folder) / f"{name}{suffix}.png")
        browser.close()


def _take(browser: Browser, url: str, shot: Shot, size: tuple[int, int]) -> bytes:
    width, height = size
    scheme = "dark" if shot.dark else "light"
    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme, locale="en-GB")
    page: Page = context.new_page()
    page.goto(f"{url}#{shot.address}")
    page.reload()  # the first time a browser does not wait for letters that it has yet to fetch
    if shot.choose:
        page.locator(shot.choose).first.dispatch_event("pointerdown", {"button": 0, "pointerId": 1})
    page.wait_for_function(shot.ready, timeout=PATIENCE_MS)
    picture = page.screenshot()
    context.close()
    return picture


def _save(picture: bytes, path: Path) -> None:
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    image.quantize(256, kmeans=1, dither=Image.Dither.NONE).save(path, optimize=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
