"""A model that could not be fetched at the start is used as soon as it can be."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.common.metrics import new_registry
from services.inference.detector import catalogue, search
from services.inference.detector.catalogue import BUILT_IN, BUILT_IN_NAME
from services.inference.detector.keeper import DetectorKeeper
from services.inference.detector.protocol import Job
from services.inference.detector.search import ModelSearch
from services.inference.detector.types import Missing
from services.inference.metrics import Metrics
from tests.services.inference.hub import serving, silent, untrained_weights
from tests.waiting import eventually

DEADLINE = 90.0
GONE = Missing("yolo26n", "the network is down")


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache, on a machine from which no hub on the internet is reached, and that is in a hurry."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("TURNSTILE_CACHE", str(folder))
    monkeypatch.delenv("YOLO_OFFLINE", raising=False)
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")  # the port of discard: nobody listens
    monkeypatch.setattr(search, "FIRST_SECONDS", 0.01)
    monkeypatch.setattr(search, "LONGEST_SECONDS", 0.05)
    return folder


@pytest.fixture
def arrived() -> threading.Event:
    return threading.Event()


@pytest.fixture
def model_search(arrived: threading.Event) -> Iterator[ModelSearch]:
    model_search = ModelSearch(arrived.set)
    yield model_search
    model_search.stop()


@pytest.fixture
def keeper() -> Iterator[DetectorKeeper]:
    job = Job("auto", drawn=False, imgsz=None, threads=1, classes=("person",), confidence=0.25, nice=False)
    keeper = DetectorKeeper(job, Metrics(new_registry("inference")), lambda: None)
    yield keeper
    keeper.stop()
    keeper.close()


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [r.getMessage() for r in caplog.records if r.name == search.__name__ and r.levelno >= logging.WARNING]


def test_the_detector_goes_over_to_it(keeper: DetectorKeeper, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hub = tmp_path / "hub"
    hub.mkdir()
    monkeypatch.setitem(catalogue.RELEASED, "yolo26n", untrained_weights(hub / "yolo26n.pt"))
    with serving(hub) as address:
        monkeypatch.setattr(catalogue, "RELEASE", address)  # here, not in the detector's process
        keeper.start()
        assert keeper.bring_up() is not None
        assert keeper.status.model == BUILT_IN_NAME
        assert "cannot be fetched" in keeper.status.notice
        assert keeper.status.notice.endswith("It is tried again now and then.")
        eventually(lambda: keeper.process.pid is None, DEADLINE, "the built-in detector to make way")
    keeper.lost("was replaced")
    assert keeper.bring_up() is not None
    assert (keeper.status.model, keeper.status.notice) == ("yolo26n", "")
    assert not [thread for thread in threading.enumerate() if thread.name == "model-search"]


def test_what_keeps_it_away_is_told_once(
    model_search: ModelSearch, caplog: pytest.LogCaptureFixture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries = threading.Semaphore(0)
    attempt = ModelSearch._try

    def counted(self: ModelSearch, wanted: catalogue.Release) -> str:
        cause = attempt(self, wanted)
        tries.release()
        return cause

    monkeypatch.setattr(ModelSearch, "_try", counted)
    with serving(tmp_path) as address:  # a hub without models
        monkeypatch.setattr(catalogue, "RELEASE", address)
        model_search.follow(GONE)
        for _ in range(2):
            assert tries.acquire(timeout=DEADLINE)
    model_search.stop()
    (told,) = warnings(caplog)[:1]
    assert "yolo26n" in told
    assert "File not found" in told
    assert sum("File not found" in each for each in warnings(caplog)) == 1


def test_a_model_that_somebody_else_has_fetched_is_found(
    model_search: ModelSearch, arrived: threading.Event, cache: Path
) -> None:
    with silent() as address, pytest.MonkeyPatch.context() as patch:
        patch.setattr(catalogue, "RELEASE", address)
        model_search.follow(GONE)
        eventually(lambda: list(cache.glob("fetching-*")), DEADLINE, "a first attempt")
        assert not arrived.is_set()
        (cache / "yolo26n_openvino_model").symlink_to(BUILT_IN)
        assert arrived.wait(DEADLINE)


def test_an_end_leaves_nothing_behind(model_search: ModelSearch, arrived: threading.Event, cache: Path) -> None:
    with silent() as address, pytest.MonkeyPatch.context() as patch:
        patch.setattr(catalogue, "RELEASE", address)
        model_search.follow(GONE)
        eventually(lambda: list(cache.glob("fetching-*")), DEADLINE, "a first attempt")
        model_search.follow(None)  # the cameras show drawn people now
    assert not arrived.is_set()
    assert list(cache.iterdir()) == []
