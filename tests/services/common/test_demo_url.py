from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import ValidationError

from services.common.config import load_config, parse_camera, single_camera
from services.common.demo_url import DemoSettings, is_demo, parse_demo
from services.common.errors import UsageError

GOOD = {
    "demo": DemoSettings(),
    "demo:": DemoSettings(),
    "demo://": DemoSettings(),
    "demo://plaza": DemoSettings(),
    "demo://street/": DemoSettings(scene="street"),
    "demo?people=3": DemoSettings(people=3),
    "demo://plaza?people=12&seed=7&fps=30&size=1280x720": DemoSettings(),
    "demo://street?people=0&seed=0&fps=0.5&size=160x90&weather=rain": DemoSettings(
        "street", 0, 0, 0.5, 160, 90, "rain"
    ),
    "demo://plaza?people=200&size=3840x2160": DemoSettings(people=200, width=3840, height=2160),
}
BAD = {
    "demo://moon": "scene is 'moon'; a demo scene has the scenes plaza, street",
    "demo://Plaza": "scene is 'Plaza'",
    "demo:plaza2": "a demo scene is written demo://plaza, not demo:plaza2",
    "demo://plaza?colour=red": "a demo scene has no colour; it has people, seed, fps, size, weather",
    "demo://plaza?=3": "a demo scene has no key without a name",
    "demo://plaza?size=159x90": "size is 159x90; a demo scene is at least 160x90 and at most 3840x2160 pixels",
    "demo://plaza?size=160x89": "size is 160x89",
    "demo://plaza?size=3841x2160": "size is 3841x2160",
    "demo://plaza?size=3840x2161": "size is 3840x2161",
    "demo://plaza?size=big": "size is 'big'; it must be WIDTHxHEIGHT, such as 1280x720",
    "demo://plaza?size=": "size is ''",
    "demo://plaza?people=-1": "people is -1; a demo scene has 0 to 200 people",
    "demo://plaza?people=201": "people is 201",
    "demo://plaza?people=two": "people is 'two'; it must be a whole number",
    "demo://plaza?people=1.5": "people is '1.5'",
    "demo://plaza?fps=0": "fps is 0; a demo scene has more than 0 and at most 240 frames per second",
    "demo://plaza?fps=-5": "fps is -5",
    "demo://plaza?fps=241": "fps is 241",
    "demo://plaza?fps=nan": "fps is nan",
    "demo://plaza?fps=inf": "fps is inf",
    "demo://plaza?fps=fast": "fps is 'fast'; it must be a number",
    "demo://plaza?seed=-1": "seed is -1",
    "demo://plaza?seed=x": "seed is 'x'; it must be a whole number",
    "demo://plaza?weather=snow": "weather is 'snow'; a demo scene has the weather clear, overcast, dusk, rain",
}


@pytest.mark.parametrize(("source", "settings"), GOOD.items(), ids=GOOD.keys())
def test_an_address_is_read(source: str, settings: DemoSettings) -> None:
    assert is_demo(source)
    assert parse_demo(source) == settings
    assert parse_camera({"source": source}).source == source


@pytest.mark.parametrize("source", ["demo.mp4", "demonstration", "./demo", "/dev/demo"])
def test_a_file_of_a_similar_name_is_no_scene(source: str) -> None:
    assert not is_demo(source)
    assert parse_camera({"source": source}).source == source


@pytest.mark.parametrize(("source", "sentence"), BAD.items(), ids=BAD.keys())
def test_a_mistake_is_told_in_one_sentence(source: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        parse_demo(source)
    assert sentence in str(caught.value)
    with pytest.raises(ValidationError, match=r"Value error") as refused:
        parse_camera({"source": source})
    assert sentence in str(refused.value)
    with pytest.raises(UsageError) as stopped:
        single_camera(source)
    assert len(stopped.value.problems) == 1
    assert sentence in stopped.value.problems[0]


def test_a_mistake_in_a_file_is_told_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "turnstile.yaml"
    path.write_text("cameras:\n  a:\n    source: demo://moon\n")
    with pytest.raises(UsageError) as caught:
        load_config(path)

    assert caught.value.problems[0].startswith(f"{path}:3: cameras.a.source: is 'demo://moon', scene is 'moon'")


def test_a_mistake_in_the_environment_names_the_variable(tmp_path: Path) -> None:
    path = tmp_path / "turnstile.yaml"
    path.write_text("cameras:\n  a: {source: demo}\n")
    with pytest.raises(UsageError) as caught:
        load_config(path, env={"TURNSTILE_CAMERAS__A__SOURCE": "demo://plaza?fps=0"})

    assert caught.value.problems[0].startswith("TURNSTILE_CAMERAS__A__SOURCE: is 'demo://plaza?fps=0', fps is 0")


@pytest.mark.parametrize(
    ("keys", "size"),
    [
        ({}, (1280, 720)),
        ({"width": 640}, (640, 360)),
        ({"height": 90}, (160, 90)),
        ({"width": 400, "height": 400}, (400, 400)),
    ],
)
def test_a_camera_may_ask_for_another_size(keys: dict[str, int], size: tuple[int, int]) -> None:
    parse_camera({"source": "demo", **keys})
    sized = parse_demo("demo").sized(keys.get("width"), keys.get("height"))

    assert (sized.width, sized.height) == size


@pytest.mark.parametrize("keys", [{"width": 100}, {"height": 64}, {"width": 4000}, {"width": 200, "height": 2200}])
def test_a_size_that_a_scene_cannot_have_is_refused(keys: dict[str, int]) -> None:
    with pytest.raises(ValidationError, match=r"a demo scene is at least 160x90"):
        parse_camera({"source": "demo", **keys})


@pytest.mark.parametrize(
    "arguments",
    [
        ["up", "--source", "demo://moon"],
        ["demo", "--scene", "moon", "--frames", "1", "--truth", "gt.csv"],
        ["demo", "--people", "300", "--frames", "1", "--truth", "gt.csv"],
        ["demo", "--fps", "0", "--frames", "1", "--truth", "gt.csv"],
        ["demo", "--fps", "many", "--frames", "1", "--truth", "gt.csv"],
        ["demo", "--frames", "0", "--truth", "gt.csv"],
        ["demo", "--frames", "1"],
        ["demo", "--size", "321x180", "--frames", "1", "--video", "out.mp4"],
    ],
    ids=" ".join,
)
def test_the_command_line_ends_with_2(arguments: list[str], tmp_path: Path) -> None:
    root = Path(__file__).resolve().parents[3]
    command = [
        sys.executable,
        "-c",
        f"import sys; sys.path.insert(0, {str(root)!r}); from services.cli import main; main()",
    ]
    ended = subprocess.run(
        [*command, *arguments], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
    )

    assert ended.returncode == 2, ended.stderr
    assert "Traceback" not in ended.stderr
    assert list(tmp_path.iterdir()) == []
