"""Puts hollow libraries in the place of ones that are linked but never called, and takes out what nothing needs then.

``python hollow.py /venv av.libs/libx265 av.libs/libavfilter`` in a container's build stage, with binutils. PyAV's wheel
is linked against every encoder, filter and sound card that FFmpeg knows, 40 MB that a service which only decodes never
calls, yet the loader wants them all. A hollow library has the name of the whole one and every function that somebody
was linked against. Each answers with the address of some zero bytes: an empty text, a structure of nothing or a
failure, whatever its caller asked for. Those that walk through a list answer that it is at its end.
"""

from __future__ import annotations

import platform
import re
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

# By machine: what returns an address of zero bytes, and what returns none.
ANSWERS: Final = {
    "x86_64": ("lea nothing(%rip), %rax\n ret", "xor %eax, %eax\n ret"),
    "aarch64": ("adrp x0, nothing\n add x0, x0, :lo12:nothing\n ret", "mov x0, 0\n ret"),
}
WALKS: Final = "_iterate"
NEEDED: Final = re.compile(r"\(NEEDED\).*\[(.+)\]")
WHEELS_NAME: Final = "-????????.so*"  # auditwheel puts eight digits of a hash behind the name


class HollowError(Exception):
    """A library is not as it was expected; says which and how."""


@dataclass(frozen=True, slots=True)
class Function:
    """A function of a library; ``version`` is that of its symbol, empty if it has none."""

    name: str
    version: str


def main() -> int:
    """Hollow out what the command line names; return the exit status."""
    (packages,) = Path(sys.argv[1]).glob("lib/python3.*/site-packages")
    linked = {path: _needs(path) for path in packages.rglob("*.so*") if path.is_file()}
    try:
        for name in sys.argv[2:]:
            hollow(packages, name, linked)
    except HollowError as error:
        print(f"hollow.py: {error}", file=sys.stderr)
        return 1
    print("nothing needs any more:", *remove_orphans(linked))
    return 0


def hollow(packages: Path, name: str, linked: dict[Path, frozenset[str]]) -> None:
    """Replace a library that a wheel brought.

    Args:
        packages: The folder of all packages.
        name: Where the library is in it, without the hash and version that end its name: ``av.libs/libx265``.
        linked: Every library and extension module, and what each is linked against; brought up to date.

    Raises:
        HollowError: There is not exactly one, nobody is linked against it, or what they take of it is not a function.
    """
    found = [path for path in packages.glob(name + WHEELS_NAME) if path in linked]
    if len(found) != 1:
        raise HollowError(f"{name}: expected one such library, found {len(found)}: look what became of it")
    library = found[0]
    users = [path for path, needed in linked.items() if library.name in needed]
    wanted = {function.name for user in users for function, _ in _symbols(user, "--undefined-only")}
    offered = {function: kind for function, kind in _symbols(library, "--defined-only") if function.name in wanted}
    if not offered:
        raise HollowError(f"{library.name}: nothing is linked against it")
    if data := sorted(function.name for function, kind in offered.items() if kind not in "TWi"):
        raise HollowError(f"{library.name}: not only functions are taken of it: {', '.join(data)}")
    _make(library, offered)
    linked[library] = frozenset()


def remove_orphans(linked: dict[Path, frozenset[str]]) -> list[str]:
    """Remove the libraries of wheels that no program or extension module is linked against, be it through others."""
    needed = {name for path, names in linked.items() if path.parent.suffix != ".libs" for name in names}
    waiting = list(needed)
    while waiting:
        name = waiting.pop()
        found = {other for path, names in linked.items() if path.name == name for other in names} - needed
        needed |= found
        waiting += found
    orphans = [path for path in linked if path.parent.suffix == ".libs" and path.name not in needed]
    for path in orphans:
        path.unlink()
    return sorted(path.name for path in orphans)


def _make(library: Path, functions: Iterable[Function]) -> None:
    by_version: dict[str, list[str]] = defaultdict(list)
    for function in functions:
        by_version[function.version].append(function.name)
    source = _assembly([name for names in by_version.values() for name in names])
    if (unversioned := by_version.pop("", [])) and by_version:
        raise HollowError(f"{library.name}: some functions have a version and {', '.join(unversioned)} have none")
    with tempfile.TemporaryDirectory() as folder:
        made, versions = Path(folder, "hollow.o"), Path(folder, "versions")
        _tool("as", "-o", made, read=source)
        versions.write_text("".join(f"{name} {{ global: {'; '.join(of)}; }};\n" for name, of in by_version.items()))
        versioned = [f"--version-script={versions}"] if by_version else []
        library.unlink()
        _tool("ld", "-shared", "-s", "--hash-style=gnu", "-soname", library.name, *versioned, "-o", library, made)


def _assembly(names: list[str]) -> str:
    address, none = ANSWERS[platform.machine()]
    walks = [_label(name) for name in names if name.endswith(WALKS)]
    others = [_label(name) for name in names if not name.endswith(WALKS)]
    lines = [".text", *walks, none, *others, address, ".bss", "nothing: .skip 64"]
    return "\n".join([*lines, '.section .note.GNU-stack, "", %progbits\n'])


def _label(name: str) -> str:
    return f".globl {name}\n.type {name}, %function\n{name}:"


def _symbols(library: Path, which: str) -> Iterator[tuple[Function, str]]:
    for line in _tool("nm", "-D", "-P", which, library).splitlines():
        symbol, kind = line.split()[:2]
        name, _, version = symbol.replace("@@", "@").partition("@")
        yield Function(name, version), kind


def _needs(library: Path) -> frozenset[str]:
    return frozenset(NEEDED.findall(_tool("readelf", "-d", library)))


def _tool(*command: str | Path, read: str = "") -> str:
    return subprocess.run(command, input=read, stdout=subprocess.PIPE, text=True, check=True).stdout  # noqa: S603 - binutils


if __name__ == "__main__":
    sys.exit(main())
