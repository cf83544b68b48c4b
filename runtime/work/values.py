"""Values that an attempt is handed: absolute paths, and secrets in place of their references."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from runtime.expression.evaluator import evaluate
from runtime.model.definition import TaskDefinition
from runtime.model.values import Secret, to_text
from runtime.scope import TaskScope


def absolute(value: Any, project: Path) -> Any:
    """The value with every relative path in it made absolute, from the project folder."""
    if isinstance(value, PurePosixPath):
        return PurePosixPath(project / value)
    if isinstance(value, list):
        return [absolute(entry, project) for entry in value]
    if isinstance(value, Mapping):
        return {key: absolute(entry, project) for key, entry in value.items()}
    return value


def connection(tree: Any, scope: TaskScope, project: Path) -> tuple[str, list[str]]:
    """The path of a database, and what of it is secret."""
    value = evaluate(tree, scope)
    text = scope.secret(value, project) if isinstance(value, Secret) else to_text(value)
    return str(project / text), [text] if isinstance(value, Secret) else []


def revealed(value: Any, scope: TaskScope, project: Path, hidden: list[str]) -> Any:
    """An argument with the values of secrets in place of the references; `hidden` gets them. NoSecret if one cannot be
    had."""
    match value:
        case Secret():
            hidden.append(scope.secret(value, project))
            return hidden[-1]
        case list():
            return [revealed(entry, scope, project, hidden) for entry in value]
        case dict():
            return {key: revealed(entry, scope, project, hidden) for key, entry in value.items()}
    return value


def environment(task: TaskDefinition, scope: TaskScope, project: Path) -> tuple[dict[str, str], list[str]]:
    """The variables of a task, and which of their values are secret. NoSecret if one cannot be had."""
    env: dict[str, str] = {}
    secrets: list[str] = []
    for name, tree in task.env:
        value = evaluate(tree, scope)
        if isinstance(value, Secret):
            env[name] = scope.secret(value, project)
            secrets.append(env[name])
        else:
            env[name] = to_text(absolute(value, project))
    return env, secrets
