"""The comparison as text, as data and as a page for docs/."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from services.inference.evaluate.tracking import TrackingScore

OURS = "Turnstile"


@dataclass(frozen=True, slots=True)
class Row:
    """What came out on one clip.

    Attributes:
        true: Crossings that there are, by line and direction.
        counted: What each counter says.
        tracking: How well people were followed, by ours and by the tracker that the others got; where it is known.
    """

    name: str
    group: str
    true: Counter[tuple[str, str]]
    counted: dict[str, Counter[tuple[str, str]]]
    tracking: dict[str, TrackingScore] = field(default_factory=dict)

    def errors(self, counter: str) -> int:
        """Return crossings too many or too few, over all lines and both directions."""
        counts = self.counted[counter]
        return sum(abs(counts[key] - self.true[key]) for key in self.true.keys() | counts.keys())


def text(rows: Sequence[Row]) -> str:
    """Return aligned text: errors of each counter on each clip."""
    return "\n".join(_aligned(list(_cells(rows))))


def markdown(rows: Sequence[Row]) -> str:
    """Return the same as a table for a page."""
    head, *body = _cells(rows)
    rule = ["---", *["---:"] * (len(head) - 1)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (head, rule, *body))


def tracking_markdown(rows: Sequence[Row]) -> str:
    """Return how well people were followed, as a table for a page."""
    lines = ["| | tracker | MOTA | IDF1 | HOTA | id switches |", "| --- | --- | ---: | ---: | ---: | ---: |"]
    for row in rows:
        for name, score in row.tracking.items():
            values = f"{score.mota:.3f} | {score.idf1:.3f} | {score.hota:.3f} | {score.id_switches}"
            lines.append(f"| {row.group}: {row.name} | {name} | {values} |")
    return "\n".join(lines)


def as_json(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Return everything as data."""
    return [
        {
            "group": row.group,
            "clip": row.name,
            "true": row.true.total(),
            "errors": {name: row.errors(name) for name in row.counted},
            "lines": [
                {
                    "line": line,
                    "direction": direction,
                    "true": row.true[line, direction],
                    **{name: counts[line, direction] for name, counts in row.counted.items()},
                }
                for line, direction in sorted(row.true.keys() | set().union(*row.counted.values()))
            ],
            "tracking": {
                name: {
                    "mota": round(score.mota, 4),
                    "idf1": round(score.idf1, 4),
                    "hota": round(score.hota, 4),
                    "id_switches": score.id_switches,
                }
                for name, score in row.tracking.items()
            },
        }
        for row in rows
    ]


def groups(rows: Iterable[Row]) -> dict[str, list[Row]]:
    """Return the rows by group, in their order."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row.group, []).append(row)
    return found


def _cells(rows: Sequence[Row]) -> Iterable[list[str]]:
    names = list(rows[0].counted)
    yield ["errors", "true", *names]
    for group, members in groups(rows).items():
        for row in members:
            yield [f"{group}: {row.name}", str(row.true.total()), *(str(row.errors(name)) for name in names)]
        if len(members) > 1:
            true = sum(row.true.total() for row in members)
            sums = [sum(row.errors(name) for row in members) for name in names]
            yield [f"{group}: all", str(true), *(f"{errors} ({errors / true:.1%})" for errors in sums)]


def _aligned(cells: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(len(row[column]) for row in cells) for column in range(len(cells[0]))]
    return [
        "   ".join(
            text.ljust(width) if column == 0 else text.rjust(width)
            for column, (text, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in cells
    ]
