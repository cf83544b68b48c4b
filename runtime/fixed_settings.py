"""Settings that are fixed when a run begins and may depend on its parameters: refused before anything starts if they
cannot be. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, Final

from runtime.expression.evaluator import ExpressionError, evaluate
from runtime.expression.text import expression_text
from runtime.model.definition import MOST_RETRIES, FlowDefinition, Retry, TaskDefinition, Tree
from runtime.model.errors import BadParameter
from runtime.model.graph import FlowGraph
from runtime.model.values import Percent, to_text
from runtime.register import RunValues

_Fits = Callable[[Any], bool]
_Setting = tuple[str, Tree, _Fits, str]


def check_fixed(graph: FlowGraph, values: RunValues) -> None:
    """BadParameter names the first setting that is impossible with the parameters of the run."""
    for node in graph.fixed:
        task = graph.task(node)
        for word, tree, fits, sentence in _settings(task, graph.flow):
            if isinstance(tree, list):
                _check(task, graph.flow, word, tree, fits, sentence, values)


def _check(
    task: TaskDefinition, flow: FlowDefinition, word: str, tree: Tree, fits: _Fits, sentence: str, values: RunValues
) -> None:
    whose = f"`{word}` of `{task.path or flow.name}`"
    name = next(_parameters(tree), None)
    help = f"it is `{expression_text(_unwrapped(tree))}`, for what stands on line {task.line} of {flow.source_file}"
    try:
        value = evaluate(tree, values)
    except ExpressionError as problem:
        raise BadParameter(f"{whose} cannot be computed: {problem}", help, parameter=name) from None
    if not fits(value):
        shown = to_text(evaluate(_unwrapped(tree), values))
        raise BadParameter(f"{whose} cannot be {shown}: it must be {sentence}", help, parameter=name)


def _parameters(tree: Tree) -> Iterator[str]:
    match tree:
        case ["param", str(name)]:
            yield name
        case list():
            for part in tree:
                yield from _parameters(part)


def _unwrapped(tree: Tree) -> Tree:
    """As the source says it: durations are stored as seconds."""
    match tree:
        case ["call", "seconds", inner]:
            return inner
    return tree


def _settings(task: TaskDefinition, flow: FlowDefinition) -> Iterator[_Setting]:
    yield "deadline" if task.kind == "flow" else "timeout", task.timeout_seconds, _some_time, _SOME_TIME
    yield "limit", task.limit, _at_least_one, _AT_LEAST_ONE
    yield "priority", task.priority, lambda value: -20 <= value <= 19, "a whole number from -20 to 19"
    yield "allow_failures", task.allow_failures, _allowance, "a number of items, or a percentage from 0% to 100%"
    yield "enough", task.enough, _at_least_one, _AT_LEAST_ONE
    if task.cache is not None:
        yield "cache", task.cache.age, _some_time, _SOME_TIME
    for use in task.uses:
        limit = next((pool.limit for pool in flow.pools if pool.name == use.pool), None)
        sentence = _AT_LEAST_ONE if limit is None else f"a whole number from 1 to {limit}, the places of the pool"
        yield f"use {use.pool}", use.weight, partial(_places, limit), sentence
    if task.until is not None:
        yield "every", task.until.every_seconds, _not_negative, "a duration that is not negative"
        yield "at_most", task.until.at_most, _at_least_one, _AT_LEAST_ONE
    for rule in task.retry:
        yield from _of_retry(rule)


def _of_retry(rule: Retry) -> Iterator[_Setting]:
    yield "retry", rule.attempts, lambda value: 0 <= value <= MOST_RETRIES, f"a whole number up to {MOST_RETRIES}"
    yield "delay", rule.delay_seconds, _not_negative, "a duration that is not negative"
    yield "backoff", rule.backoff, lambda value: value >= 1, "a number of at least 1"
    yield "max_delay", rule.max_delay_seconds, _not_negative, "a duration that is not negative"
    yield "jitter", rule.jitter, lambda value: 0 <= value <= 1, "a percentage from 0% to 100%"
    yield "within", rule.within_seconds, _some_time, _SOME_TIME


_SOME_TIME: Final = "a duration that is longer than nothing"
_AT_LEAST_ONE: Final = "a whole number of at least 1"


def _some_time(value: Any) -> bool:
    return value > dt.timedelta() if isinstance(value, dt.timedelta) else bool(value > 0)


def _not_negative(value: Any) -> bool:
    return bool(value >= 0)


def _at_least_one(value: Any) -> bool:
    return bool(value >= 1)


def _places(limit: int | None, value: Any) -> bool:
    return bool(value >= 1) and (limit is None or value <= limit)


def _allowance(value: Any) -> bool:
    return 0 <= value <= 1 if isinstance(value, Percent) else bool(value >= 0)


def limit_of(task: TaskDefinition, scope: Any) -> int | None:
    """The limit of a container as a number; None if it has none."""
    if task.limit is None:
        return None
    value = evaluate(task.limit, scope)
    if isinstance(value, bool | Percent) or not isinstance(value, int) or value < 1:
        raise ExpressionError(f"the limit of `{task.path or 'the flow'}` must be a whole number of at least 1")
    return value
