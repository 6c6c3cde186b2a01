"""Lines and zones drawn, pulled, named, turned round, deleted, saved and taken back; by pointer and by keyboard."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from services.common.config import LineConfig, ZoneConfig, load_config
from tests.services.streamer.dashboard.conftest import DESK_ONLY, PATIENCE_MS, PHONE_ONLY, Stack
from tests.waiting import eventually


@pytest.fixture
def editor(fresh: Stack, page: Page) -> Page:
    page.evaluate("location.hash = '#/camera/entrance/edit'")
    expect(page.locator(".shape-item")).to_have_count(2)
    return page


def lines(stack: Stack) -> dict[str, LineConfig]:
    """Return the lines that stand in the file."""
    return load_config(stack.config).cameras["entrance"].lines


def zones(stack: Stack) -> dict[str, ZoneConfig]:
    return load_config(stack.config).cameras["entrance"].zones


def drag(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Pull from one point of the picture to another; in fractions of it."""
    page.mouse.move(*place(page, start))
    page.mouse.down()
    page.mouse.move(*place(page, ((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)))
    page.mouse.move(*place(page, end))
    page.mouse.up()


def place(page: Page, point: tuple[float, float]) -> tuple[float, float]:
    page.locator(".canvas").scroll_into_view_if_needed()
    box = page.locator(".canvas").bounding_box()
    assert box is not None
    return box["x"] + point[0] * box["width"], box["y"] + point[1] * box["height"]


def save(page: Page) -> None:
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".toast")).to_contain_text("in force now")


def title(page: Page, name: str) -> Locator:
    return page.locator(f'.shape-item[data-name="{name}"] input')


def near(point: tuple[float, float], wanted: tuple[float, float]) -> bool:
    return all(abs(a - b) < 0.02 for a, b in zip(point, wanted, strict=True))


def test_a_line_is_drawn_named_and_in_force(editor: Page, fresh: Stack) -> None:
    editor.get_by_role("button", name="Add a line").click()
    drag(editor, (0.7, 0.2), (0.7, 0.8))
    expect(editor.locator(".shape-item")).to_have_count(3)
    title(editor, "line-1").fill("Süd <b>Tor</b>")
    save(editor)

    line = lines(fresh)["sud-b-tor-b"]
    assert line.title == "Süd <b>Tor</b>"
    assert near(line.start, (0.7, 0.2))
    assert near(line.end, (0.7, 0.8))
    assert "# the one with the awning" in fresh.config.read_text()
    expect(title(editor, "sud-b-tor-b")).to_have_value("Süd <b>Tor</b>")
    expect(editor.locator("svg.canvas text", has_text="Süd <b>Tor</b>")).to_be_visible()
    assert editor.locator(".page b").count() == 0


def test_a_line_is_pulled_and_turned_round_and_keeps_its_name(editor: Page, fresh: Stack) -> None:
    drag(editor, (0.5, 0.5), (0.6, 0.5))
    drag(editor, (0.6, 0.9), (0.8, 0.7))
    editor.get_by_role("button", name="Flip which way is IN at door").click()
    title(editor, "door").fill("Main door")
    save(editor)

    door = lines(fresh)["door"]
    assert door.title == "Main door"
    assert near(door.start, (0.8, 0.7))
    assert near(door.end, (0.6, 0.1))


def test_a_zone_is_drawn_by_clicks(editor: Page, fresh: Stack) -> None:
    editor.get_by_role("button", name="Add a zone").click()
    corners = [(0.6, 0.2), (0.9, 0.2), (0.9, 0.6), (0.6, 0.6)]
    for corner in [*corners, corners[0]]:
        editor.mouse.click(*place(editor, corner))
    expect(editor.locator(".shape-item")).to_have_count(3)
    save(editor)

    polygon = zones(fresh)["zone-1"].polygon
    assert len(polygon) == 4
    assert all(near(a, b) for a, b in zip(polygon, corners, strict=True))


def test_the_keyboard_alone_will_do(editor: Page, fresh: Stack) -> None:
    editor.get_by_role("button", name="Add a line").focus()
    editor.keyboard.press("Enter")
    expect(editor.get_by_role("button", name="Add a line")).to_have_attribute("aria-pressed", "true")
    editor.keyboard.press("Enter")
    handle = editor.locator(".shape.chosen .handle").first
    expect(handle).to_be_focused()
    expect(handle).to_have_accessible_name("Line 1, start: 50% across, 20% down")
    editor.keyboard.press("Shift+ArrowRight")
    editor.keyboard.press("ArrowUp")
    expect(editor.locator(".shape.chosen .handle").first).to_be_focused()
    editor.keyboard.press("Control+s")
    expect(editor.locator(".toast")).to_contain_text("in force now")

    assert lines(fresh)["line-1"].start == (0.55, 0.195)


@DESK_ONLY
def test_delete_undo_and_redo(editor: Page, fresh: Stack) -> None:
    editor.get_by_role("button", name="Delete queue").click()
    expect(editor.locator(".shape-item")).to_have_count(1)
    editor.get_by_role("button", name="Undo", exact=True).click()
    expect(editor.locator(".shape-item")).to_have_count(2)
    editor.get_by_role("button", name="Redo").click()
    save(editor)
    assert zones(fresh) == {}

    editor.locator(".toast button", has_text="Undo").click()
    expect(editor.locator(".toast")).to_have_text("Taken back.")
    expect(editor.locator(".shape-item")).to_have_count(2)
    assert list(zones(fresh)) == ["queue"]


@DESK_ONLY
def test_a_zone_gets_and_loses_corners(editor: Page, fresh: Stack) -> None:
    title(editor, "queue").focus()
    middle = editor.locator(".handle.middle").first
    middle.focus()
    editor.keyboard.press("Enter")
    expect(editor.locator(".handle:not(.middle)")).to_have_count(5)
    editor.keyboard.press("Delete")
    expect(editor.locator(".handle:not(.middle)")).to_have_count(4)
    drag(editor, (0.1, 0.7), (0.05, 0.7))
    expect(editor.locator(".handle:not(.middle)")).to_have_count(5)
    save(editor)
    assert len(zones(fresh)["queue"].polygon) == 5


@DESK_ONLY
def test_two_people_at_once(editor: Page, fresh: Stack) -> None:
    title(editor, "door").fill("Mine")
    elsewhere(fresh, {"fps": 7})
    editor.get_by_role("button", name="Save", exact=True).click()
    expect(editor.get_by_role("dialog")).to_contain_text("Somebody else changed this camera")
    assert lines(fresh)["door"].title == ""
    editor.get_by_role("button", name="Keep mine and save").click()
    expect(editor.locator(".toast")).to_contain_text("in force now")

    camera = load_config(fresh.config).cameras["entrance"]
    assert (camera.fps, camera.lines["door"].title) == (7, "Mine")


def elsewhere(stack: Stack, keys: dict[str, Any]) -> None:
    """Change the camera as somebody else would."""
    version = stack.asked()["cameras"][0]["version"]
    answer = stack.streamer.patch("/api/config/cameras/entrance", keys, version)
    assert answer.status_code == 200, answer.text


@DESK_ONLY
def test_mistakes_are_told_before_saving(editor: Page) -> None:
    title(editor, "door").fill(" ")
    expect(editor.get_by_role("alert")).to_have_text("A line has no name.")
    expect(editor.get_by_role("button", name="Save", exact=True)).to_be_disabled()
    editor.get_by_role("button", name="Discard").click()
    expect(title(editor, "door")).to_have_value("door")


@DESK_ONLY
def test_leaving_unsaved_asks(editor: Page) -> None:
    title(editor, "door").fill("Mine")
    editor.get_by_role("navigation").get_by_role("link", name="History").click()
    editor.get_by_role("button", name="Stay").click()
    expect(title(editor, "door")).to_have_value("Mine")
    editor.get_by_role("navigation").get_by_role("link", name="History").click()
    editor.get_by_role("button", name="Leave").click()
    expect(editor.get_by_role("heading", level=1, name="History")).to_be_visible()


@DESK_ONLY
def test_the_arrow_points_in(editor: Page, fresh: Stack) -> None:
    """From top to bottom, IN is on the left of the screen: to the right of somebody who walks down."""
    arrow = editor.locator(".shape.line text", has_text="IN").bounding_box()
    line = editor.locator(".shape.line .core").bounding_box()
    assert arrow is not None
    assert line is not None
    assert arrow["x"] + arrow["width"] < line["x"] + line["width"]


@PHONE_ONLY
def test_a_finger_draws(editor: Page, fresh: Stack) -> None:
    editor.get_by_role("button", name="Add a line").tap()
    session = editor.context.new_cdp_session(editor)
    (x, y), (to_x, to_y) = place(editor, (0.2, 0.3)), place(editor, (0.8, 0.3))
    session.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
    session.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [{"x": to_x, "y": to_y}]})
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    expect(editor.locator(".shape-item")).to_have_count(3)
    save(editor)
    eventually(lambda: near(lines(fresh)["line-1"].end, (0.8, 0.3)), PATIENCE_MS / 1000)
