"""Panels as our dashboards have them: the settings that all share, in one place."""

from __future__ import annotations

from collections.abc import Sequence
from string import ascii_uppercase
from typing import NamedTuple, TypeVar

from grafana_foundation_sdk.builders.common import (
    ReduceDataOptions,
    StackingConfig,
    VizLegendOptions,
    VizTooltipOptions,
)
from grafana_foundation_sdk.builders.dashboard import ThresholdsConfig
from grafana_foundation_sdk.builders.prometheus import Dataquery
from grafana_foundation_sdk.builders.stat import Panel as Stat
from grafana_foundation_sdk.builders.statetimeline import Panel as StateTimeline
from grafana_foundation_sdk.builders.table import Panel as Table
from grafana_foundation_sdk.builders.timeseries import Panel as TimeSeries
from grafana_foundation_sdk.models.common import (
    GraphDrawStyle,
    LegendDisplayMode,
    LegendPlacement,
    SortOrder,
    StackingMode,
    TooltipDisplayMode,
    VisibilityMode,
)
from grafana_foundation_sdk.models.dashboard import (
    DataSourceRef,
    DataTransformerConfig,
    DynamicConfigValue,
    Threshold,
    ThresholdsMode,
    ValueMap,
    ValueMappingResult,
)
from grafana_foundation_sdk.models.prometheus import PromQueryFormat

SOURCE = DataSourceRef(type_val="prometheus", uid="${datasource}")
AnyPanel = TypeVar("AnyPanel", TimeSeries, Stat, StateTimeline, Table)


class Query(NamedTuple):
    """A PromQL expression and how its series are called: ``{{label}}`` stands for a label's value."""

    expr: str
    legend: str = ""


class State(NamedTuple):
    """What a number stands for."""

    value: int
    text: str
    color: str


def graph(title: str, about: str, unit: str, *queries: Query, width: int = 8, stacked: bool = False) -> TimeSeries:
    """Return curves over time."""
    panel = _plain(TimeSeries(), title, about, queries, width).unit(unit).min(0).height(8)
    panel.show_points(VisibilityMode.NEVER).line_width(1).fill_opacity(10)
    if stacked:
        panel.stacking(StackingConfig().mode(StackingMode.NORMAL).group("A")).fill_opacity(40)
    return panel.legend(_legend()).tooltip(_tooltip())


def hourly(title: str, about: str, *queries: Query, width: int = 12) -> TimeSeries:
    """Return bars, one for each full hour (UTC) of each series, at the hour's beginning."""
    panel = _plain(TimeSeries(), title, about, queries, width).unit("short").decimals(0).min(0).height(9)
    panel.draw_style(GraphDrawStyle.BARS).fill_opacity(60).line_width(1)
    # As many points as 33 days have hours: beyond them the bars would no longer be hours.
    return panel.interval("1h").max_data_points(800).legend(_legend()).tooltip(_tooltip())


def number(title: str, about: str, unit: str, *queries: Query, width: int = 4, alarm_from: float | None = None) -> Stat:
    """Return single figures, as of the end of the time shown; red from ``alarm_from`` on."""
    panel = _plain(Stat(), title, about, queries, width, instant=True).unit(unit).height(4)
    steps = [Threshold(color="green")]
    if alarm_from is not None:
        steps.append(Threshold(value=alarm_from, color="red"))
    panel.thresholds(ThresholdsConfig().mode(ThresholdsMode.ABSOLUTE).steps(steps))
    return panel.reduce_options(ReduceDataOptions().calcs(["lastNotNull"]))


def states(title: str, about: str, meaning: Sequence[State], *queries: Query, width: int = 24) -> StateTimeline:
    """Return coloured bands over time, one for each series."""
    panel = _plain(StateTimeline(), title, about, queries, width).height(5).row_height(0.8)
    results = {
        str(state.value): ValueMappingResult(text=state.text, color=state.color, index=index)
        for index, state in enumerate(meaning)
    }
    return panel.mappings([ValueMap(options=results)]).legend(_legend())


def table(title: str, about: str, *queries: Query, width: int = 24, hidden: Sequence[str] = ()) -> Table:
    """Return one row for each set of labels and one column for each query, called as its legend says."""
    panel = _plain(Table(), title, about, queries, width, instant=True, tabular=True).height(8).decimals(0)
    names = {f"Value #{letter}": query.legend for letter, query in zip(ascii_uppercase, queries, strict=False)}
    names["Value"] = queries[0].legend
    panel.with_transformation(DataTransformerConfig(id_val="merge", options={}))
    return panel.with_transformation(
        DataTransformerConfig(
            id_val="organize",
            options={"excludeByName": dict.fromkeys(["Time", *hidden], True), "renameByName": names},
        )
    )


def pale(panel: TimeSeries, series: str) -> TimeSeries:
    """Draw the series whose names match ``series`` (a regular expression) paler than the others."""
    return panel.override_by_regexp(
        series, [DynamicConfigValue("custom.fillOpacity", 10), DynamicConfigValue("custom.lineWidth", 2)]
    )


def _plain(
    panel: AnyPanel,
    title: str,
    about: str,
    queries: Sequence[Query],
    width: int,
    *,
    instant: bool = False,
    tabular: bool = False,
) -> AnyPanel:
    panel.title(title).description(about).datasource(SOURCE).span(width)
    for letter, query in zip(ascii_uppercase, queries, strict=False):
        target = Dataquery().ref_id(letter).datasource(SOURCE).expr(query.expr).legend_format(query.legend)
        target = target.instant() if instant else target.range()
        panel.with_target(target.format(PromQueryFormat.TABLE if tabular else PromQueryFormat.TIME_SERIES))
    return panel


def _legend() -> VizLegendOptions:
    return VizLegendOptions().display_mode(LegendDisplayMode.LIST).placement(LegendPlacement.BOTTOM).show_legend(True)


def _tooltip() -> VizTooltipOptions:
    return VizTooltipOptions().mode(TooltipDisplayMode.MULTI).sort(SortOrder.DESCENDING)
