from __future__ import annotations

import sys
from pathlib import Path

import psutil
import pytest

from tests.bench.procs import BenchError, Process
from tests.bench.usage import CpuReading, CpuUse, MemoryUse, child_with
from tests.bench.watch import readers

ANSWER_SECONDS = 30


def test_readers_receive_what_the_bare_loop_sends(tmp_path: Path) -> None:
    with Process.of_module("bare", "--fps", 100, "--count", 3, logs=tmp_path) as bare:
        url = f"http://127.0.0.1:{bare.ask(ANSWER_SECONDS, [1000, 3000])['port']}/"
        with readers(url, 3, tmp_path) as crowd:
            while bare.ask(ANSWER_SECONDS)["sent"] < 60:
                pass
            # 60 parts are 20 for each, of 2000 bytes in the mean; the last round may still be on its way.
            assert crowd.received() > 3 * 19 * 2000


def test_the_whole_group_is_ended(tmp_path: Path) -> None:
    inner = "print('{}', flush=True); input()"
    code = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {inner!r}])"
    with Process("parent", [sys.executable, "-c", code], tmp_path, talks=True) as process:
        process.hear(ANSWER_SECONDS)
        child = child_with(process.pid, inner)
        assert child is not None
    assert not psutil.pid_exists(process.pid)
    assert not psutil.pid_exists(child) or psutil.Process(child).status() == psutil.STATUS_ZOMBIE


def test_a_process_that_ends_is_told_with_its_log(tmp_path: Path) -> None:
    code = "import sys; sys.exit('no camera here')"
    with (
        Process("camera", [sys.executable, "-c", code], tmp_path, talks=True) as process,
        pytest.raises(BenchError, match=r"camera ended with status 1(.|\n)*no camera here"),
    ):
        process.hear(ANSWER_SECONDS)


def test_cpu_is_counted_for_the_tree_and_for_others() -> None:
    before = CpuReading(at=100.0, of_pid={1: 5.0, 2: 1.0, 3: 9.0}, machine=50.0, ours=20.0)
    after = CpuReading(at=110.0, of_pid={1: 8.0, 2: 1.5, 4: 0.5}, machine=68.0, ours=35.0)  # 3 ended, 4 began
    use = CpuUse.between(before, after)
    assert use.own == pytest.approx(0.4)
    assert use.others == pytest.approx(0.3)


def test_memory_of_a_tree_grows_with_its_children(tmp_path: Path) -> None:
    code = "data = bytearray(b'x') * 50_000_000; print('{}', flush=True); input()"
    with Process("big", [sys.executable, "-c", code], tmp_path, talks=True) as process:
        process.hear(ANSWER_SECONDS)
        use = MemoryUse.of(process.pid)
    assert 50 < use.rss < 100
    assert use.pss is None or use.pss <= use.rss
