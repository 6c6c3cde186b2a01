"""The rows of *Operations* that follow a picture: cameras, latency, detector."""

from __future__ import annotations

from typing import Final

from grafana_foundation_sdk.builders.dashboard import Dashboard, Row

from deploy.grafana.panels import Query, State, graph, states, table
from deploy.grafana.promql import CAMERA, numbered, quantile, rate

CAMERA_STATES: Final = (
    State(1, "live", "green"),
    State(2, "connecting", "yellow"),
    State(3, "stalled", "orange"),
    State(4, "offline", "red"),
    State(5, "ended", "blue"),
)
DETECTOR_STATES: Final = (State(1, "ready", "green"), State(2, "loading", "yellow"), State(3, "failed", "red"))
DETECTED: Final = f"camera:turnstile_detected_frames:rate1m{{{CAMERA}}}"
RECEIVED: Final = f"camera:turnstile_received_frames:rate1m{{{CAMERA}}}"


def add_cameras(dashboard: Dashboard) -> None:
    """Add whether and how each camera delivers."""
    dashboard.with_row(Row("Cameras"))
    state = Query(
        f"max by (camera) ({numbered('turnstile_capture_camera_state', CAMERA_STATES, CAMERA)})", "{{camera}}"
    )
    reconnects = Query(f"sum by (camera) (increase(turnstile_capture_reconnects_total{{{CAMERA}}}[1h]))", "{{camera}}")
    received = Query(rate("turnstile_capture_bytes_total", "camera", CAMERA), "{{camera}}")
    published = Query(rate("turnstile_inference_bytes_total", "camera", CAMERA), "{{camera}}")
    for panel in (
        states("State", "As capture sees it.", CAMERA_STATES, state),
        graph("Pictures a second", "Drawn and published for viewers only.", "short", *_rates()),
        graph("Dropped, by cause", "detector, render: a newer picture came first.", "short", *_drops()),
        graph("Age of the newest picture", "More than 2 s is an alert.", "s", *_ages()),
        graph("Reconnects", "Sources opened again in the hour before.", "short", reconnects),
        graph("Received from cameras", "Payload.", "binBps", received),
        graph("Published pictures", "Encoded once, whatever the number of viewers.", "binBps", published),
    ):
        dashboard.with_panel(panel)


def add_latency(dashboard: Dashboard) -> None:
    """Add where the time goes."""
    dashboard.with_row(Row("Latency"))
    stages = (
        Query(quantile(95, "turnstile_capture_publish_seconds", where=CAMERA), "publish (capture)"),
        Query(quantile(95, "turnstile_inference_stage_seconds", "stage", CAMERA), "{{stage}}"),
    )
    published = _quantiles("turnstile_inference_latency_seconds")
    viewed = _quantiles("turnstile_capture_to_viewer_seconds")
    for panel in (
        graph("Latency by stage", "95 of 100 pictures take less.", "s", *stages),
        graph("Capture to published", "To the count where nobody watches.", "s", *published),
        graph("Capture to viewer", "Until handed to the network.", "s", *viewed),
    ):
        dashboard.with_panel(panel)


def add_detector(dashboard: Dashboard) -> None:
    """Add whether the detector keeps up."""
    dashboard.with_row(Row("Detector"))
    state = Query(f"max({numbered('turnstile_detector_state', DETECTOR_STATES)})", "detector")
    share = Query(f"{DETECTED} / {RECEIVED}", "{{camera}}")
    model = Query(
        "turnstile_detector_info * on (job, instance) group_left () turnstile_detector_restarts_total", "Restarts"
    )
    for panel in (
        states("State", "As inference sees it.", DETECTOR_STATES, state, width=8),
        graph("Analysed share", "The other pictures were overtaken by newer ones.", "percentunit", share),
        table("Model", "Its input in pixels; starts after the first.", model, width=8, hidden=("job", "instance")),
    ):
        dashboard.with_panel(panel)


def _rates() -> list[Query]:
    return [
        Query(rate("turnstile_capture_frames_in_total", "camera", CAMERA), "{{camera}} delivered"),
        Query(DETECTED, "{{camera}} analysed"),
        Query(rate("turnstile_inference_frames_out_total", "camera, stream", CAMERA), "{{camera}} {{stream}}"),
    ]


def _drops() -> list[Query]:
    return [
        Query(rate("turnstile_capture_frames_dropped_total", "job", CAMERA), "{{job}}: driver"),
        Query(rate("turnstile_capture_frames_skipped_total", "job, cause", CAMERA), "{{job}}: {{cause}}"),
        Query(rate("turnstile_inference_frames_skipped_total", "job, cause", CAMERA), "{{job}}: {{cause}}"),
        Query(rate("turnstile_frames_skipped_total", "job, cause", CAMERA), "{{job}}: {{cause}}"),
        Query(rate("turnstile_wire_errors_total", "job, fault"), "{{job}}: message, {{fault}}"),
    ]


def _ages() -> list[Query]:
    metrics = (
        "turnstile_capture_frame_age_seconds",
        "turnstile_inference_frame_age_seconds",
        "turnstile_frame_age_seconds",
    )
    return [
        Query(f"max by (job, instance, camera) ({metric}{{{CAMERA}}})", "{{camera}} {{job}} {{instance}}")
        for metric in metrics
    ]


def _quantiles(histogram: str) -> list[Query]:
    return [Query(quantile(percent, histogram, where=CAMERA), f"p{percent}") for percent in (50, 95, 99)]
