"""History, events, system and cameras."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime

from playwright.sync_api import Page, expect

from proto.turnstile_pb2 import CAMERA_STATE_LIVE, CAMERA_STATE_OFFLINE
from services.common.config import load_config
from services.common.event_ids import EventIds
from services.common.store.records import CrossingRow, Direction, SampleRow, VisitRow
from tests.services.capture.support import write_video
from tests.services.streamer.dashboard.conftest import Stack
from tests.waiting import eventually

IDS = EventIds()


def crossed(direction: Direction, seconds_ago: float) -> CrossingRow:
    moment = time.time_ns() - round(seconds_ago * 1e9)
    return CrossingRow(IDS.next(), moment, "entrance", "door", direction, "person", 3, 0.9, 0.5, 0.5)


def stayed(seconds: float) -> VisitRow:
    """Somebody left the queue just now, who was there for so long."""
    left = time.time_ns()
    return VisitRow(IDS.next(), "entrance", "queue", 3, "person", left - round(seconds * 1e9), left)


def sampled(occupancy: int, seconds_ago: float) -> SampleRow:
    return SampleRow(time.time_ns() - round(seconds_ago * 1e9), "entrance", "queue", occupancy)


def visit(page: Page, name: str) -> None:
    page.evaluate("(name) => { location.hash = `#/${name}`; }", name)
    expect(page.get_by_role("heading", level=1)).to_have_text(name.capitalize())


def test_history_adds_up_and_compares(page: Page, stack: Stack) -> None:
    rows = [crossed("in", 1) for _ in range(3)] + [crossed("out", 1), crossed("in", 7 * 86400)]
    stack.store(*rows)
    visit(page, "history")
    page.get_by_role("button", name="7 days").click()
    total = page.locator(".panel-head .in dd")
    expect(total).not_to_be_empty()
    asked = stack.streamer.get("/api/counts?from=2020-01-01&bucket=1mo").json()["series"][0]
    eventually(lambda: int(total.inner_text()) >= 3)
    assert int(total.inner_text()) < asked["total_in"]
    assert page.locator(".bar-in").get_attribute("d")
    page.get_by_label("Compare with the week before").check()
    lines = page.get_by_role("region", name="Counts over time")
    expect(lines.locator("path.before")).to_have_count(2)
    expect(page.locator(".panel-head .in .delta")).to_contain_text("%")


def test_history_tells_values_to_pointer_keyboard_and_reader(page: Page, stack: Stack) -> None:
    stack.store(crossed("in", 1))
    visit(page, "history")
    slider = page.get_by_role("slider", name="Counts over time")
    expect(slider).to_have_attribute("aria-valuemax", "287")
    slider.focus()
    expect(page.locator(".tip").first).to_be_visible()
    now = int(slider.get_attribute("aria-valuenow") or 0)
    spoken = slider.get_attribute("aria-valuetext") or ""
    if spoken.endswith(": 0 in, 0 out"):  # the five minutes in which somebody came in have just ended
        page.keyboard.press("ArrowLeft")
        expect(slider).to_have_attribute("aria-valuenow", str(now - 1))
        now -= 1
        spoken = slider.get_attribute("aria-valuetext") or ""
    assert " in, " in spoken
    assert not spoken.endswith(": 0 in, 0 out")
    page.keyboard.press("ArrowLeft")
    expect(slider).to_have_attribute("aria-valuenow", str(now - 1))
    page.locator(".chart").first.hover()
    expect(page.locator(".tip dd.in")).to_be_visible()
    page.locator("summary").first.click()
    expect(page.get_by_role("region", name="Counts as a table").locator("tbody tr").last).to_be_visible()


def test_history_as_csv_in_one_click(page: Page, stack: Stack) -> None:
    stack.store(crossed("in", 1))
    visit(page, "history")
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV", exact=True).click()
    assert download.value.path().read_text().startswith("start,end,camera,line,zone,in,out")
    with page.expect_download() as download:
        page.get_by_role("link", name="Every crossing").click()
    assert "entrance,door,in" in download.value.path().read_text()


def test_history_tells_of_zones(page: Page, stack: Stack) -> None:
    stack.store(stayed(90), stayed(30), sampled(3, 1), sampled(0, 0))
    visit(page, "history")
    zone = page.get_by_role("region", name="Zone", exact=True)
    expect(zone.get_by_role("combobox", name="Zone")).to_have_value("entrance/queue")
    page.get_by_role("button", name="4 weeks").click()
    expect(zone.get_by_role("slider").last).to_have_attribute("aria-valuemax", "27")
    numbers = zone.locator(".numbers dd")
    dwell = stack.streamer.get("/api/dwell?camera=entrance&zone=queue").json()["series"][0]
    expect(numbers.nth(0)).to_have_text(str(dwell["visits"][0]))
    expect(numbers.nth(1)).to_have_text("3")
    expect(numbers.nth(2)).to_have_text("1m")
    for name, words in (
        ("People inside over time", "Most 3"),
        ("Visits over time", f"Visits {dwell['visits'][0]}"),
        ("Length of stay over time", "Median 30s, 95 % 1m 30s"),
    ):
        slider = zone.get_by_role("slider", name=name)
        slider.focus()
        expect(slider).to_have_attribute("aria-valuetext", re.compile(words))
        expect(zone.locator(".tip dd.zone").locator("visible=true")).to_have_count(1)
    with page.expect_download() as download:
        zone.get_by_role("link", name="Stays").click()
    assert download.value.path().read_text().startswith("start,end,camera,zone,visits,mean,median,p95,max")
    zone.locator("summary").click()
    row = zone.get_by_role("region", name="Zone as a table").locator("tbody tr").last
    expect(row.locator("td").last).to_have_text("1m 30s")


def test_a_year_of_zones_has_visits_alone(page: Page, stack: Stack) -> None:
    stack.store(stayed(60))
    visit(page, "history")
    page.get_by_role("button", name="12 months").click()
    zone = page.get_by_role("region", name="Zone", exact=True)
    expect(zone.get_by_role("slider")).to_have_count(1)
    expect(zone.locator(".numbers dd").first).not_to_have_text("0")
    expect(zone).to_contain_text("for up to 4 weeks")


def test_events_show_the_moment(page: Page, stack: Stack) -> None:
    stack.store(crossed("out", 60))
    visit(page, "events")
    earlier = page.locator(".event.earlier .way.out").first
    expect(earlier).to_be_visible()
    # The page's stream must be there before somebody crosses, or there is no picture of it.
    eventually(lambda: stack.inference.cameras["entrance"].annotated.readers > 0)
    crossing = IDS.next()

    def shown() -> bool:
        stack.inference.cross("entrance", IDS.next())
        return page.locator(".event canvas").count() > 0

    stack.inference.cross("entrance", crossing)
    event = page.locator(f'.event[data-id="{crossing}"]')
    expect(event.locator(".way")).to_have_text("In")
    expect(event.locator(".where")).to_have_text("entrance · door")
    eventually(shown)
    stack.inference.change("entrance", CAMERA_STATE_OFFLINE, "the cable was pulled")
    expect(page.locator(".event.state-change").first).to_contain_text("the cable was pulled")
    stack.inference.change("entrance", CAMERA_STATE_LIVE)


def test_system_tells_where_pictures_go(page: Page) -> None:
    expect(page.locator(".camera .state").first).to_have_text("Live")
    visit(page, "system")
    panel = page.locator('.panel[data-camera="entrance"]')
    stops = panel.locator(".stop")
    expect(stops).to_have_count(4)
    expect(stops.nth(0)).to_contain_text("320 \u00d7 180 h264")
    expect(stops.nth(0)).to_contain_text("2 lost on the way in")
    expect(stops.nth(2)).to_contain_text("29.5 fps")
    expect(panel).to_contain_text("21 ms")
    expect(page.get_by_role("heading", name="Store")).to_be_visible()
    expect(page.get_by_role("heading", name="Detector").first).to_be_visible()


def test_a_camera_is_tried_added_edited_and_removed(page: Page, fresh: Stack) -> None:
    video = write_video(fresh.config.parent / "yard.mp4", [90] * 3)
    visit(page, "cameras")
    page.get_by_role("button", name="Add a camera").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("entrance")
    dialog.get_by_label("Source").fill("/no/such.mp4")
    dialog.get_by_role("button", name="Test picture").click()
    expect(dialog.locator(".trial")).to_contain_text("/no/such.mp4")
    dialog.get_by_label("Source").fill(str(video))
    dialog.get_by_role("button", name="Test picture").click()
    expect(dialog.get_by_alt_text("Test picture")).to_be_visible()
    dialog.get_by_role("button", name="Add", exact=True).click()
    expect(dialog.get_by_role("alert")).to_have_text("There is a camera entrance already; choose another name.")
    dialog.get_by_label("Name").fill("yard")
    dialog.get_by_role("button", name="Add", exact=True).click()
    expect(page.locator('.fleet [data-camera="yard"] h2')).to_have_text("yard")

    page.get_by_role("button", name="Edit yard").click()
    dialog.get_by_label("At most, fps").fill("12.5")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_be_hidden()
    assert load_config(fresh.config).cameras["yard"].fps == 12.5

    page.get_by_role("button", name="Reconnect yard").click()
    expect(page.locator(".toast")).to_have_text("yard is opened again.")
    page.get_by_role("button", name="Remove yard").click()
    dialog.get_by_role("button", name="Remove").click()
    expect(page.locator('.fleet [data-camera="yard"]')).to_have_count(0)
    assert list(load_config(fresh.config).cameras) == ["entrance"]

    page.locator(".undo-bar").get_by_role("button", name="Undo").click()
    expect(page.locator('.fleet [data-camera="yard"]')).to_have_count(1)
    assert load_config(fresh.config).cameras["yard"].fps == 12.5
    assert datetime.fromisoformat(fresh.asked()["undo"]["at"]) <= datetime.now(UTC)
