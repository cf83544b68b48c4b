"""Read models as JSON for `--json`: words instead of numbers, ISO times, seconds. These shapes are an interface."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from runtime.cli.display.clock import SECOND, iso
from runtime.model.run import AttemptView, FlowSummary, Overview, PoolView, RunSummary, TaskView


def dumps(data: Any) -> str:
    """Indented, so that people can read it too."""
    return json.dumps(data, ensure_ascii=False, indent=2)


def run_json(run: RunSummary, tasks: Sequence[TaskView] | None = None) -> dict[str, Any]:
    """A run, with its tasks if they are given."""
    data: dict[str, Any] = {
        "run": run.ref,
        "id": run.id,
        "flow": run.flow,
        "version": run.version,
        "status": run.status.value,
        "held": run.held,
        "key": run.key,
        "parameters": run.parameters,
        "created": iso(run.created_at),
        **_times(run.started_at, run.ended_at),
        "counts": {status.word: count for status, count in sorted(run.counts.items()) if count},
    }
    if tasks is not None:
        data["tasks"] = [task_json(task) for task in tasks if task.kind != "flow"]
    return data


def task_json(task: TaskView) -> dict[str, Any]:
    return {
        "task": task.path,
        "kind": task.kind,
        "state": task.status.word,
        "reason": task.reason.value or None,
        "message": task.message or None,
        "attempts": task.attempts,
        "round": task.round,
        "generation": task.generation,
        "exit_code": task.exit_code,
        "item": task.item_key,
        "outputs": task.outputs,
        "retry_at": iso(task.not_before or None),
        **_times(task.started_at, task.ended_at),
        "line": task.line,
    }


def attempt_json(attempt: AttemptView) -> dict[str, Any]:
    return {
        "task": attempt.path,
        "generation": attempt.generation,
        "attempt": attempt.number,
        "outcome": attempt.outcome or "running",
        "reason": attempt.reason.value or None,
        "message": attempt.message or None,
        "exit_code": attempt.exit_code,
        "host": attempt.host,
        "pid": attempt.pid,
        **_times(attempt.started_at, attempt.ended_at),
        "log": attempt.log,
    }


def flow_json(flow: FlowSummary) -> dict[str, Any]:
    return {
        "flow": flow.name,
        "version": flow.version,
        "source": flow.source_file,
        "project": flow.project,
        "doc": flow.doc or None,
        "deployed": iso(flow.deployed_at),
        "hash": flow.content_hash,
        "runs": flow.runs,
        "last_run": flow.last_run,
        "last_status": flow.last_status.value if flow.last_status else None,
    }


def _times(started_at: int | None, ended_at: int | None) -> dict[str, Any]:
    took = round((ended_at - started_at) / SECOND, 3) if started_at is not None and ended_at is not None else None
    return {"started": iso(started_at), "ended": iso(ended_at), "seconds": took}


def overview_json(overview: Overview, *, alive: bool) -> dict[str, Any]:
    """A whole store at one moment."""
    return {
        "at": iso(overview.now),
        "engine": alive,
        "last_minute": {"started": overview.started, "ended": overview.ended, "not_well": overview.failed},
        "ready": overview.ready,
        "runs": [run_json(run) for run in overview.runs],
        "executing": [
            {
                "run": task.run,
                "task": task.path,
                "attempt": task.number,
                "since": iso(task.since),
                "pid": task.pid,
            }
            for task in overview.executing
        ],
        "pools": [pool_json(pool) for pool in overview.pools],
    }


def pool_json(pool: PoolView) -> dict[str, Any]:
    """A pool, with who holds its places."""
    holders = [{"run": each.run, "task": each.path, "places": each.weight} for each in pool.holders]
    return {
        "pool": pool.name,
        "places": pool.places,
        "taken": pool.taken,
        "waiting": pool.held,
        "rate": pool.rate,
        "per_seconds": pool.per / SECOND if pool.rate is not None else None,
        "holders": holders,
    }
