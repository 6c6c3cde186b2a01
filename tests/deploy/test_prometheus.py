"""What Prometheus is given: it accepts it, and each alert fires when it should and not when it should not."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.conftest import ROOT

PROMETHEUS = ROOT / "deploy" / "prometheus"
UNIT_TESTS = Path(__file__).parent / "prometheus"
RUNBOOK = ROOT / "docs" / "runbook.md"


def load(path: Path) -> Any:
    return YAML(typ="safe").load(path)


def alerts() -> dict[str, Any]:
    """Return every alerting rule by its name."""
    files = sorted((PROMETHEUS / "rules").glob("*.yml"))
    rules = [rule for file in files for group in load(file)["groups"] for rule in group["rules"]]
    return {rule["alert"]: rule for rule in rules if "alert" in rule}


@pytest.fixture
def promtool() -> str:
    found = shutil.which("promtool")
    return found or pytest.skip("needs promtool: Debian's package prometheus")


def run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, timeout=110, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_configuration_and_its_rules_are_accepted(promtool: str) -> None:
    run(promtool, "check", "config", str(PROMETHEUS / "prometheus.yml"))


def test_every_service_is_scraped_at_its_port_wherever_dns_finds_it() -> None:
    jobs = {job["job_name"]: job for job in load(PROMETHEUS / "prometheus.yml")["scrape_configs"]}
    found = {name: [(e["names"], e["port"]) for e in job.get("dns_sd_configs", [])] for name, job in jobs.items()}
    assert found == {
        "capture": [(["capture"], 8001)],
        "inference": [(["inference"], 8002)],
        "streamer": [(["streamer"], 8000)],
        "prometheus": [],
    }


@pytest.mark.parametrize("alert", alerts())
def test_an_alert_fires_when_it_should_and_not_when_it_should_not(promtool: str, alert: str) -> None:
    file = UNIT_TESTS / f"{alert}.yml"
    cases = [case for test in load(file)["tests"] for case in test["alert_rule_test"]]
    assert {case["alertname"] for case in cases} == {alert}
    assert {bool(case["exp_alerts"]) for case in cases} == {True, False}, "both are to be tested"
    run(promtool, "test", "rules", str(file))


def test_no_unit_test_is_of_an_alert_that_is_no_more() -> None:
    assert {file.stem for file in UNIT_TESTS.glob("*.yml")} == alerts().keys()


@pytest.mark.parametrize(("alert", "rule"), alerts().items())
def test_an_alert_says_how_bad_it_is_and_where_to_read_what_to_do(alert: str, rule: dict[str, Any]) -> None:
    assert rule["labels"]["severity"] in {"critical", "warning"}
    assert rule["annotations"].keys() == {"summary", "description", "runbook"}
    page, _, section = rule["annotations"]["runbook"].partition("#")
    assert ROOT / page == RUNBOOK
    titles = re.findall(r"^## (.+)$", RUNBOOK.read_text(), re.MULTILINE)
    assert section in [title.lower().replace(" ", "-") for title in titles], f"{alert} has no section in the runbook"


def test_the_runbook_has_no_section_that_no_alert_points_at() -> None:
    sections = re.findall(r"^## (.+)$", RUNBOOK.read_text(), re.MULTILINE)
    assert len(sections) == len(alerts())
