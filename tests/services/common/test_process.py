"""How a service starts and stops, with real processes and sockets."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys

import pytest

from services.common.errors import UsageError
from services.common.http import listen
from services.common.settings import load_settings, make_ipc_folder

BODY = """
import sys
from services.common.errors import UsageError
from services.common.lifecycle import run_service
def body(settings, stop):
    print("up", flush=True)
    {work}
sys.exit(run_service("test", body, stop_deadline={deadline}))
"""


def run(work: str, *, deadline: float = 30.0, **environment: str) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", BODY.format(work=work, deadline=deadline)],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    process.stdout.readline()
    return process


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_in_order(number: signal.Signals) -> None:
    process = run("stop.wait(); print('bye', flush=True)")
    process.send_signal(number)
    out, _ = process.communicate(timeout=60)
    assert out == "bye\n"
    assert process.returncode == 0


def test_a_process_that_is_stuck_is_ended_at_the_deadline() -> None:
    process = run("import threading; threading.Event().wait()", deadline=0.5)
    process.send_signal(signal.SIGTERM)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 0
    assert "did not stop within 0.5 s" in err


def test_it_ends_when_its_parent_is_gone() -> None:
    process = run("stop.wait(); print('orphan', flush=True)", TURNSTILE_SUPERVISED="1")
    out, _ = process.communicate(timeout=60)  # closes its standard input
    assert out == "orphan\n"


def test_a_thread_that_fails_ends_the_process() -> None:
    process = run("import threading; threading.Thread(target=lambda: 1 / 0, name='counter').start(); stop.wait()")
    _, err = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "counter failed" in err
    assert "ZeroDivisionError" in err


def test_a_mistake_is_one_sentence_and_status_2() -> None:
    process = run("raise UsageError('the first thing', 'the second')")
    _, err = process.communicate(timeout=60)
    assert process.returncode == 2
    assert err == "turnstile test: the first thing\nturnstile test: the second\n"


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("TURNSTILE_PORT", "http"),
        ("TURNSTILE_PORT", "70000"),
        ("TURNSTILE_MAX_VIEWERS", "0"),
        ("TURNSTILE_LOG_LEVEL", "LOUD"),
        ("TURNSTILE_CAPTURE_BUS", "udp://x:1"),
    ],
)
def test_a_bad_setting_names_its_variable(monkeypatch: pytest.MonkeyPatch, variable: str, value: str) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(UsageError, match=value):
        load_settings()


def test_a_port_in_use_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(UsageError, match=f"port {port} on 127.0.0.1 is in use"):
            listen("127.0.0.1", port)


def test_an_address_of_another_machine_is_named() -> None:
    with pytest.raises(UsageError, match=r"cannot listen on 192\.0\.2\.1 port 8000"):
        listen("192.0.2.1", 8000)


def test_an_ipc_folder_that_cannot_be_written_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TURNSTILE_IPC_DIR", "/proc/turnstile")
    with pytest.raises(UsageError, match="the ipc folder /proc/turnstile cannot be written"):
        make_ipc_folder(load_settings().capture)
