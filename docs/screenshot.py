"""Takes the README's picture: the demo, as a browser shows it. Usage: screenshot.py URL FILE [WIDTHxHEIGHT]."""

from __future__ import annotations

import sys
from typing import Final

from playwright.sync_api import sync_playwright

CHROMIUM: Final = "/usr/bin/chromium"
FLAGS: Final = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
# Until a few have crossed, there is little to see.
MOVING: Final = "() => document.querySelector('img.picture')?.naturalWidth > 0"
COUNTED: Final = "() => document.querySelectorAll('.activity li').length > 3"


def main(url: str, file: str, size: str = "1440x900") -> None:
    """Open ``url``, wait for a moving picture and a few crossings, and save what is shown."""
    width, height = map(int, size.split("x"))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page(viewport={"width": width, "height": height})
        page.goto(url)
        page.wait_for_function(MOVING, timeout=60_000)
        page.wait_for_function(COUNTED, timeout=180_000)
        page.screenshot(path=file)
        browser.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
