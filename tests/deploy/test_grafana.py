"""What Grafana is given: dashboards as their code makes them, and a data source that they find."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.conftest import ROOT

GRAFANA = ROOT / "deploy" / "grafana"
DASHBOARDS = sorted((GRAFANA / "dashboards").glob("*.json"))


def load(path: Path) -> Any:
    return YAML(typ="safe").load(path)


def panels(file: Path) -> list[dict[str, Any]]:
    return [panel for panel in json.loads(file.read_text())["panels"] if panel["type"] != "row"]


def test_the_dashboards_are_what_their_code_makes(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-m", "deploy.grafana", str(tmp_path)], cwd=ROOT, check=True, timeout=60)
    made = {file.name: file.read_text() for file in tmp_path.iterdir()}
    assert made == {file.name: file.read_text() for file in DASHBOARDS}, "edited by hand, or stale: make dashboards"


def test_operations_and_counts_are_there() -> None:
    boards = [json.loads(file.read_text()) for file in DASHBOARDS]
    assert {(board["uid"], board["title"]) for board in boards} == {
        ("turnstile-operations", "Operations"),
        ("turnstile-counts", "Counts"),
    }


@pytest.mark.parametrize("file", DASHBOARDS, ids=lambda file: file.stem)
def test_panels_have_a_place_of_their_own(file: Path) -> None:
    taken: dict[tuple[int, int], str] = {}
    for panel in panels(file):
        at = panel["gridPos"]
        assert at["x"] + at["w"] <= 24, panel["title"]
        for x in range(at["x"], at["x"] + at["w"]):
            for y in range(at["y"], at["y"] + at["h"]):
                assert taken.setdefault((x, y), panel["title"]) == panel["title"]
    numbers = [panel["id"] for panel in panels(file)]
    assert len(set(numbers)) == len(numbers)


@pytest.mark.parametrize("file", DASHBOARDS, ids=lambda file: file.stem)
def test_panels_say_what_they_show_and_ask_the_data_source_chosen(file: Path) -> None:
    for panel in panels(file):
        assert panel["title"]
        assert panel["description"].endswith("."), panel["title"]
        assert {target["datasource"]["uid"] for target in panel["targets"]} == {"${datasource}"}


def test_the_data_source_is_our_prometheus_and_scrapes_as_often_as_it_is_told() -> None:
    (source,) = load(GRAFANA / "provisioning" / "datasources" / "prometheus.yml")["datasources"]
    assert (source["type"], source["url"], source["isDefault"]) == ("prometheus", "http://prometheus:9090", True)
    scraping = load(ROOT / "deploy" / "prometheus" / "prometheus.yml")["global"]["scrape_interval"]
    assert source["jsonData"]["timeInterval"] == scraping
