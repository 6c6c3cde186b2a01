"""The configuration file, edited while the service runs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from services.capture.config_file import ConfigFollower
from services.capture.manager import CameraManager
from services.common.config import load_config, parse_camera
from tests.waiting import eventually


@pytest.fixture
def file(tmp_path: Path, manager: CameraManager) -> Iterator[Path]:
    """A configuration with the cameras a and b, in use and followed."""
    path = tmp_path / "turnstile.yaml"
    path.write_text(cameras(a="/no/a.mp4", b="/no/b.mp4"))
    manager.apply(load_config(path).cameras)
    follower = ConfigFollower(path, lambda config: manager.apply(config.cameras))
    follower.start()
    yield path
    follower.stop()


def cameras(**sources: str) -> str:
    return "cameras:\n" + "".join(f"  {name}: {{source: {source}}}\n" for name, source in sources.items())


def sources(manager: CameraManager) -> dict[str, str]:
    return {view.id: view.source for view in manager.views()}


def write_in_place(path: Path, text: str) -> None:
    path.write_text(text)


def replace(path: Path, text: str) -> None:
    other = path.with_suffix(".new")
    other.write_text(text)
    other.replace(path)


def swap_link(path: Path, text: str) -> None:
    """Change it as Kubernetes changes a mounted ConfigMap."""
    folder = path.parent / "..data"
    folder.mkdir()
    (folder / path.name).write_text(text)
    link = path.with_suffix(".link")
    link.symlink_to(folder / path.name)
    link.replace(path)


@pytest.mark.parametrize("edit", [write_in_place, replace, swap_link])
def test_cameras_are_added_changed_and_removed(file: Path, manager: CameraManager, edit) -> None:  # type: ignore[no-untyped-def]
    edit(file, cameras(b="/no/other.mp4", c="/no/c.mp4"))

    eventually(lambda: sources(manager) == {"b": "/no/other.mp4", "c": "/no/c.mp4"})


def test_a_broken_edit_is_told_once_and_changes_nothing(
    file: Path, manager: CameraManager, caplog: pytest.LogCaptureFixture
) -> None:
    file.write_text("cameras:\n  a: {source: /no/x.mp4, fpss: 3}\n")
    eventually(lambda: "fpss" in caplog.text)
    assert sources(manager) == {"a": "/no/a.mp4", "b": "/no/b.mp4"}
    assert caplog.text.count("the changed configuration is not used") == 1
    assert f"{file}:2" in caplog.text

    file.write_text(cameras(a="/no/mended.mp4"))
    eventually(lambda: sources(manager) == {"a": "/no/mended.mp4"})


def test_a_file_that_is_gone_for_a_moment_changes_nothing(
    file: Path, manager: CameraManager, caplog: pytest.LogCaptureFixture
) -> None:
    file.unlink()
    eventually(lambda: "is not used" in caplog.text)
    assert sources(manager) == {"a": "/no/a.mp4", "b": "/no/b.mp4"}

    file.write_text(cameras(a="/no/back.mp4"))
    eventually(lambda: sources(manager) == {"a": "/no/back.mp4"})


def test_cameras_added_over_http_outlive_an_edit(file: Path, manager: CameraManager) -> None:
    manager.add("extra", parse_camera({"source": "/no/extra.mp4"}))
    manager.remove("b")
    file.write_text(cameras(a="/no/new.mp4", b="/no/b.mp4"))

    eventually(lambda: sources(manager) == {"a": "/no/new.mp4", "extra": "/no/extra.mp4"})
