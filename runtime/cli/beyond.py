"""What keeps a run or a task from moving that lies outside the run: places of pools and of the engine, other runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from runtime.cli.display.clock import duration
from runtime.cli.display.glyphs import Glyphs
from runtime.cli.display.styled import Line, Span, line
from runtime.cli.why import Cause
from runtime.model.definition import FlowDefinition
from runtime.model.run import PoolView, RunSummary, TaskView
from runtime.model.state import ExecStatus

if TYPE_CHECKING:
    from runtime.store.sqlite.reader import Reader

_SHOWN = 8
_NOBODY = "nobody is working: no `flower serve`, no `flower run`"


def beyond_run(reader: Reader, found: Sequence[Cause], now: int, *, idle: bool = False) -> dict[int, list[str]]:
    """By task run, sentences on what is in its way outside of its run. `idle`: no engine lives."""
    views = [cause.node.view for cause in found if cause.node.view.status is ExecStatus.WAITING]
    pools = {pool.id: pool for pool in reader.pools(now)} if any(view.held_by < 0 for view in views) else {}
    told = {view.id: holders(pools[-view.held_by], now) for view in views if -view.held_by in pools}
    if idle:
        return told | {view.id: [_NOBODY] for view in views if _is_ready(view)}
    executing = reader.executing() if any(map(_is_ready, views)) else 0
    if executing:
        sentence = f"it starts when the engine has a place: {executing} tasks run at this moment"
        told |= {view.id: [sentence] for view in views if _is_ready(view)}
    return told


def _is_ready(view: TaskView) -> bool:
    return view.kind == "task" and not (view.remaining or view.held_by or view.not_before)


def holders(pool: PoolView, now: int) -> list[str]:
    """Who holds the places of a pool, one line each."""
    lines = [f"pool {pool.name}: {pool.taken} of {pool.places} places are taken"]
    for holder in pool.holders[:_SHOWN]:
        weight = f" {holder.weight} places" if holder.weight > 1 else ""
        lines.append(f"  {holder.run} {holder.path} holds{weight or ' one'} for {duration(max(now - holder.since, 0))}")
    more = len(pool.holders) - _SHOWN
    return [*lines, f"  and {more} more"] if more > 0 else lines


def queued_lines(run: RunSummary, flow: FlowDefinition, ahead: Sequence[RunSummary], glyphs: Glyphs) -> list[Line]:
    """Why a queued run has not started: the rule, and the runs before it."""
    lines = [line(Span(run.ref, "bold"), " is queued: ", Span(rule_of(flow), "warn"))]
    lines += [line(f"  {other.ref} is {_standing(other, glyphs)}") for other in ahead[:_SHOWN]]
    more = len(ahead) - _SHOWN
    if not ahead:
        lines.append(line("  nothing is before it: it starts as soon as somebody works on it"))
    return [*lines, line(f"  and {more} more")] if more > 0 else lines


def rule_of(flow: FlowDefinition) -> str:
    """The sentence of the flow that makes its runs wait for one another."""
    if flow.limit_runs is not None:
        return f"`limit {flow.limit_runs} runs` of flow {flow.name}"
    return f"runs of flow {flow.name} do not overlap"


def _standing(run: RunSummary, glyphs: Glyphs) -> str:
    total = sum(run.counts.values())
    done = run.counts.get(ExecStatus.FINISHED, 0) + run.counts.get(ExecStatus.IGNORED, 0)
    words = [f"{run.counts[status]} {status.word}" for status in _TOLD if run.counts.get(status)]
    by = " by a person" if run.held else ""
    return f"{run.status}{by}: " + ", ".join([f"{done}/{total} {glyphs.succeeded}", *words])


_TOLD = (ExecStatus.RUNNING, ExecStatus.SUSPENDED, ExecStatus.FAILED)
