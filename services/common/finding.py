"""What `turnstile doctor` finds: each part of Turnstile examines itself and says so in the same form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Verdict = Literal["works", "absent", "doubtful", "broken"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        subject: ``camera /dev/video0``, ``port 8000``.
        verdict: ``absent`` is nothing wrong: there is no camera, say. ``doubtful`` runs, but not as one would wish.
        told: One sentence.
        remedy: What to do, word for word: a command, or the line to add. Empty where nothing is to be done.
    """

    subject: str
    verdict: Verdict
    told: str
    remedy: str = ""
