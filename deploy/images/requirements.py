"""Writes deploy/requirements/SERVICE.txt: all that one service's image installs, at the versions of constraints.txt.

``python deploy/images/requirements.py`` in the development environment; ``--check`` says what is out of date instead.
"""

from __future__ import annotations

import argparse
import re
import sys
import tomllib
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path
from typing import Final

from packaging.requirements import Requirement

DEPLOY: Final = Path(__file__).resolve().parents[1]
TARGET: Final = DEPLOY / "requirements"
SERVICES: Final = ("capture", "inference", "streamer")

# What a package asks for and Turnstile never imports. Ultralytics plots and trains with some, torch compiles with
# others. tests/deploy loads, exports and tracks with all of these out of reach.
UNUSED: Final = frozenset(
    {
        *("matplotlib", "polars", "ultralytics-thop", "ultralytics-platform"),  # of ultralytics
        *("fsspec", "jinja2", "networkx", "setuptools", "sympy"),  # of torch
        *("markdown-it-py", "pygments", "rich"),  # of typer, which prints plainly without
        *("nvidia-ml-py", "openvino-telemetry"),
    }
)
HEADER: Final = "# Made by deploy/images/requirements.py from pyproject.toml and constraints.txt.\n"
# Its build (CPU, CUDA) comes from an index of its own, see services/inference/Dockerfile.
APART: Final = frozenset({"torch"})


def canonical(name: str) -> str:
    """Return the form of a package's name that is compared (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def pins() -> dict[str, str]:
    """Return the version of every package in constraints.txt."""
    lines = (DEPLOY / "constraints.txt").read_text().splitlines()
    pairs = (line.split("==") for line in lines if "==" in line)
    return {canonical(name): version.strip() for name, version in pairs}


def closure(service: str) -> set[str]:
    """Return every package that ``service`` needs, by what the installed packages say of themselves.

    Raises:
        SystemExit: One is not installed here, so its needs are unknown.
    """
    project = tomllib.loads((DEPLOY.parent / "pyproject.toml").read_text())["project"]
    waiting = [Requirement(line) for line in (*project["dependencies"], *project["optional-dependencies"][service])]
    needed: set[str] = set()
    seen: set[tuple[str, frozenset[str]]] = set()
    while waiting:
        requirement = waiting.pop()
        name = canonical(requirement.name)
        key = name, frozenset(requirement.extras)
        if name in UNUSED or key in seen:
            continue
        seen.add(key)
        needed.add(name)
        waiting += _needs(name, requirement.extras)
    return needed - APART


def _needs(name: str, extras: set[str]) -> list[Requirement]:
    try:
        asked = [Requirement(line) for line in requires(name) or ()]
    except PackageNotFoundError:
        raise SystemExit(f"{name} is not installed here: run make setup") from None
    return [requirement for requirement in asked if _applies(requirement, extras)]


def _applies(requirement: Requirement, extras: set[str]) -> bool:
    marker = requirement.marker
    return marker is None or any(marker.evaluate({"extra": extra}) for extra in ("", *extras))


def text(service: str) -> str:
    """Return the file of ``service``.

    Raises:
        SystemExit: constraints.txt has no version of a package.
    """
    versions = pins()
    names = sorted(closure(service))
    if missing := [name for name in names if name not in versions]:
        raise SystemExit(f"deploy/constraints.txt has no version of {', '.join(missing)}")
    return HEADER + "".join(f"{name}=={versions[name]}\n" for name in names)


def main() -> int:
    """Write the files, or check them; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    checking = parser.parse_args().check
    wanted = {TARGET / f"{service}.txt": text(service) for service in SERVICES}
    stale = [path for path, content in wanted.items() if not path.exists() or path.read_text() != content]
    for path in stale:
        if checking:
            print(f"{path.relative_to(DEPLOY.parent)} is out of date: run python deploy/images/requirements.py")
        else:
            path.parent.mkdir(exist_ok=True)
            path.write_text(wanted[path])
    return 1 if checking and stale else 0


if __name__ == "__main__":
    sys.exit(main())
