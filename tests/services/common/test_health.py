"""What a container's health check says, with real processes and sockets."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from prometheus_client import CollectorRegistry

from services.common.http import HttpThread, make_app
from tests.conftest import ROOT

REFUSES = """
import sys
from services.common.errors import UsageError
from services.common.lifecycle import run_service
def body(settings, stop):
    raise UsageError("the first thing", "the second")
sys.exit(run_service("test", body))
"""


def health(port: int, refusal: Path | None = None) -> tuple[int, str]:
    answer = subprocess.run(
        [sys.executable, "-SE", str(ROOT / "services/common/health.py"), str(port)],
        env={"TURNSTILE_REFUSAL": str(refusal)} if refusal else {},
        capture_output=True,
        text=True,
        check=False,
    )
    return answer.returncode, answer.stdout


@pytest.fixture
def service(free_port: int) -> Iterator[int]:
    http = HttpThread(make_app("test", CollectorRegistry(), lambda: "waits for others"), "127.0.0.1", free_port)
    http.start()
    yield free_port
    http.stop()


def test_trouble_that_somebody_should_mend_is_told(free_port: int) -> None:
    app = make_app("test", CollectorRegistry(), lambda: None, lambda: "the disk is full")
    http = HttpThread(app, "127.0.0.1", free_port)
    http.start()
    told = health(free_port)
    http.stop()
    assert told == (1, "the disk is full\n")


def test_a_service_that_answers_is_in_order(service: int) -> None:
    assert health(service) == (0, "in order\n")


def test_nobody_there_is_told(free_port: int) -> None:
    status, told = health(free_port)
    assert status == 1
    assert told.startswith(f"nobody answers on port {free_port}: ")


def test_another_program_on_the_port_is_told(free_port: int) -> None:
    http = HttpThread(FastAPI(), "127.0.0.1", free_port)  # answers 404
    http.start()
    status, told = health(free_port)
    http.stop()
    assert status == 1
    assert "404" in told


def test_a_service_that_refused_tells_why_until_it_is_ended(free_port: int, tmp_path: Path) -> None:
    refusal = tmp_path / "refusal"
    process = subprocess.Popen(
        [sys.executable, "-c", REFUSES], env={"TURNSTILE_REFUSAL": str(refusal)}, stderr=subprocess.PIPE, text=True
    )
    assert process.stderr is not None
    said = [process.stderr.readline(), process.stderr.readline()]
    while not refusal.exists() or not refusal.read_text().endswith("\n"):
        assert process.poll() is None
    assert said == ["turnstile test: the first thing\n", "turnstile test: the second\n"]
    assert health(free_port, refusal) == (1, "the first thing; the second\n")
    process.terminate()
    assert process.wait(30) == 2
    process.stderr.close()


def test_a_new_start_forgets_the_last_refusal(tmp_path: Path) -> None:
    refusal = tmp_path / "refusal"
    refusal.write_text("an old mistake\n")
    body = REFUSES.replace('raise UsageError("the first thing", "the second")', "pass")
    ended = subprocess.run([sys.executable, "-c", body], env={"TURNSTILE_REFUSAL": str(refusal)}, check=False)
    assert ended.returncode == 0
    assert not refusal.exists()
