"""The cache of results: what a task gave for the same content and arguments, taken over by later runs."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator
from typing import Any

from runtime.executor.protocol import Attempt
from runtime.expression.evaluator import ExpressionError, evaluate
from runtime.model.definition import Call, Script, TaskDefinition
from runtime.model.encode import dumps
from runtime.model.values import to_json


def digest(task: TaskDefinition, attempt: Attempt, scope: Any) -> str:
    """Names the result: the content of the task, and its arguments, or the key that its author chose.

    Of a secret the reference counts: from a name that is stored nobody is to find out the value by trying.
    """
    if task.cache is not None and task.cache.by is not None:
        given: Any = to_json(evaluate(task.cache.by, scope))
    else:
        given = [to_json(part) for part in (dict(attempt.values), *_asked(task, scope))] + [str(attempt.cwd)]
    text = dumps([str(attempt.project), task.content_hash, given])
    return hashlib.sha256(text.encode()).hexdigest()


def _asked(task: TaskDefinition, scope: Any) -> Iterator[Any]:
    """Arguments, variables and connection, as they are before secrets are fetched."""
    action = task.action
    arguments = action.arguments if isinstance(action, Call) else {}
    for trees in (arguments, dict(task.env)):
        yield {name: evaluate(tree, scope) for name, tree in trees.items()}
    connection = action.connection if isinstance(action, Script) else None
    yield None if connection is None else evaluate(connection, scope)


def oldest(task: TaskDefinition, scope: Any, now: int) -> int:
    """From when on a result may be taken over, in microseconds."""
    age = evaluate(task.cache.age, scope) if task.cache is not None else None
    if not isinstance(age, dt.timedelta):
        raise ExpressionError("the age of a cached result must be a duration")
    return now - round(age / dt.timedelta(microseconds=1))
