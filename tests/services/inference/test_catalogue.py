"""Which model counts: the one named, a cached one, one that is fetched, or the one that came with Turnstile."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from services.inference.detector import catalogue, download
from services.inference.detector.catalogue import BUILT_IN, BUILT_IN_NAME, find_model
from services.inference.detector.checksum import SUMS
from services.inference.detector.loader import load_model
from services.inference.detector.types import ModelError
from tests.services.inference.hub import serving, silent, untrained_weights


def quiet(_: object) -> None:
    """Hear no progress."""


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache, on a machine that is offline."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("TURNSTILE_CACHE", str(folder))
    monkeypatch.setenv("YOLO_OFFLINE", "true")
    return folder


@contextmanager
def release(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Serve ``folder`` as Ultralytics' release."""
    with serving(folder) as address:
        monkeypatch.setattr(catalogue, "RELEASE", address)
        monkeypatch.delenv("YOLO_OFFLINE")
        yield


@pytest.mark.parametrize("model", ["yolo26n", "yolo26s.pt"])
def test_a_name_without_a_cache_and_offline_says_what_to_do(model: str, cache: Path) -> None:
    with pytest.raises(ModelError, match=r"cannot be fetched \(YOLO_OFFLINE is set\); give a model with MODEL=PATH"):
        find_model(model, quiet, drawn=False)
    assert list(cache.iterdir()) == []


def test_a_cached_model_is_found_by_its_name(cache: Path) -> None:
    (cache / "yolo26n_openvino_model").mkdir(parents=True)
    found = find_model("auto", quiet, drawn=False)
    assert found.path == cache / "yolo26n_openvino_model"
    assert not found.notice
    assert find_model("yolo26n.pt", quiet, drawn=False) == found


def test_what_is_neither_a_path_nor_a_name_is_refused() -> None:
    with pytest.raises(ModelError, match="/no/such/model: there is no such model"):
        find_model("/no/such/model", quiet, drawn=False)


def test_for_a_demo_the_built_in_model_comes_before_a_cached_one(cache: Path) -> None:
    (cache / "yolo26n_openvino_model").mkdir(parents=True)
    found = find_model("auto", quiet, drawn=True)
    assert (found.path, found.name, found.notice) == (BUILT_IN, BUILT_IN_NAME, "")


def test_a_real_camera_offline_gets_the_built_in_model_and_a_warning() -> None:
    found = find_model("auto", quiet, drawn=False)
    assert found.path == BUILT_IN
    assert "drawn people" in found.notice
    assert "YOLO_OFFLINE is set" in found.notice
    assert found.missing is None  # nobody wants it to be looked for


def test_a_hub_that_does_not_answer_delays_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("YOLO_OFFLINE")
    with silent() as address:
        monkeypatch.setattr(catalogue, "RELEASE", address)
        begun = time.monotonic()
        found = find_model("auto", quiet, drawn=False)
        # Not a measurement: an answer that never comes would take the socket's 20 s.
        assert time.monotonic() - begun < download.STALL_SECONDS
    assert "no answer within 2 s" in found.notice
    assert found.missing is not None
    assert found.missing.name == "yolo26n"


def test_weights_that_are_not_those_of_the_release_are_refused_by_name(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "yolo26s.pt").write_bytes(b"something else")
    with release(tmp_path, monkeypatch), pytest.raises(ModelError, match=r"yolo26s\.pt: was altered or damaged"):
        find_model("yolo26s", quiet, drawn=False)
    assert list(cache.iterdir()) == []


def test_a_transfer_that_breaks_off_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with release(tmp_path, monkeypatch), pytest.raises(ModelError, match=r"yolo26s .*\(File not found\)"):
        find_model("yolo26s", quiet, drawn=False)


@pytest.mark.filterwarnings("ignore")  # of the exporter's own calls
def test_weights_are_fetched_checked_exported_and_cached(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "release"
    folder.mkdir()
    monkeypatch.setitem(catalogue.RELEASED, "yolo26n", untrained_weights(folder / "yolo26n.pt"))
    told: list[str] = []
    with release(folder, monkeypatch):
        found = find_model("auto", told.append, drawn=False)
    assert found.path == cache / "yolo26n_openvino_model"
    assert (found.path / "metadata.yaml").is_file()
    assert "fetching yolo26n" in told
    assert "fetching yolo26n: 100 %" in told
    monkeypatch.setenv("YOLO_OFFLINE", "true")
    assert find_model("auto", quiet, drawn=False) == found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the built-in model, as a user might have it."""
    folder = tmp_path / "model"
    shutil.copytree(BUILT_IN, folder, copy_function=shutil.copyfile)
    folder.chmod(0o755)
    return folder


def alter(file: Path) -> None:
    """Turn one bit."""
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


def test_a_built_in_file_that_was_altered_fails_by_name(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogue, "BUILT_IN", folder)
    assert find_model("auto", quiet, drawn=True).path == folder
    alter(folder / "person.bin")
    with pytest.raises(ModelError, match=r"person\.bin: was altered or damaged"):
        find_model("auto", quiet, drawn=True)
    (folder / "person.bin").unlink()
    with pytest.raises(ModelError, match=r"person\.bin: cannot be read"):
        find_model("auto", quiet, drawn=True)


def test_a_file_of_a_user_s_folder_that_was_altered_fails_by_name(folder: Path) -> None:
    assert find_model(str(folder), quiet, drawn=False).path == folder
    alter(folder / "person.bin")
    with pytest.raises(ModelError) as caught:
        find_model(str(folder), quiet, drawn=False)
    assert str(caught.value).startswith(f"{folder / 'person.bin'}: was altered or damaged: ")
    assert "\n" not in str(caught.value)


def test_a_user_s_folder_without_sums_is_taken_as_it_is(folder: Path) -> None:
    (folder / SUMS).unlink()
    (folder / "metadata.yaml").write_text((folder / "metadata.yaml").read_text() + "note: mine\n")
    detector = load_model(str(folder), quiet, drawn=False, imgsz=None, threads=1, classes=("person",))
    assert detector.info.names[0] == "person"


@pytest.mark.parametrize(
    ("sums", "told"),
    [
        (b"MD5 (person.bin) = 0\n", "SHA256SUMS:1: is not as sha256sum writes it"),
        (b"\xff\xfe", "SHA256SUMS: cannot be read: it is no text"),
        (b"0" * 64 + b" *person.bin\n", "person.bin: was altered or damaged"),
    ],
)
def test_sums_that_are_none_are_told(folder: Path, sums: bytes, told: str) -> None:
    (folder / SUMS).write_bytes(sums)
    with pytest.raises(ModelError) as caught:
        find_model(str(folder), quiet, drawn=False)
    assert told in str(caught.value)
