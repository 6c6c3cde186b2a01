"""What operators see of a Turnstile that runs: metrics as documented, rules that evaluate, panels that show something."""

from __future__ import annotations

import http.client
import json
import re
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.conftest import ROOT
from tests.e2e.conftest import Turnstile
from tests.e2e.prometheus import Programs, Prometheus, find_programs, openmetrics

pytestmark = pytest.mark.timeout(300)  # the first test starts everything

SERVICES = ("streamer", "capture", "inference")  # in the order of their ports
DASHBOARDS = sorted((ROOT / "deploy" / "grafana" / "dashboards").glob("*.json"))
TABLE = ROOT / "docs" / "metrics.md"
CONFIG = """\
model: {model}
cameras:
  street:
    source: {source}
    lines:
      middle: {{from: [0.5, 0], to: [0.5, 1]}}
    zones:
      left: {{polygon: [[0, 0], [0.5, 0], [0.5, 1], [0, 1]]}}
"""
# What Grafana puts in; the names are any.
VARIABLES = {"$__rate_interval": "15s", "$__interval": "15s", "$__range": "1h", "$camera": ".+", "$line": ".+"}
HOUR, WEEK = 3600, 7 * 24 * 3600
PER_HOUR_LAST_WEEK = 60


@dataclass(frozen=True)
class Watched:
    """A Turnstile with a viewer, more of whom it refuses, and the Prometheus that scrapes it."""

    turnstile: Turnstile
    prometheus: Prometheus


@pytest.fixture(scope="module")
def programs() -> Programs:
    return find_programs() or pytest.skip("needs prometheus and promtool: Debian's package prometheus")


@pytest.fixture(scope="module")
def watched(
    tmp_path_factory: pytest.TempPathFactory, programs: Programs, drawn_street: Path, builtin_model: Path
) -> Iterator[Watched]:
    folder = tmp_path_factory.mktemp("monitoring")
    config = folder / "turnstile.yaml"
    config.write_text(CONFIG.format(source=drawn_street, model=builtin_model))
    with ExitStack() as running:
        environment = {"TURNSTILE_MAX_VIEWERS": "1", "TURNSTILE_DATA_DIR": str(folder / "data")}
        turnstile = running.enter_context(closing(Turnstile(folder / "log", "--config", str(config), **environment)))
        past = last_week(port(turnstile, "inference"))
        targets = {service: port(turnstile, service) for service in SERVICES}
        prometheus = running.enter_context(closing(Prometheus(programs, folder, targets, past)))
        turnstile.until(prometheus.ready, "prometheus")
        turnstile.until_counting("street")
        running.enter_context(viewer(turnstile))
        refused = 'turnstile_viewers_refused_total{job="streamer"} == 0'
        assert prometheus.await_series(refused), "scraped before the first viewer is refused"
        assert turnstile.get("/stream/street")[0] == 503
        yield Watched(turnstile, prometheus)


def port(turnstile: Turnstile, service: str) -> int:
    return turnstile.port + SERVICES.index(service)


def last_week(inference_port: int) -> str:
    """Return a crossing a minute of every line and direction, for the hours that are shown beside this one."""
    now = time.time() - WEEK
    where = f'job="inference",instance="127.0.0.1:{inference_port}",camera="street",line="middle"'
    times = [now - 3 * HOUR + 60 * minute for minute in range(5 * 60)]
    return openmetrics(
        [
            (metric, f'{where},direction="{direction}"', at, number * grows)
            for metric, grows in (("turnstile_crossings_total", 1), ("turnstile_crossings_corrected_total", 0))
            for direction in ("in", "out")
            for number, at in enumerate(times)
        ]
    )


@contextmanager
def viewer(turnstile: Turnstile) -> Iterator[None]:
    """Have somebody watch the street for as long as the context lasts."""
    connection = http.client.HTTPConnection("127.0.0.1", turnstile.port, timeout=20)
    left = threading.Event()

    def watch() -> None:
        while not left.is_set() and answer.read1(1 << 20):
            pass

    with closing(connection):
        connection.request("GET", "/stream/street")
        answer = connection.getresponse()
        assert answer.status == 200
        watching = threading.Thread(target=watch, name="viewer")
        watching.start()
        try:
            yield
        finally:
            left.set()
            watching.join()


def queries() -> list[Any]:
    """Return every panel's every query, with what Grafana puts into it, and its step in seconds (None: one moment)."""
    found = []
    for file in DASHBOARDS:
        for panel in json.loads(file.read_text())["panels"]:
            for target in panel.get("targets", []):
                expression = target["expr"]
                for name, value in VARIABLES.items():
                    expression = expression.replace(name, value)
                step = None if target["instant"] else HOUR if panel.get("interval") == "1h" else 15
                found.append(pytest.param(expression, step, id=f"{file.stem}-{panel['title']}-{target['refId']}"))
    return found


@pytest.mark.parametrize(("expression", "step"), queries())
def test_every_query_of_every_panel_returns_series(watched: Watched, expression: str, step: int | None) -> None:
    assert "$" not in expression
    assert watched.prometheus.await_series(expression, step)


def choices() -> list[Any]:
    """Return the query of every dashboard's every variable, and the variable's name."""
    boards = {file.stem: json.loads(file.read_text()) for file in DASHBOARDS}
    return [
        pytest.param(variable["query"], variable["name"], id=f"{board}-{variable['name']}")
        for board, content in boards.items()
        for variable in content["templating"]["list"]
        if variable["type"] == "query"
    ]


@pytest.mark.parametrize(("query", "name"), choices())
def test_the_choices_of_a_dashboard_are_the_cameras_and_lines(watched: Watched, query: str, name: str) -> None:
    asked = re.fullmatch(r"label_values\((?P<series>.+), (?P<label>\w+)\)", query)
    assert asked is not None
    series = asked["series"].replace("$camera", ".+")
    values = watched.prometheus.get(f"/api/v1/label/{asked['label']}/values", **{"match[]": series})
    assert values == [{"camera": "street", "line": "middle"}[name]]


def test_rules_evaluate_and_no_alert_fires_but_for_the_viewer_that_was_refused(watched: Watched) -> None:
    assert watched.prometheus.await_series('ALERTS{alertname="TurnstileViewersRefused", alertstate="firing"} == 1')
    rules = [rule for group in watched.prometheus.get("/api/v1/rules")["groups"] for rule in group["rules"]]
    assert {rule["name"]: rule["lastError"] for rule in rules if rule["health"] != "ok"} == {}
    assert [rule["name"] for rule in rules if rule.get("state") == "firing"] == ["TurnstileViewersRefused"]
    for rule in rules:
        if rule["type"] == "recording":
            assert watched.prometheus.await_series(rule["name"]), rule["name"]


def test_an_hour_of_last_week_stands_beside_this_one(watched: Watched) -> None:
    (query,) = (case.values[0] for case in queries() if case.id == "counts-In, per hour-B")
    assert watched.prometheus.await_series(str(query)) == [({"camera": "street", "line": "middle"}, PER_HOUR_LAST_WEEK)]


def documented(service: str) -> dict[str, tuple[str, frozenset[str]]]:
    """Return type and labels of each metric that the table of a service has, or that of all."""
    section = TABLE.read_text().split(f"\n## {service.capitalize()}\n")[1].split("\n## ")[0]
    rows = re.findall(r"^\| `(\w+)` \| (\w+) \|([^|]*)\|", section, re.MULTILINE)
    return {name: (kind, frozenset(re.findall(r"`(\w+)`", labels))) for name, kind, labels in rows}


@pytest.mark.parametrize("service", SERVICES)
def test_metrics_are_as_documented(watched: Watched, service: str) -> None:
    text = watched.turnstile.get("/metrics", port(watched.turnstile, service))[2].decode()
    known = documented("every service") | documented(service)
    found = set()
    for family in text_string_to_metric_families(text):
        name = f"{family.name}_total" if family.type == "counter" else family.name
        kind, labels = known.get(name, ("", frozenset()))
        assert family.type == kind, f"{name} is a {family.type}: docs/metrics.md has {kind or 'nothing of it'}"
        assert family.documentation
        for sample in family.samples:
            assert sample.labels.keys() - {"le"} == labels, name
        found.add(name)
    assert known.keys() == found
