"""Series that are there before anything happens: of one that begins later, Prometheus would miss the beginning."""

from __future__ import annotations

from tests.services.streamer.support import StreamerProcess

AT_ZERO = """\
turnstile_viewers{camera="entrance",kind="annotated"}
turnstile_viewers{camera="entrance",kind="raw"}
turnstile_frames_sent_total{camera="entrance",kind="annotated"}
turnstile_frames_skipped_total{camera="entrance",cause="slow_viewer",kind="annotated"}
turnstile_capture_to_viewer_seconds_count{camera="entrance",kind="annotated"}
turnstile_viewers_refused_total
turnstile_wire_errors_total{fault="truncated"}
"""


def test_what_nobody_has_watched_is_shown_at_zero_and_the_places_are_shown(streamer: StreamerProcess) -> None:
    lines = streamer.get("/metrics").text.splitlines()
    assert [sample for sample in AT_ZERO.splitlines() if f"{sample} 0.0" not in lines] == []
    assert "turnstile_viewers_limit 4.0" in lines
