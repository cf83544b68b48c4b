"""The cache of results: what a task gave for the same content and arguments, taken over by later runs."""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import Any

from runtime.executor.protocol import Attempt
from runtime.expression.evaluator import ExpressionError, evaluate
from runtime.model.definition import TaskDefinition
from runtime.model.encode import dumps
from runtime.model.values import to_json


def digest(task: TaskDefinition, attempt: Attempt, scope: Any) -> str:
    """Names the result: the content of the task, and its arguments, or the key that its author chose."""
    if task.cache is not None and task.cache.by is not None:
        given: Any = to_json(evaluate(task.cache.by, scope))
    else:
        given = [to_json(dict(part)) for part in (attempt.values, attempt.arguments, attempt.env)] + [
            attempt.connection
        ]
    text = dumps([str(attempt.project), task.content_hash, given])
    return hashlib.sha256(text.encode()).hexdigest()


def oldest(task: TaskDefinition, scope: Any, now: int) -> int:
    """From when on a result may be taken over, in microseconds."""
    age = evaluate(task.cache.age, scope) if task.cache is not None else None
    if not isinstance(age, dt.timedelta):
        raise ExpressionError("the age of a cached result must be a duration")
    return now - round(age / dt.timedelta(microseconds=1))
