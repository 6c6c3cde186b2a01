"""The dashboard *Counts*: who crossed which line, by the hour, today beside last week.

Prometheus knows how counters grew between two scrapes, and guesses at the edges of an hour. The exact figures, also by
the days of a time zone, are in the counts store: ``/api/counts`` and the page read that.
"""

from __future__ import annotations

from typing import Final

from grafana_foundation_sdk.builders.dashboard import Dashboard, Row

from deploy.grafana.board import board, choice
from deploy.grafana.panels import Query, graph, hourly, number, pale, table

LINES: Final = 'camera=~"$camera", line=~"$line"'
ZONES: Final = 'camera=~"$camera"'
# An hour's bar stands at its beginning: the hour that follows each moment. Last week's stands over today's.
THIS_HOUR: Final = "[1h] offset -1h"
SAME_HOUR_LAST_WEEK: Final = "[1h] offset 167h"


def counts() -> Dashboard:
    """Return the dashboard."""
    dashboard = (
        board("Counts", "turnstile-counts", "Who crossed which line, and when.", "now/d")
        .with_variable(choice("camera", "Camera", "label_values(turnstile_crossings_total, camera)"))
        .with_variable(choice("line", "Line", 'label_values(turnstile_crossings_total{camera=~"$camera"}, line)'))
    )
    for part in (_totals, _hours, _zones):
        part(dashboard)
    return dashboard


def crossings(labels: str, direction: str, window: str) -> str:
    """Return an expression for the crossings in ``window``, a range with its offset, less those taken back since.

    Args:
        labels: To sum by.
        direction: ``in`` or ``out``.
        window: Such as ``[1h] offset 1w``.
    """
    selected = f'{{{LINES}, direction="{direction}"}}{window}'
    return (
        f"round(sum by ({labels}) (increase(turnstile_crossings_total{selected}))"
        f" - sum by ({labels}) (increase(turnstile_crossings_corrected_total{selected})))"
    )


def _totals(dashboard: Dashboard) -> None:
    dashboard.with_row(Row("Time shown"))
    shown, before = "[$__range]", "[$__range] offset 1w"
    inside = Query(f"sum by (camera, zone) (turnstile_zone_occupancy{{{ZONES}}})", "{{camera}} {{zone}}")
    totals = f"sum by (camera, line, direction) (turnstile_line_crossings{{{LINES}}})"
    by_line = (
        Query(crossings("camera, line", "in", shown), "In"),
        Query(crossings("camera, line", "out", shown), "Out"),
        Query(crossings("camera, line", "in", before), "In a week before"),
        Query(crossings("camera, line", "out", before), "Out a week before"),
    )
    for panel in (
        number("In", "Over the lines chosen.", "short", Query(crossings("", "in", shown), "in")),
        number("Out", "Over the lines chosen.", "short", Query(crossings("", "out", shown), "out")),
        number("In zones now", "People inside.", "short", inside),
        number(
            "Totals in the picture",
            "Since the last reset, as every viewer sees them.",
            "short",
            Query(totals, "{{camera}} {{line}} {{direction}}"),
            width=12,
        ),
        table("Per line", "The time shown, and the same time a week before.", *by_line),
    ):
        dashboard.with_panel(panel)


def _hours(dashboard: Dashboard) -> None:
    dashboard.with_row(Row("Per line and hour"))
    for direction in ("in", "out"):
        today = crossings("camera, line", direction, THIS_HOUR)
        last_week = crossings("camera, line", direction, SAME_HOUR_LAST_WEEK)
        panel = hourly(
            f"{direction.capitalize()}, per hour",
            "Each bar stands at the beginning of its hour; the last hour is not over yet. Beside it: the week before.",
            Query(today, "{{camera}} {{line}}"),
            Query(last_week, "{{camera}} {{line}} a week before"),
        )
        dashboard.with_panel(pale(panel, ".* a week before"))
    dashboard.with_panel(
        hourly(
            "Taken back, per hour",
            "Crossings that turned out not to have happened; they are off the figures above.",
            Query(
                f"round(sum by (camera, line) (increase(turnstile_crossings_corrected_total{{{LINES}}}{THIS_HOUR})))",
                "{{camera}} {{line}}",
            ),
            width=24,
        )
    )


def _zones(dashboard: Dashboard) -> None:
    dashboard.with_row(Row("Zones"))
    here = "{{camera}} {{zone}}"
    most = f"max by (camera, zone) (max_over_time(turnstile_zone_occupancy{{{ZONES}}}[$__interval]))"
    dwell = f"max by (camera, zone, quantile) (turnstile_zone_dwell_seconds{{{ZONES}}})"
    visits = f"round(sum by (camera, zone) (increase(turnstile_zone_entries_total{{{ZONES}}}[1h])))"
    for panel in (
        graph("People inside", "The most within each step of the curve.", "short", Query(most, here)),
        graph(
            "Length of visits",
            "0.95: so many of the recent ones were shorter.",
            "s",
            Query(dwell, here + " {{quantile}}"),
        ),
        graph("Visits an hour", "That began in the hour before.", "short", Query(visits, here)),
    ):
        dashboard.with_panel(panel)
