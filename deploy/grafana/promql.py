"""Expressions that panels are made of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from deploy.grafana.panels import State

SERVICES: Final = 'job=~"capture|inference|streamer"'
CAMERA: Final = 'camera=~"$camera"'


def rate(metric: str, by: str, where: str = "") -> str:
    """Return how fast a counter grows, per second, summed by the labels ``by``; ``where`` selects the series."""
    selected = f"{{{where}}}" if where else ""
    return f"sum by ({by}) (rate({metric}{selected}[$__rate_interval]))"


def quantile(percent: int, histogram: str, by: str = "", where: str = "") -> str:
    """Return what ``percent`` of 100 observations did not exceed, by the labels ``by``."""
    buckets = rate(f"{histogram}_bucket", f"le, {by}" if by else "le", where)
    return f"histogram_quantile({percent / 100}, {buckets})"


def numbered(metric: str, states: Sequence[State], where: str = "") -> str:
    """Return the number of the state that is at 1, for a metric that has a series for each state."""
    selected = f"{where}, " if where else ""
    return " or ".join(f'{state.value} * ({metric}{{{selected}state="{state.text}"}} == 1)' for state in states)
