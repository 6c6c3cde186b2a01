"""What our dashboards have in common but for their panels."""

from __future__ import annotations

from grafana_foundation_sdk.builders.dashboard import Dashboard, DatasourceVariable, QueryVariable
from grafana_foundation_sdk.models.dashboard import DashboardCursorSync, VariableOption, VariableRefresh, VariableSort

from deploy.grafana.panels import SOURCE


def board(title: str, uid: str, description: str, since: str) -> Dashboard:
    """Return an empty dashboard that shows the time from ``since`` (such as ``now-1h``) to now."""
    return (
        Dashboard(title)
        .uid(uid)
        .description(description)
        .tags(["turnstile"])
        .time(since, "now")
        .timezone("browser")
        .refresh("30s")
        .readonly()
        .tooltip(DashboardCursorSync.CROSSHAIR)
        .with_variable(DatasourceVariable("datasource").label("Data source").type("prometheus"))
    )


def choice(name: str, label: str, values: str) -> QueryVariable:
    """Return a variable of which several values can be chosen, all of them to begin with."""
    return (
        QueryVariable(name)
        .label(label)
        .datasource(SOURCE)
        .query(values)
        .refresh(VariableRefresh.ON_TIME_RANGE_CHANGED)
        .sort(VariableSort.ALPHABETICAL_ASC)
        .multi(True)
        .include_all(True)
        .current(VariableOption(text=["All"], value=["$__all"]))
    )
