"""Asks every part of Turnstile that is installed here how it is, and prints what they say."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from importlib.util import find_spec
from typing import Final

from services.common.errors import EXIT_FAILURE, UsageError
from services.common.finding import Finding
from services.common.settings import Settings, load_settings
from services.doctor.machine import examine_folders, examine_machine
from services.doctor.ports import examine_ports

SIGNS: Final = {"works": "ok", "absent": "--", "doubtful": "??", "broken": "!!"}


def main(*, as_json: bool = False) -> int:
    """Print the findings; return 1 if something is broken."""
    findings: list[Finding] = []
    for finding in examine():
        findings.append(finding)
        if not as_json:
            print(_line(finding), flush=True)
    if as_json:
        print(json.dumps([asdict(finding) for finding in findings], indent=2))
    return EXIT_FAILURE if any(finding.verdict == "broken" for finding in findings) else 0


def examine() -> Iterator[Finding]:
    """Yield what is found, the quick things first."""
    yield from examine_machine()
    try:
        settings = load_settings()
    except UsageError as error:
        for problem in error.problems:
            yield Finding("settings", "broken", problem, "correct that environment variable")
        return
    yield from examine_ports(settings)
    yield from _examine_services(settings)


def _examine_services(settings: Settings) -> Iterator[Finding]:
    # An image holds one service; what is not here is another container's to examine.
    if find_spec("services.capture"):
        from services.capture.doctor import examine_cameras  # noqa: PLC0415

        yield from examine_cameras(settings)
    if find_spec("services.inference"):
        yield from examine_folders(settings)
    if find_spec("sqlalchemy"):
        from services.doctor.store import examine_store  # noqa: PLC0415

        yield examine_store(settings)
    if find_spec("services.inference"):
        from services.inference.doctor import examine_model  # noqa: PLC0415

        yield from examine_model(settings)


def _line(finding: Finding) -> str:
    line = f"{SIGNS[finding.verdict]}  {finding.subject}: {finding.told}"
    return f"{line}\n      -> {finding.remedy}" if finding.remedy else line
