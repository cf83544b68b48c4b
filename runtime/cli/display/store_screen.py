"""The screen of `flower top`: a whole store in as many lines as there are. Pure: an overview in, lines out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from runtime.cli.display.clock import duration, moment
from runtime.cli.display.frame import STATUS_STYLES, Size
from runtime.cli.display.glyphs import Glyphs
from runtime.cli.display.styled import Line, Span, crop, harmless, joined, line
from runtime.cli.display.table import table
from runtime.model.run import Executing, Overview, PoolView, RunSummary
from runtime.model.state import ExecStatus, RunStatus

_BAR = 16


@dataclass(frozen=True, slots=True)
class Around:
    """What the store does not tell of itself: its file, and whether an engine is alive."""

    db: str
    alive: bool


@dataclass(frozen=True, slots=True)
class Part:
    """A table with its title. The first of `rows` are the ones to keep if there is little room."""

    title: str
    heads: tuple[str, ...]
    rows: list[tuple[Line, ...]]


def screen(overview: Overview, around: Around, size: Size, glyphs: Glyphs) -> list[Line]:
    """All lines; no more than the height, if there is one. Parts share the room, and say how much they leave out."""
    parts = [part for part in _parts(overview, glyphs) if part.rows]
    head = [*_head(overview, around, glyphs), ()]
    room = None if size.height is None else max(size.height - len(head) - 1 - 3 * len(parts), 0)
    lines = [*head]
    for part, shown in zip(parts, share([len(part.rows) for part in parts], room), strict=True):
        lines += _part(part, shown, size.width, glyphs)
    if not parts:
        lines.append(line(Span("nothing goes on, and nothing has run yet", "dim")))
    lines = [crop(spans, size.width, glyphs.ellipsis) for spans in lines]
    return lines if size.height is None else lines[: size.height - 1]


def share(wanted: Sequence[int], room: int | None) -> list[int]:
    """How many rows each part may show: what it wants, or an equal share; what one does not need goes to the others."""
    if room is None or sum(wanted) <= room:
        return list(wanted)
    given = [0] * len(wanted)
    for _ in range(room):
        hungry = [index for index, want in enumerate(wanted) if given[index] < want]
        least = min(hungry, key=lambda index: given[index])
        given[least] += 1
    return given


def _part(part: Part, shown: int, cells: int, glyphs: Glyphs) -> list[Line]:
    left = len(part.rows) - shown
    title = line(Span(part.title, "bold"), Span(f"  {left} more" if left else "", "dim"))
    body = table(part.heads, part.rows[:shown], cells, glyphs.ellipsis) if shown else []
    return [title, *body, ()]


def _head(overview: Overview, around: Around, glyphs: Glyphs) -> list[Line]:
    counts = {status: sum(run.status is status for run in overview.runs) for status in RunStatus}
    words = [
        line(Span(f"{counts[status]} {status}", STATUS_STYLES[status]))
        for status in (RunStatus.RUNNING, RunStatus.QUEUED, RunStatus.SUSPENDED)
        if counts[status]
    ]
    failed = line(Span(f"{overview.failed} of them not well", "bad")) if overview.failed else ()
    work = [
        line(f"{len(overview.executing)} tasks under way"),
        line(f"{overview.ready} ready"),
        line(f"last minute: {overview.started} started, {overview.ended} ended"),
        failed,
    ]
    working = line(Span("an engine works", "good")) if around.alive else line(Span("nobody works", "warn"))
    between = f" {glyphs.dot} "
    return [
        joined([line(Span("flower", "bold")), working, line(Span(moment(overview.now), "dim")), line(around.db)]),
        joined([*words, *work], between),
    ]


def _parts(overview: Overview, glyphs: Glyphs) -> list[Part]:
    ended = [run for run in overview.runs if run.status.ended and run.status is not RunStatus.SUSPENDED]
    active = [run for run in overview.runs if run not in ended and run.status is not RunStatus.QUEUED]
    queued = [run for run in overview.runs if run.status is RunStatus.QUEUED]
    heads = ("run", "state", "for", "tasks", "")
    return [
        Part("Runs", heads, [_run(run, overview.now, glyphs) for run in active]),
        Part(
            "Under way", ("task", "of", "for", "attempt", "pid"), [_task(t, overview.now) for t in overview.executing]
        ),
        Part("Queue", ("run", "waits for"), [_queued(run, overview.now) for run in queued]),
        Part("Pools", ("pool", "taken", "", "wait", "rate"), [_pool(pool, glyphs) for pool in overview.pools]),
        Part("Ended", heads, [_run(run, overview.now, glyphs) for run in ended]),
    ]


def _run(run: RunSummary, now: int, glyphs: Glyphs) -> tuple[Line, ...]:
    total = sum(run.counts.values())
    done = run.counts.get(ExecStatus.FINISHED, 0) + run.counts.get(ExecStatus.IGNORED, 0)
    began = run.started_at if run.started_at is not None else run.created_at
    words = [
        Span(f" {run.counts[status]} {status.word}", style)
        for status, style in ((ExecStatus.RUNNING, "busy"), (ExecStatus.FAILED, "bad"), (ExecStatus.SUSPENDED, "warn"))
        if run.counts.get(status)
    ]
    state = "suspended by a person" if run.held else run.status.value
    return (
        line(Span(run.ref, "bold")),
        line(Span(state, STATUS_STYLES[run.status])),
        line(duration((run.ended_at if run.ended_at is not None else now) - began)),
        line(f"{done}/{total}"),
        (*bar(done, total, glyphs), *words),
    )


def _task(task: Executing, now: int) -> tuple[Line, ...]:
    number = str(task.number) if task.number > 1 else ""
    took = duration(max(now - task.since, 0))
    return line(Span(harmless(task.path), "bold")), line(task.run), line(took), line(number), line(str(task.pid or ""))


def _queued(run: RunSummary, now: int) -> tuple[Line, ...]:
    return line(Span(run.ref, "bold")), line(Span(duration(max(now - run.created_at, 0)), "dim"))


def _pool(pool: PoolView, glyphs: Glyphs) -> tuple[Line, ...]:
    places = pool.places
    rate = f"{pool.started}/{pool.rate} per {duration(pool.per)}" if pool.rate is not None else ""
    taken = f"{pool.taken}/{places}" if places is not None else ""
    waiting = Span(str(pool.held), "warn") if pool.held else Span("")
    drawn = bar(pool.taken, places, glyphs) if places is not None else ()
    return line(Span(pool.name, "bold")), line(taken), drawn, line(waiting), line(rate)


def bar(done: int, total: int, glyphs: Glyphs) -> Line:
    """A short bar of how much of a whole there is."""
    drawn = round(_BAR * min(done, total) / total) if total else 0
    return line(Span(glyphs.bar * drawn, "good"), Span(glyphs.bar_rest * (_BAR - drawn), "dim"))
