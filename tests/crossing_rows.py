"""What `/api/crossings` tells as CSV, and what it adds up to."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable


def parsed(body: bytes) -> list[dict[str, str]]:
    """Return the rows of ``body``, in its order."""
    return list(csv.DictReader(io.StringIO(body.decode(), newline="")))


def added_up(rows: Iterable[dict[str, str]]) -> Counter[tuple[str, str]]:
    """Return the total of each line and direction; a row that takes another back counts -1."""
    counts: Counter[tuple[str, str]] = Counter()
    for row in rows:
        counts[row["line"], row["direction"]] += -1 if row["corrects"] else 1
    return counts
