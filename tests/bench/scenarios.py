"""What is measured, and what is to be reached on a machine of two cores with the camera's own cost included."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from tests.bench.designs import camera, plain_design, turnstile
from tests.bench.figures import slope
from tests.bench.report import Figure, Limit, Outcome
from tests.bench.tracking import tracking
from tests.bench.usage import MemoryUse
from tests.bench.watch import Span, Watched, bare_cost_us, leave_alone, readers, watch

Scenario = Callable[[Span, Path], Outcome]

CAMERA_FPS: Final = 30.0
LIVE_FPS: Final = 60.0
EVERY_FRAME: Final = Limit("≥", 29.5)
CROWD: Final = 50
MEMORY_VIEWERS: Final = 11
MEMORY_SAMPLES: Final = 120
MEMORY_SETTLE: Final = 0.1  # of the time: caches and pools fill
# A growth that a shorter look cannot tell from noise has no verdict.
MEMORY_VERDICT_SECONDS: Final = 300.0
SETTLE_SECONDS: Final = 3.0


def exact_1(span: Span, logs: Path) -> Outcome:
    """One viewer, each picture with its own detections."""
    return _exact(span, logs, 1, fps=Limit("≥", 30.0), p50=Limit("≤", 28.0), p99=Limit("≤", 50.0))


def exact_11(span: Span, logs: Path) -> Outcome:
    """Eleven viewers."""
    return _exact(span, logs, 11, fps=Limit("≥", 30.0), p50=Limit("≤", 30.0), p99=Limit("≤", 55.0))


def exact_51(span: Span, logs: Path) -> Outcome:
    """Fifty-one viewers."""
    return _exact(span, logs, 51, fps=Limit("≥", 29.5), p50=Limit("≤", 35.0))


def live_60(span: Span, logs: Path) -> Outcome:
    """Every picture of a fast camera at once, boxes carried forward to it."""
    with camera(LIVE_FPS, logs) as source, turnstile(source, LIVE_FPS, "live", logs) as ours:
        seen = watch(ours, 1, span, logs)
    figures = _viewing_figures(None, seen, fps=Limit("≥", 59.0), p50=Limit("≤", 18.0))
    return Outcome("live-60", "1080p60, overlay live, 1 viewer", figures, seen.cpu.others, detail=_detail(ours=seen))


def idle(span: Span, logs: Path) -> Outcome:
    """Nobody watching: it counts on, and encodes nothing."""
    with camera(CAMERA_FPS, logs) as source, turnstile(source, CAMERA_FPS, "exact", logs) as ours:
        seen = watch(ours, 1, span, logs)
        time.sleep(SETTLE_SECONDS)  # the viewer that left is noticed
        alone = leave_alone(ours, span.measure)
    share = alone.cpu.own / seen.cpu.own * 100
    figures = [
        Figure("pictures encoded", "", None, alone.encoded, Limit("≤", 0), decimals=0),
        Figure("CPU of that with one viewer", "%", None, share, Limit("≤", 60.0)),
        Figure("CPU with nobody watching", "processors", None, alone.cpu.own, decimals=2),
        Figure("CPU with one viewer", "processors", None, seen.cpu.own, decimals=2),
        Figure("detections per second", "", None, alone.detect_fps, EVERY_FRAME),
    ]
    others = max(seen.cpu.others, alone.cpu.others)
    return Outcome("idle", "1080p30, nobody watching", figures, others, detail=_detail(ours=seen))


def fanout(span: Span, logs: Path) -> Outcome:
    """What the streamer adds to the least that sending costs."""
    with camera(CAMERA_FPS, logs) as source, turnstile(source, CAMERA_FPS, "exact", logs) as ours:
        seen = watch(ours, CROWD + 1, span, logs, cpu_of=ours.service("streamer"))
        # The bare loop sends under the same load of camera and detector, and the streamer serves its one viewer.
        least = bare_cost_us(ours, seen.viewing.part_bytes, CAMERA_FPS, CROWD, span, logs)
    per_frame = seen.cpu_us_per_viewer_frame
    figures = [
        Figure("streamer CPU, in bare loops", "", None, per_frame / least, Limit("≤", 1.5), decimals=2),
        Figure("streamer CPU per viewer-frame", "µs", None, per_frame),
        Figure("bare loop of sendall, per viewer-frame", "µs", None, least),
        Figure("viewer-frames delivered per second", "", None, seen.viewer_frames_per_second, decimals=0),
    ]
    title = f"1080p30, what {CROWD} viewers more cost the streamer"
    return Outcome("fanout", title, figures, seen.cpu.others, detail=_detail(ours=seen))


def memory(span: Span, logs: Path) -> Outcome:
    """All services together over minutes."""
    times, uses = [], []
    with (
        camera(CAMERA_FPS, logs) as source,
        turnstile(source, CAMERA_FPS, "exact", logs) as ours,
        readers(ours.stream, MEMORY_VIEWERS, logs),
    ):
        start = time.monotonic()
        while (now := time.monotonic() - start) < span.memory:
            times.append(now)
            uses.append(MemoryUse.of(ours.process.pid))
            time.sleep(span.memory / MEMORY_SAMPLES)
    settled = [index for index, at in enumerate(times) if at >= span.memory * MEMORY_SETTLE]
    growth = slope([times[i] for i in settled], [uses[i].rss for i in settled]) * 600
    pss = [use.pss for use in uses if use.pss is not None]
    verdict = span.memory >= MEMORY_VERDICT_SECONDS
    figures = [
        Figure(
            "resident, of all processes added up, at most", "MB", None, max(u.rss for u in uses), Limit("≤", 1200), 0
        ),
        Figure("the same, shared pages counted once", "MB", None, max(pss) if pss else None, decimals=0),
        Figure("growth in ten minutes", "MB", None, growth, Limit("≤", 20.0) if verdict else None),
    ]
    detail = {"seconds": times, "rss_mb": [use.rss for use in uses], "pss_mb": pss}
    title = f"memory over {span.memory / 60:.1f} minutes, {MEMORY_VIEWERS} viewers"
    return Outcome("memory", title, figures, detail=detail)


SCENARIOS: Final[Mapping[str, Scenario]] = {
    "exact-1": exact_1,
    "exact-11": exact_11,
    "exact-51": exact_51,
    "live-60": live_60,
    "idle": idle,
    "fanout": fanout,
    "memory": memory,
    "tracking": tracking,
}


def _exact(span: Span, logs: Path, viewers: int, *, fps: Limit, p50: Limit, p99: Limit | None = None) -> Outcome:
    with camera(CAMERA_FPS, logs) as source:
        with plain_design(source, logs) as plain:
            theirs = watch(plain, viewers, span, logs)
            their_memory = MemoryUse.of(plain.process.pid)
        with turnstile(source, CAMERA_FPS, "exact", logs) as own:
            ours = watch(own, viewers, span, logs)
            our_memory = MemoryUse.of(own.process.pid)
    figures = [
        *_viewing_figures(theirs, ours, fps=fps, p50=p50, p99=p99, detections=EVERY_FRAME),
        Figure("memory, resident", "MB", their_memory.rss, our_memory.rss, decimals=0),
    ]
    title = f"1080p30, detection on every frame, {viewers} viewer{'s' if viewers > 1 else ''}"
    others = max(theirs.cpu.others, ours.cpu.others)
    return Outcome(f"exact-{viewers}", title, figures, others, detail=_detail(plain=theirs, ours=ours))


def _viewing_figures(
    plain: Watched | None,
    ours: Watched,
    *,
    fps: Limit,
    p50: Limit,
    p99: Limit | None = None,
    detections: Limit | None = None,
) -> list[Figure]:
    def figure(
        name: str, unit: str, read: Callable[[Watched], float], limit: Limit | None = None, decimals: int = 1
    ) -> Figure:
        return Figure(name, unit, None if plain is None else read(plain), read(ours), limit, decimals)

    figures = [
        figure("distinct frames per second", "", lambda seen: seen.viewing.fps, fps),
        figure("stamp to viewer, p50", "ms", lambda seen: seen.viewing.p50_ms, p50),
        figure("stamp to viewer, p95", "ms", lambda seen: seen.viewing.p95_ms),
        figure("stamp to viewer, p99", "ms", lambda seen: seen.viewing.p99_ms, p99),
        figure("longest time without a new picture", "ms", lambda seen: seen.viewing.longest_gap_ms),
        figure("pictures whose stamp was unreadable", "", lambda seen: seen.viewing.unreadable, decimals=0),
        figure("pictures that the camera could not send in time", "", lambda seen: seen.missed, decimals=0),
        figure("detections per second", "", lambda seen: seen.detect_fps, detections),
        figure("CPU", "processors", lambda seen: seen.cpu.own, decimals=2),
    ]
    if ours.viewers > 1:
        figures.insert(1, figure("pictures per second to each other viewer", "", lambda seen: seen.others_fps))
    return figures


def _detail(**watched: Watched) -> dict[str, Any]:
    details = {}
    for name, seen in watched.items():
        detail = asdict(seen)
        sizes = detail["viewing"].pop("part_bytes")
        detail["viewing"]["mean_part_bytes"] = round(sum(sizes) / len(sizes)) if sizes else None
        details[name] = detail
    return details
