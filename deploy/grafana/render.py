"""The dashboards as the JSON files that Grafana reads."""

from __future__ import annotations

from grafana_foundation_sdk.builders.dashboard import Dashboard
from grafana_foundation_sdk.cog.encoder import JSONEncoder

from deploy.grafana.counts import counts
from deploy.grafana.operations import operations


def render_all() -> dict[str, str]:
    """Return the text of each file by its name."""
    return {"operations.json": render(operations()), "counts.json": render(counts())}


def render(board: Dashboard) -> str:
    """Return one dashboard; its panels are numbered in their order, so that a link to one lasts."""
    built = board.build()
    for number, panel in enumerate(built.panels or [], start=1):
        panel.id_val = number
    return JSONEncoder(indent=2, sort_keys=True).encode(built) + "\n"
