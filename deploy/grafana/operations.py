"""The dashboard *Operations*: is every camera seen, every picture analysed, every viewer served, and by what means."""

from __future__ import annotations

from typing import Final

from grafana_foundation_sdk.builders.dashboard import Dashboard, Row

from deploy.grafana.board import board, choice
from deploy.grafana.panels import Query, State, graph, number, states, table
from deploy.grafana.pictures import add_cameras, add_detector, add_latency
from deploy.grafana.promql import CAMERA, SERVICES, quantile, rate

FIRING: Final = 'ALERTS{alertstate="firing", alertname=~"Turnstile.+"}'
STORE_STATES: Final = (State(1, "takes rows", "green"), State(0, "out of reach", "red"))


def operations() -> Dashboard:
    """Return the dashboard."""
    dashboard = board("Operations", "turnstile-operations", "How Turnstile is doing.", "now-1h").with_variable(
        choice("camera", "Camera", "label_values(turnstile_capture_camera_state, camera)")
    )
    for add in (_add_now, add_cameras, add_latency, add_detector, _add_viewers, _add_store, _add_processes):
        add(dashboard)
    return dashboard


def _add_now(dashboard: Dashboard) -> None:
    dashboard.with_row(Row("Now"))
    live = "camera:turnstile_live:max"
    up = Query(f"sum by (job) (up{{{SERVICES}}})", "{{job}}")
    delay = Query(quantile(95, "turnstile_capture_to_viewer_seconds"))
    versions = Query("count by (version) (turnstile_build_info)", "{{version}}")
    alerts = Query(f"sum by (alertname, severity, camera, line, job, instance) ({FIRING})", "Firing")
    for panel in (
        number("Alerts", "That fire now.", "short", Query(f"count({FIRING}) or vector(0)"), alarm_from=1),
        number(
            "Cameras",
            "Live, of those configured.",
            "short",
            Query(f"sum({live})", "live"),
            Query(f"count({live})", "all"),
        ),
        number("Processes", "That answer Prometheus.", "short", up, width=6),
        number("Viewers", "Open streams, over all replicas.", "short", Query("sum(turnstile_viewers)")),
        number("Delay", "Capture to viewer: 95 of 100 pictures take less.", "s", delay, width=3),
        number("Version", "How many processes run each.", "short", versions, width=3),
        table("Firing alerts", "What to do: docs/runbook.md.", alerts),
    ):
        dashboard.with_panel(panel)


def _add_viewers(dashboard: Dashboard) -> None:
    dashboard.with_row(Row("Viewers"))
    here = "{{instance}}"
    open_streams = (
        Query("sum by (instance) (turnstile_viewers)", here),
        Query("sum by (instance) (turnstile_event_clients)", f"{here} event streams"),
        Query("max(turnstile_viewers_limit)", "most"),
    )
    by_camera = Query(f"sum by (camera, kind) (turnstile_viewers{{{CAMERA}}})", "{{camera}} {{kind}}")
    sent = Query(rate("turnstile_sent_bytes_total", "instance"), here)
    refused = Query("sum by (instance) (increase(turnstile_viewers_refused_total[5m]))", here)
    for panel in (
        graph(
            "Viewers", "Open streams of each replica, and how many it serves at most.", "short", *open_streams, width=6
        ),
        graph("Viewers by camera", "Raw is without overlay.", "short", by_camera, width=6, stacked=True),
        graph("Sent to viewers", "By each replica.", "binBps", sent, width=6),
        graph("Refused viewers", "Answered with 503, in five minutes.", "short", refused, width=6),
    ):
        dashboard.with_panel(panel)


def _add_store(dashboard: Dashboard) -> None:
    dashboard.with_row(Row("Counts store"))
    taken = Query(rate("turnstile_store_rows_total", ""), "written")
    lost = Query("sum by (cause) (increase(turnstile_store_lost_rows_total[10m]))", "{{cause}}")
    writing = (
        Query(quantile(95, "turnstile_store_append_seconds"), "to disk"),
        Query(quantile(95, "turnstile_store_write_seconds"), "to the store"),
    )
    for panel in (
        states("State", "As inference finds it.", STORE_STATES, Query("max(turnstile_store_up)", "store")),
        graph(
            "Rows that wait", "On disk, for the store.", "short", Query("sum(turnstile_store_spooled_rows)"), width=6
        ),
        graph("Rows written", "A second.", "short", taken, width=6),
        graph("Rows lost", "In ten minutes, by cause.", "short", lost, width=6),
        graph("Time to write", "95 of 100 writes take less.", "s", *writing, width=6),
    ):
        dashboard.with_panel(panel)


def _add_processes(dashboard: Dashboard) -> None:
    dashboard.with_row(Row("Processes"))
    name, detector = "{{job}} {{instance}}", "detector {{instance}}"
    cpu = (
        Query(f"rate(process_cpu_seconds_total{{{SERVICES}}}[$__rate_interval])", name),
        Query("rate(turnstile_detector_process_cpu_seconds_total[$__rate_interval])", detector),
    )
    memory = (
        Query(f"process_resident_memory_bytes{{{SERVICES}}}", name),
        Query("turnstile_detector_process_resident_memory_bytes", detector),
    )
    files = Query(f"process_open_fds{{{SERVICES}}}", name)
    uptime = Query(f"time() - process_start_time_seconds{{{SERVICES}}}", name)
    for panel in (
        graph("CPU", "Processors in use; the detector is a process of its own.", "short", *cpu, width=6),
        graph("Memory", "Resident.", "bytes", *memory, width=6),
        graph("Open files", "Sockets included.", "short", files, width=6),
        graph("Uptime", "Falls to zero at a restart.", "s", uptime, width=6),
    ):
        dashboard.with_panel(panel)
