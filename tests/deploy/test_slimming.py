"""deploy/images/hollow.py and slim.sh on libraries made for it, as a wheel brings them."""

from __future__ import annotations

import ctypes
import platform
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

pytestmark = pytest.mark.skipif(
    not all(map(shutil.which, ("as", "ld", "nm", "readelf"))) or platform.machine() not in {"x86_64", "aarch64"},
    reason="needs binutils and a machine that hollow.py knows",
)

HEAD = ".text\n.globl {0}\n.type {0}, %function\n{0}:\n"
ASKS_WHOLE = {"x86_64": "jmp whole@PLT\n", "aarch64": "b whole\n"}
ASKS_NEXT = {"x86_64": "jmp deeper@PLT\n", "aarch64": "b deeper\n"}
ANSWERS_42 = {"x86_64": "mov $42, %eax\n ret\n", "aarch64": "mov x0, 42\n ret\n"}


def make(path: Path, function: str, body: dict[str, str], *linked: Path) -> Path:
    """Make a shared library of one function, linked against others that lie in the folder of wheels' libraries."""
    made = path.with_suffix(".o")
    source = HEAD.format(function) + body[platform.machine()] + '.section .note.GNU-stack, "", %progbits\n'
    subprocess.run(["as", "-o", made], input=source.encode(), check=True)
    where = "$ORIGIN/thing.libs" if linked and path.parent.suffix != ".libs" else "$ORIGIN"
    subprocess.run(["ld", "-shared", "-soname", path.name, "-rpath", where, "-o", path, made, *linked], check=True)
    made.unlink()
    return path


@pytest.fixture
def packages(tmp_path: Path) -> Path:
    folder = tmp_path / "lib" / "python3.11" / "site-packages"
    libraries = folder / "thing.libs"
    libraries.mkdir(parents=True)
    deeper = make(libraries / "libdeeper-0a1b2c3d.so.1", "deeper", ANSWERS_42)
    whole = make(libraries / "libwhole-4e5f6a7b.so.2", "whole", ASKS_NEXT, deeper)
    make(folder / "user.so", "ask", ASKS_WHOLE, whole)
    return folder


def hollow(packages: Path, *names: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "deploy/images/hollow.py"), str(packages.parents[2]), *names]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def ask(packages: Path) -> int | None:
    """Return what the user's function returns, in a process of its own, or None if the user cannot be loaded."""
    script = "import ctypes, sys; print(ctypes.CDLL(sys.argv[1], mode=2).ask())"  # 2: RTLD_NOW, as Python's imports
    answer = subprocess.run(
        [sys.executable, "-c", script, packages / "user.so"], capture_output=True, text=True, check=False
    )
    return ctypes.c_int(int(answer.stdout)).value if answer.returncode == 0 else None


def test_what_was_linked_is_still_loaded_and_answers_nothing(packages: Path) -> None:
    assert ask(packages) == 42
    answer = hollow(packages, "thing.libs/libwhole")
    assert answer.returncode == 0, answer.stderr
    assert ask(packages) not in {42, None}


def test_what_only_it_needed_is_removed(packages: Path) -> None:
    assert "libdeeper" in hollow(packages, "thing.libs/libwhole").stdout
    assert [path.name for path in (packages / "thing.libs").iterdir()] == ["libwhole-4e5f6a7b.so.2"]


@pytest.mark.parametrize("name", ["thing.libs/libgone", "thing.libs/lib", "other.libs/libwhole"])
def test_a_library_that_is_not_there_ends_the_build(packages: Path, name: str) -> None:
    answer = hollow(packages, name)
    assert answer.returncode == 1
    assert f"{name}: expected one such library, found 0" in answer.stderr
    assert ask(packages) == 42


def slim(packages: Path, *parts: str) -> subprocess.CompletedProcess[str]:
    command = ["sh", str(ROOT / "deploy/images/slim.sh"), str(packages.parents[2]), *parts]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_slim_takes_out_what_it_is_told(packages: Path) -> None:
    (packages / "thing" / "tools").mkdir(parents=True)
    (packages / "thing" / "needed.py").touch()
    (packages / "thing" / "typed.pyi").touch()
    assert slim(packages, "thing/too*").returncode == 0
    assert [path.name for path in (packages / "thing").iterdir()] == ["needed.py"]


@pytest.mark.parametrize("part", ["thing/gone", "gone/thing"])
def test_slim_ends_the_build_where_there_is_nothing_to_take(packages: Path, part: str) -> None:
    (packages / "thing").mkdir()
    answer = slim(packages, part)
    assert answer.returncode == 1
    assert "slim.sh: there is no " in answer.stderr
