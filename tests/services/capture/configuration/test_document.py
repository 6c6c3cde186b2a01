"""Changes to the text of a configuration file: what is not changed stays, letter by letter."""

from __future__ import annotations

from services.capture.configuration.document import with_camera, without_camera

TEXT = """\
# The shop, as of March
model: auto   # the newest

cameras:
  entrance:   # above the door
    source: "/dev/video0"
    fps: 15   # is enough
    lines:
      # the glass door
      door: {from: [0.50, 0.17], to: [0.50, 1.00]}   # measured
      side: {from: [0.1, 0.1], to: [0.2, 0.9]}
  back: {source: rtsp://camera/1}
"""


def test_one_line_is_moved_and_nothing_else() -> None:
    lines = {"door": {"from": [0.5, 0.17], "to": [0.5, 1.0]}, "side": {"from": [0.1, 0.1], "to": [0.3, 0.9]}}
    assert with_camera(TEXT, "entrance", {"lines": lines}) == TEXT.replace("to: [0.2, 0.9]", "to: [0.3, 0.9]")


def test_a_line_is_removed_and_one_added() -> None:
    lines = {"door": {"from": [0.5, 0.17], "to": [0.5, 1.0]}, "exit": {"from": [0, 0], "to": [1, 1], "title": "Süd"}}
    changed = with_camera(TEXT, "entrance", {"lines": lines})
    assert changed == TEXT.replace(
        "side: {from: [0.1, 0.1], to: [0.2, 0.9]}", "exit: {from: [0, 0], to: [1, 1], title: Süd}"
    )


def test_keys_are_set_and_taken_out() -> None:
    changed = with_camera(TEXT, "entrance", {"fps": None, "overlay": "live", "zones": {}})
    assert "fps" not in changed
    assert "    overlay: live\n    zones: {}\n" in changed
    assert "# above the door" in changed


def test_a_camera_is_added_and_removed() -> None:
    added = with_camera(TEXT, "yard", {"source": "demo", "lines": {"gate": {"from": [0, 0.5], "to": [1, 0.5]}}})
    assert added.startswith(TEXT)
    assert added.endswith("  yard:\n    source: demo\n    lines:\n      gate: {from: [0, 0.5], to: [1, 0.5]}\n")
    assert without_camera(added, "yard") == TEXT


def test_an_empty_file_takes_a_camera() -> None:
    assert with_camera("", "yard", {"source": "demo"}) == "cameras:\n  yard:\n    source: demo\n"
