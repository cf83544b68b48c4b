"""The attempt that an executor gets for the next start of a task run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from runtime.backoff import timeout_of
from runtime.executor.protocol import Attempt
from runtime.expression.evaluator import evaluate
from runtime.model.definition import Call, Script, TaskDefinition
from runtime.model.rows import TaskRow
from runtime.model.types import type_from_json
from runtime.model.values import to_text
from runtime.outputs import check_required, early_values, provided
from runtime.scope import TaskScope
from runtime.step import ActiveRun
from runtime.store.protocol import Store
from runtime.work.values import absolute, connection, environment, revealed


def build_attempt(run: ActiveRun, row: TaskRow, attempt_id: int, scope: TaskScope, store: Store) -> Attempt:
    """Everything an executor needs for the next start of a row, with all expressions computed."""
    task = run.task(row)
    action = task.action
    if not isinstance(action, Script | Call):
        raise ValueError(f"{row.path} has no action that an executor could run")
    check_required(task, scope)
    scope.own_values = early_values(task, scope) if task.outs else {}
    project = run.project
    values: dict[str, Any] = {}
    types: dict[str, Any] = {}
    arguments: dict[str, Any] = {}
    database = None
    hidden: list[str] = []
    if isinstance(action, Script):
        for binding in action.bindings:
            values[binding.name] = absolute(evaluate(binding.value, scope), project)
            types[binding.name] = type_from_json(binding.type)
        if action.connection is not None:
            database, hidden = connection(action.connection, scope, project)
    elif isinstance(action, Call):
        for name, tree in action.arguments.items():
            arguments[name] = revealed(absolute(evaluate(tree, scope), project), scope, project, hidden)
    env, secrets = environment(task, scope, project)
    secrets += hidden
    return Attempt(
        id=attempt_id,
        task_run_id=row.id,
        run_id=run.id,
        run_ref=run.row.ref,
        path=row.path,
        number=row.attempts + 1,
        fence=row.fence + 1,
        key=key_of(run, row, scope, store),
        action=action,
        folder=run.folder / str(attempt_id),
        project=project,
        run_folder=run.shared_folder,
        values=values,
        types=types,
        arguments=arguments,
        connection=database,
        outs=tuple(provided(task)),
        env=env,
        secrets=tuple(secrets),
        timeout_seconds=timeout_of(task, scope),
        source_file=source_file_of(task, run),
        cwd=_folder(task, scope, project),
    )


def key_of(run: ActiveRun, row: TaskRow, scope: TaskScope, store: Store) -> str:
    """The same for every attempt; another one in each round."""
    key = f"{store.identity}-{run.id}/{row.path}"
    return f"{key}#{'.'.join(map(str, scope.rounds()))}" if run.graph.repeated[row.node] else key


def source_file_of(task: TaskDefinition, run: ActiveRun) -> str:
    """The file that the task's script is written in."""
    own = task.action.source_file if isinstance(task.action, Script) else ""
    return own or run.graph.flow.source_file


def _folder(task: TaskDefinition, scope: TaskScope, project: Path) -> Path | None:
    if task.cwd is None:
        return None
    return project / to_text(evaluate(task.cwd, scope))
