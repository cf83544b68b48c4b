"""Parts of a definition in the words of the language: what a node does, for what, when, and its settings."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from runtime.expression.text import expression_text
from runtime.model.definition import Retry, Script, TaskDefinition
from runtime.model.encode import program_of

_UNITS: Final = (("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1))


def doing_of(task: TaskDefinition, sequence: bool) -> str:
    """`python`, `http.get`, `parallel`; empty for a join. `sequence`: its members run in the order written."""
    if task.kind == "task":
        return program_of(task.action)
    return "sequence" if sequence or task.sequential else "parallel"


def mapping_of(task: TaskDefinition) -> str:
    """`for table in tables by table.name`, or nothing."""
    if not task.generators:
        return ""
    loops = ", ".join(f"{one.name} in {expression_text(one.over)}" for one in task.generators)
    by = f" by {expression_text(task.by)}" if task.by is not None else ""
    return f"for {loops}{by}"


def condition_of(task: TaskDefinition) -> str:
    """`when x`, `after y.failed`, both or nothing."""
    told = [f"when {expression_text(task.when)}"] if task.when is not None else []
    if task.awaits is not None and not task.hook:
        told.append(f"after {outcome_text(task.awaits)}")
    return ", ".join(told)


def outcome_text(tree: Any) -> str:
    """A condition on outcomes as the source writes it: `risky.failed or any(shards, 3)`."""
    match tree:
        case ["state", path, state]:
            return f"{_dotted(path)}.{state}"
        case ["any", path, count]:
            return f"any({_dotted(path)}, {count})"
        case ["not", inner]:
            return f"not {_bracketed(inner)}"
        case ["and" | "or" as word, *parts]:
            return f" {word} ".join(_bracketed(part) for part in parts)
    return expression_text(tree)


def _bracketed(tree: Any) -> str:
    text = outcome_text(tree)
    return f"({text})" if isinstance(tree, list) and tree and tree[0] in ("and", "or") else text


def _dotted(path: str) -> str:
    return path.replace("/", ".")


def facts_of(task: TaskDefinition) -> tuple[str, ...]:
    """The other settings, each as a short text: `retry 3, delay: 30s`, `timeout 5m`, `limit 2`."""
    return tuple(_facts(task))


def _facts(task: TaskDefinition) -> Iterator[str]:
    yield from (retry_text(retry) for retry in task.retry)
    if task.timeout_seconds is not None:
        yield f"timeout {_seconds(task.timeout_seconds)}"
    if task.limit is not None:
        yield f"limit {expression_text(task.limit)}"
    if task.idempotent:
        yield "idempotent"
    if task.allow_failure:
        yield "allow_failure"
    if task.allow_failures is not None:
        yield f"allow_failures {expression_text(task.allow_failures)}"


def retry_text(retry: Retry) -> str:
    """A retry as the source writes it."""
    parts = [f"retry {retry.attempts}"]
    if retry.delay_seconds:
        parts.append(f"delay: {duration_text(retry.delay_seconds)}")
    if retry.backoff != 1.0:
        parts.append(f"backoff: {retry.backoff}")
    if retry.max_delay_seconds is not None:
        parts.append(f"max_delay: {duration_text(retry.max_delay_seconds)}")
    if retry.jitter:
        parts.append(f"jitter: {round(retry.jitter * 100)}%")
    if retry.when is not None:
        parts.append(f"when: {expression_text(retry.when)}")
    return ", ".join(parts)


def _seconds(tree: Any) -> str:
    """Seconds are stored as a number if they are known, else as an expression."""
    if isinstance(tree, int | float):
        return duration_text(tree)
    return expression_text(tree)


def duration_text(seconds: float) -> str:
    """`1h30m`, `500ms`: the literal for a number of seconds."""
    whole, milliseconds = divmod(round(seconds * 1000), 1000)
    parts = []
    for unit, size in _UNITS:
        count, whole = divmod(whole, size)
        if count:
            parts.append(f"{count}{unit}")
    if milliseconds:
        parts.append(f"{milliseconds}ms")
    return "".join(parts) or "0s"


def script_text(script: Script) -> str:
    """A script as it was written, with `{{ }}` where values stand."""
    values = {binding.name: binding.value for binding in script.bindings}
    holes = (
        part if isinstance(part, str) else f"{{{{ {expression_text(values[part.binding])} }}}}" for part in script.parts
    )
    return "".join(holes)
