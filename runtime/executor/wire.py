"""Attempts and outcomes of calls as JSON, for component processes and for workers."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from runtime.executor.protocol import Attempt, Outcome
from runtime.model.definition import Call
from runtime.model.state import Reason
from runtime.model.statement import statements_from_json, statements_to_json
from runtime.model.types import type_from_json, type_to_json
from runtime.model.values import to_json

CHANNEL_LOST: Final = 74
"""The exit code of a component process that cannot report any more."""

_PLAIN = ("id", "task_run_id", "run_id", "run_ref", "path", "number", "fence", "key", "timeout_seconds", "source_file")
_PATHS = ("folder", "project", "run_folder")


def attempt_to_json(attempt: Attempt) -> dict[str, Any]:
    """An attempt of a call. What a component is given as secrets goes along, over a private socket only."""
    assert isinstance(attempt.action, Call)
    return {
        **{name: getattr(attempt, name) for name in _PLAIN},
        **{name: str(getattr(attempt, name)) for name in _PATHS},
        "component": attempt.action.component,
        "arguments": {name: to_json(value) for name, value in attempt.arguments.items()},
        "outs": [[name, type_to_json(kind)] for name, kind in attempt.outs],
        "secrets": list(attempt.secrets),
    }


def attempt_from_json(data: Mapping[str, Any]) -> Attempt:
    """The attempt; its arguments stay JSON, which components take as well. It runs in a process of its own."""
    plain: dict[str, Any] = {name: data[name] for name in _PLAIN}
    paths: dict[str, Any] = {name: Path(data[name]) for name in _PATHS}
    return Attempt(
        **plain,
        **paths,
        action=Call(data["component"], process=True),
        arguments=data["arguments"],
        outs=tuple((name, type_from_json(kind)) for name, kind in data["outs"]),
        secrets=tuple(data["secrets"]),
    )


def outcome_to_json(outcome: Outcome) -> dict[str, Any]:
    return {
        "succeeded": outcome.succeeded,
        "outputs": dict(outcome.outputs),
        "reason": outcome.reason.value,
        "message": outcome.message,
        "exit_code": outcome.exit_code,
        "never_ran": outcome.never_ran,
        "took_seconds": outcome.took_seconds,
        "statements": statements_to_json(outcome.statements),
        "given_up": outcome.given_up,
    }


def outcome_from_json(data: Mapping[str, Any]) -> Outcome:
    """Reads what another process says: ValueError, KeyError or StatementProblem if it is no outcome."""
    code, outputs = data["exit_code"], data["outputs"]
    if not isinstance(outputs, dict) or not (code is None or isinstance(code, int)):
        raise ValueError("not an outcome")
    return Outcome(
        succeeded=bool(data["succeeded"]),
        outputs=outputs,
        reason=Reason(data["reason"]),
        message=str(data["message"]),
        exit_code=code,
        never_ran=bool(data["never_ran"]),
        took_seconds=float(data["took_seconds"]),
        statements=statements_from_json(data["statements"]),
        given_up=bool(data["given_up"]),
    )
