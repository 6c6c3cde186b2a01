from __future__ import annotations

from pathlib import Path

import pytest

from services.common.config import DEFAULT_LINES, load_config, single_camera
from services.common.errors import UsageError

GOOD = """\
model: auto
cameras:
  entrance:
    source: /dev/v4l/by-id/usb-cam-video-index0
    fps: 30
    overlay: live
    lines:
      door: {from: [0.50, 0.17], to: [0.50, 1.00], anchor: feet}
    zones:
      queue: {polygon: [[0.1, 0.5], [0.4, 0.5], [0.4, 0.9]]}
  back-door:
    source: rtsp://camera/1
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "turnstile.yaml"
    path.write_text(text)
    return path


def problems(path: Path, env: dict[str, str] | None = None) -> tuple[str, ...]:
    with pytest.raises(UsageError) as caught:
        load_config(path, env=env)
    return caught.value.problems


def test_a_configuration_is_read(tmp_path: Path) -> None:
    config = load_config(write(tmp_path, GOOD))
    entrance = config.cameras["entrance"]
    assert entrance.fps == 30
    assert entrance.overlay == "live"
    assert entrance.lines["door"].start == (0.5, 0.17)
    assert entrance.lines["door"].anchor == "feet"
    assert entrance.zones["queue"].anchor == "feet"


def test_a_camera_with_neither_lines_nor_zones_counts_at_the_middle(tmp_path: Path) -> None:
    assert load_config(write(tmp_path, GOOD)).cameras["back-door"].lines == DEFAULT_LINES
    assert single_camera("demo").cameras["main"].lines == DEFAULT_LINES


def test_a_camera_that_said_no_lines_has_none(tmp_path: Path) -> None:
    assert load_config(write(tmp_path, "cameras: {a: {source: x, lines: {}}}\n")).cameras["a"].lines == {}


def test_a_title_is_for_people(tmp_path: Path) -> None:
    line = "door: {from: [0, 0], to: [1, 1], title: '  Süd <b>Tor</b> '}"
    config = load_config(write(tmp_path, f"cameras: {{a: {{source: x, lines: {{{line}}}}}}}\n"))
    assert config.cameras["a"].lines["door"].title == "Süd <b>Tor</b>"


def test_a_service_without_cameras_leaves_their_variables_alone() -> None:
    config = single_camera(None, env={"TURNSTILE_CAMERAS__DOOR__FPS": "5", "TURNSTILE_CONFIDENCE": "0.4"})
    assert config.cameras == {}
    assert config.confidence == 0.4


MISTAKES = {
    "unknown key": ("cameras:\n  a:\n    source: x\n    colour: red\n", ":4: cameras.a.colour: unknown key; allowed here: source, fps"),
    "unknown top-level key": ("camera: {}\n", ":1: camera: unknown key; allowed here: model, imgsz, confidence, classes, reset, webhooks, cameras"),
    "a reset at no time of day": ("reset:\n  at: 25:00\n", ":2: reset.at: is '25:00', no time of day; write hours and minutes"),
    "a reset in no time zone": ("reset: {timezone: Europe/Bärlin}\n", ":1: reset.timezone: is 'Europe/Bärlin', no time zone"),
    "a webhook to nowhere": (
        "webhooks:\n  door:\n    url: ftp://x\n    secret: 0123456789abcdef\n",
        ":3: webhooks.door.url: is 'ftp://x', no address to send to",
    ),
    "a webhook with a short secret": (
        "webhooks:\n  door:\n    url: http://x\n    secret: hush\n",
        ":4: webhooks.door.secret: value should have at least 16 items",
    ),
    "an unknown key of the reset": ("reset: {zone: UTC}\n", ":1: reset.zone: unknown key; allowed here: at, timezone"),
    "wrong type": ("cameras:\n  a: {source: x, fps: fast}\n", ":2: cameras.a.fps: is 'fast',"),
    "yes for a number": ("cameras:\n  a: {source: x, fps: true}\n", "expected a number, not yes or no"),
    "out of range": ("cameras:\n  a:\n    source: x\n    fps: 0\n", ":4: cameras.a.fps: is 0, input should be greater than 0"),
    "not a choice": ("cameras:\n  a: {source: x, overlay: fast}\n", "allowed: 'exact' or 'live'"),
    "no source": ("cameras:\n  a: {fps: 3}\n", ":2: cameras.a.source: field required"),
    "a line with equal ends": (
        "cameras:\n  a:\n    source: x\n    lines:\n      door: {from: [0.5, 0.1], to: [0.5, 0.1]}\n",
        ":5: cameras.a.lines.door: from and to are the same point",
    ),
    "a line beyond the picture": ("cameras:\n  a: {source: x, lines: {d: {from: [0, 0], to: [0, 1.5]}}}\n", "lines.d.to[1]: is 1.5"),
    "a line of one number": ("cameras:\n  a: {source: x, lines: {d: {from: [0], to: [0, 1]}}}\n", "lines.d.from[1]: field required"),
    "a zone of two points": (
        "cameras:\n  a: {source: x, zones: {q: {polygon: [[0, 0], [1, 1]]}}}\n",
        "zones.q.polygon: has 2 different points; a zone needs at least 3",
    ),
    "two cameras of one name": (
        "cameras:\n  a: {source: x}\n  a: {source: y}\n",
        ":3: cameras.a stands here a second time, first in line 2",
    ),
    "a name with a space": ("cameras:\n  a b: {source: x}\n", "a name has 1 to 63 letters, digits, _ or -"),
    "a camera that is a word": ("cameras:\n  a: webcam\n", ":2: cameras.a: is 'webcam', expected keys and values"),
    "a list at the top": ("- a\n", ":1: expected keys and values"),
    "no YAML": ("cameras: [\n", "is no YAML"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), MISTAKES.values(), ids=MISTAKES.keys())
def test_a_mistake_is_told_with_file_line_and_what_is_allowed(tmp_path: Path, text: str, expected: str) -> None:
    path = write(tmp_path, text)
    found = problems(path)
    assert len(found) == 1
    assert found[0].startswith(str(path))
    assert expected in found[0]


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    path = write(tmp_path, "modle: x\ncameras:\n  a: {source: x, fps: -1}\n  b: {}\n")
    assert len(problems(path)) == 3


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    assert problems(tmp_path / "none.yaml") == (f"{tmp_path}/none.yaml: No such file or directory",)


def test_a_file_that_is_no_text(tmp_path: Path) -> None:
    path = tmp_path / "turnstile.yaml"
    path.write_bytes(b"\xff\xfe\x00\x80")
    assert str(path) in problems(path)[0]


def test_an_empty_file_is_a_configuration_without_cameras(tmp_path: Path) -> None:
    assert load_config(write(tmp_path, "")).cameras == {}


def test_the_environment_overrides_the_file(tmp_path: Path) -> None:
    env = {
        "TURNSTILE_MODEL": "best.pt",
        "TURNSTILE_CAMERAS__BACK_DOOR__FPS": "12.5",
        "TURNSTILE_CAMERAS__ENTRANCE__LINES__DOOR__TO": "[0.6, 1]",
        "TURNSTILE_PORT": "9000",  # a setting of a process, not of what is counted
        "CAMERA_USB_FPS": "15",
        "CAMERA_USB_WIDTH": "1280",
        "CAMERA_USB_HEIGHT": "720",
    }
    config = load_config(write(tmp_path, GOOD), env=env)
    entrance = config.cameras["entrance"]
    assert config.model == "best.pt"
    assert config.cameras["back-door"].fps == 12.5
    assert entrance.lines["door"].end == (0.6, 1.0)
    assert (entrance.fps, entrance.width, entrance.height) == (15, 1280, 720)
    assert load_config(write(tmp_path, GOOD), model="given.pt", env=env).model == "given.pt"


def test_a_mistake_in_the_environment_names_the_variable(tmp_path: Path) -> None:
    path = write(tmp_path, GOOD)
    assert problems(path, {"TURNSTILE_CAMERAS__ENTRANCE__FPS": "many"})[0].startswith(
        "TURNSTILE_CAMERAS__ENTRANCE__FPS: is 'many',"
    )
    assert problems(path, {"TURNSTILE_CAMERAS__CELLAR__FPS": "5"}) == (
        "TURNSTILE_CAMERAS__CELLAR__FPS: there is no camera cellar; configured: entrance, back-door",
    )
    assert problems(path, {"CAMERA_USB_WIDTH": "3"})[0].startswith("CAMERA_USB_WIDTH: is 3,")


def test_usb_variables_are_for_the_only_usb_camera(tmp_path: Path) -> None:
    text = "cameras:\n  a: {source: /dev/video0}\n  b: {source: /dev/video2}\n"
    assert load_config(write(tmp_path, text), env={"CAMERA_USB_FPS": "5"}).cameras["a"].fps is None
