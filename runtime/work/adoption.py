"""The attempt of an engine that died, for the one that takes it up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from runtime.backoff import timeout_of
from runtime.executor.protocol import Attempt
from runtime.expression.evaluator import evaluate
from runtime.model.definition import Call, Script, TaskDefinition
from runtime.model.rows import TaskRow
from runtime.model.values import Secret
from runtime.outputs import provided
from runtime.scope import UNUSABLE, MissingValue, TaskScope
from runtime.secret import NoSecret
from runtime.step import ActiveRun
from runtime.store.protocol import Store
from runtime.work.attempt import key_of, source_file_of


def recovered_attempt(run: ActiveRun, row: TaskRow, store: Store) -> Attempt:
    """The attempt of an engine that died, as far as its end must be understood: nothing is computed again."""
    task = run.task(row)
    hidden = _hidden(task, TaskScope(run.graph, run.values, store.tasks, row), run.project)
    return Attempt(
        id=row.attempt_id or 0,
        task_run_id=row.id,
        run_id=run.id,
        run_ref=run.row.ref,
        path=row.path,
        number=row.attempts,
        fence=row.fence,
        key=key_of(run, row, TaskScope(run.graph, run.values, store.tasks, row), store),
        action=task.action if isinstance(task.action, Script | Call) else Script("sh", ()),
        folder=run.folder / str(row.attempt_id or 0),
        project=run.project,
        run_folder=run.shared_folder,
        outs=tuple(provided(task)),
        timeout_seconds=_recovered_timeout(task, store, run, row),
        source_file=source_file_of(task, run),
        secrets=tuple(hidden.values),
        secret_variables=tuple(hidden.variables),
        lost_secrets=tuple(hidden.lost),
        gated=row.attempt_id is None or store.attempts.gated(row.attempt_id),
    )


def _recovered_timeout(task: TaskDefinition, store: Store, run: ActiveRun, row: TaskRow) -> float | None:
    expires_at = store.tasks.expires_at(row.id) if task.until is not None else None
    if expires_at is not None and row.started_at is not None:
        return max((expires_at - row.started_at) / 1e6, 0.001)
    try:
        return timeout_of(task, TaskScope(run.graph, run.values, store.tasks, row))
    except (MissingValue, *UNUSABLE):
        return None


@dataclass(slots=True)
class _Hidden:
    """What an adopted script may print of secrets: variables that have such values, values, and references that lead
    nowhere now, with their variables."""

    variables: list[str] = field(default_factory=list)
    values: list[str] = field(default_factory=list)
    lost: list[tuple[str, str]] = field(default_factory=list)


def _hidden(task: TaskDefinition, scope: TaskScope, project: Path) -> _Hidden:
    hidden = _Hidden()
    for name, tree in task.env:
        if _look_up(tree, scope, project, hidden, name):
            hidden.variables.append(name)
    if isinstance(task.action, Script) and task.action.connection is not None:
        _look_up(task.action.connection, scope, project, hidden)
    for tree in task.action.arguments.values() if isinstance(task.action, Call) else ():
        _look_up(tree, scope, project, hidden)
    return hidden


def _look_up(tree: Any, scope: TaskScope, project: Path, hidden: _Hidden, variable: str = "") -> bool:
    """Whether the value is a secret, or holds some."""
    before = len(hidden.values) + len(hidden.lost)
    try:
        pending = [evaluate(tree, scope)]
    except (MissingValue, *UNUSABLE):
        return False
    while pending:
        value = pending.pop()
        if isinstance(value, Secret):
            try:
                hidden.values.append(scope.secret(value, project))
            except NoSecret:
                hidden.lost.append((variable, str(value)))
        elif isinstance(value, Mapping):
            pending.extend(value.values())
        elif isinstance(value, list):
            pending.extend(value)
    return len(hidden.values) + len(hidden.lost) > before
