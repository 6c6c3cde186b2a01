"""A real Prometheus, with Turnstile's own configuration, that scrapes a Turnstile which runs on this machine."""

from __future__ import annotations

import json
import math
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from ruamel.yaml import YAML

from tests.conftest import ROOT

CONFIGURATION = ROOT / "deploy" / "prometheus" / "prometheus.yml"
DEADLINE = 60.0
Labels = dict[str, str]


class Programs(NamedTuple):
    """Paths of what Prometheus consists of."""

    prometheus: str
    promtool: str


def find_programs() -> Programs | None:
    """Return the programs, or None where they are not installed."""
    found = shutil.which("prometheus"), shutil.which("promtool")
    return Programs(found[0], found[1]) if found[0] and found[1] else None


class Prometheus:
    """The process and its HTTP API.

    Args:
        programs: To run.
        folder: For its configuration, data and log.
        targets: The port of each job that is found by DNS in the configuration: there is no such DNS here.
        past: Samples of long ago in OpenMetrics' text format, to be there from the start.
    """

    def __init__(self, programs: Programs, folder: Path, targets: Mapping[str, int], past: str) -> None:
        self._port = _free_port()
        data = folder / "data"
        (folder / "past.txt").write_text(past)
        backfill = ("tsdb", "create-blocks-from", "openmetrics", str(folder / "past.txt"), str(data))
        subprocess.run([programs.promtool, *backfill], check=True, capture_output=True, timeout=60)
        config = folder / "prometheus.yml"
        with config.open("w") as file:
            YAML(typ="safe").dump(_configuration(targets, self._port), file)
        command = [programs.prometheus, f"--config.file={config}", f"--storage.tsdb.path={data}"]
        with (folder / "prometheus.log").open("w") as log:
            self._process = subprocess.Popen(
                [*command, f"--web.listen-address=127.0.0.1:{self._port}"], stdout=log, stderr=subprocess.STDOUT
            )
        self._log = folder / "prometheus.log"

    def close(self) -> None:
        """End it."""
        self._process.terminate()
        self._process.wait(20)

    def get(self, path: str, **parameters: str) -> Any:
        """Return the data of an answer; a query that is wrong fails the test with Prometheus' own words."""
        url = f"http://127.0.0.1:{self._port}{path}?{urllib.parse.urlencode(parameters)}"
        try:
            with urllib.request.urlopen(url, timeout=30) as answer:
                return json.load(answer)["data"]
        except urllib.error.HTTPError as error:
            return pytest.fail(f"{parameters}: {error.read().decode()}")

    def query(self, expression: str) -> list[tuple[Labels, float]]:
        """Return the series of an expression as of now, those without a number left out."""
        result = self.get("/api/v1/query", query=expression)["result"]
        return _numbers((series["metric"], series["value"]) for series in result)

    def query_steps(self, expression: str, step: int) -> list[tuple[Labels, float]]:
        """Return the newest of each series at the latest full ``step`` seconds, as in a graph of Grafana's."""
        end = time.time() // step * step
        span = {"start": str(end - step), "end": str(end), "step": str(step)}
        result = self.get("/api/v1/query_range", query=expression, **span)["result"]
        return _numbers((series["metric"], series["values"][-1]) for series in result)

    def await_series(self, expression: str, step: int | None = None) -> list[tuple[Labels, float]]:
        """Ask until there are series, as of now or at full steps, and return them; none if none come."""
        deadline = time.monotonic() + DEADLINE
        while True:
            found = self.query(expression) if step is None else self.query_steps(expression, step)
            if found or time.monotonic() > deadline:
                return found
            time.sleep(0.5)  # it scrapes once a second: nobody tells us when

    def ready(self) -> bool:
        """Return whether it answers."""
        if self._process.poll() is not None:
            pytest.fail(f"prometheus ended with {self._process.returncode}:\n{self._log.read_text()}")
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self._port)) == 0


def openmetrics(samples: Sequence[tuple[str, str, float, float]]) -> str:
    """Return (metric, labels, time, value) as OpenMetrics' text."""
    return "".join(f"{metric}{{{labels}}} {value} {at}\n" for metric, labels, at, value in samples) + "# EOF\n"


def _numbers(series: Iterable[tuple[Labels, tuple[float, str]]]) -> list[tuple[Labels, float]]:
    found = [(labels, float(value)) for labels, (_, value) in series]
    return [(labels, value) for labels, value in found if not math.isnan(value)]


def _configuration(targets: Mapping[str, int], own_port: int) -> Any:
    config = YAML(typ="safe").load(CONFIGURATION)
    config["global"] = {"scrape_interval": "1s", "evaluation_interval": "1s"}  # or the tests would take minutes
    config["rule_files"] = [str(CONFIGURATION.parent / pattern) for pattern in config["rule_files"]]
    for job in config["scrape_configs"]:
        if job.pop("dns_sd_configs", None):
            job["static_configs"] = [{"targets": [f"127.0.0.1:{targets[job['job_name']]}"]}]
        else:
            job["static_configs"] = [{"targets": [f"127.0.0.1:{own_port}"]}]
    return config


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
