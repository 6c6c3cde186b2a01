"""Errors that a person can mend."""

from __future__ import annotations

from typing import Final

EXIT_FAILURE: Final = 1  # a fault of ours
EXIT_USAGE: Final = 2  # a mistake in what was asked: trying again changes nothing, so nobody restarts the process


class UsageError(Exception):
    """What was asked for cannot be done; each of ``problems`` is one sentence for people. Ends a process with 2."""

    def __init__(self, *problems: str) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems
