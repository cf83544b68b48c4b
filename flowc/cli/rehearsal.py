"""Runs the tests of flows: each simulates its flow over a store of its own and compares with what is expected."""

from __future__ import annotations

import datetime as dt
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from flowc.analysis.scenario import Claim, EndingTree, Operand, OutcomeTree, Scenario
from flowc.driver import FlowTest
from flowc.source import Span
from runtime.executor.protocol import Outcome
from runtime.expression.evaluator import ExpressionError, evaluate
from runtime.model.errors import FlowerError
from runtime.model.run import TaskView
from runtime.model.slotted import dataclass
from runtime.model.state import Reason, RunStatus
from runtime.model.values import ValueProblem, to_json
from runtime.register import RunValues
from runtime.simulation.given import Ending, Given
from runtime.simulation.result import STATES, Result, dotted
from runtime.simulation.simulation import Simulation
from runtime.simulation.step import Unknown
from runtime.store.sqlite.files import StoreFiles
from runtime.store.sqlite.reader import Reader
from runtime.store.sqlite.store import SqliteStore

DEFAULT_TIME: Final = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
"""The time of a run whose test gives none."""


@dataclass(frozen=True, slots=True)
class Failure:
    """One thing that is wrong, at `span` of the test's file. `values`: what parts of a claim are, in words or as
    values of the language."""

    span: Span
    message: str
    values: tuple[tuple[Span, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a test has shown. `tasks`: the rows of the simulated run, empty if there was none."""

    scenario: Scenario
    failures: tuple[Failure, ...]
    status: RunStatus | None = None
    tasks: tuple[TaskView, ...] = ()
    seconds: float = 0.0

    @property
    def passed(self) -> bool:
        return not self.failures


def rehearse(test: FlowTest) -> Verdict:
    """Simulates the flow of a test; nothing of it is executed."""
    scenario, began = test.scenario, time.monotonic()
    with tempfile.TemporaryDirectory(prefix="flowc-test-") as folder:
        files = StoreFiles(Path(folder) / "flower.db")
        store = SqliteStore(files, "OFF")
        try:
            simulation = Simulation(store, test.flow, given_of(scenario, test.flow.zone or "UTC"))
            simulation.work()
            tasks = tuple(task for task in _tasks(files, simulation.run.id) if task.node not in _inner(scenario))
            found = _failures(scenario, Result(simulation, scenario.arguments), tasks)
            status: RunStatus | None = simulation.status
        except (FlowerError, ExpressionError, Unknown, ValueProblem) as problem:
            status, tasks, found = None, (), (Failure(scenario.span, str(problem)),)
        finally:
            store.close()
    return Verdict(scenario, tuple(found), status, tasks, time.monotonic() - began)


def _inner(scenario: Scenario) -> set[int]:
    """Nodes that the source does not show: they compute the outputs of flows that are called."""
    return {task.result.node for task in scenario.flow.tasks if task.result is not None}


def _tasks(files: StoreFiles, run_id: int) -> tuple[TaskView, ...]:
    reader = Reader(files)
    try:
        return tuple(reader.tasks(run_id))
    finally:
        reader.close()


# What is given


def given_of(scenario: Scenario, zone: str) -> Given:
    """The values of what a test gives. ExpressionError if one cannot be computed."""
    moment = DEFAULT_TIME
    if scenario.time is not None:
        moment = evaluate(scenario.time, RunValues({}, 0, zone))
    time_of_run = round(moment.timestamp() * 1e6)
    scope = RunValues({}, time_of_run, zone, created=time_of_run)
    parameters = {name: to_json(evaluate(tree, scope)) for name, tree in scenario.parameters.items()}
    endings = {ending.path: _ending(ending, scope) for ending in scenario.endings}
    return Given(time_of_run, zone, parameters, endings)


def _ending(ending: EndingTree, scope: RunValues) -> Ending:
    return Ending(ending.path, ending.skipped, tuple(_outcome(tree, scope) for tree in ending.outcomes))


def _outcome(tree: OutcomeTree, scope: RunValues) -> Outcome:
    if tree.succeeded:
        return Outcome(True, {name: to_json(evaluate(value, scope)) for name, value in tree.outputs.items()})
    reason = Reason(evaluate(tree.kind, scope))
    exit_code = evaluate(tree.exit_code, scope)
    message = evaluate(tree.message, scope) or (f"exit code {exit_code}" if exit_code is not None else "")
    return Outcome(False, reason=reason, message=message, exit_code=exit_code)


# What is expected


def _failures(scenario: Scenario, result: Result, tasks: tuple[TaskView, ...]) -> tuple[Failure, ...]:
    """Values that are needed and were not given come first: what else is wrong may follow from them."""
    unknown = {row.path for row in result.stopped_by_unknown()}
    needed: dict[str, str] = {}
    for task in tasks:
        if task.path in unknown:
            needed.setdefault(task.message, dotted(task.path))
    if needed:
        place = scenario.span
        return tuple(Failure(place, message, ((place, f"`{task}` needs it"),)) for message, task in needed.items())
    strays = tuple(_stray_endings(scenario, result))
    return strays or tuple(found for claim in scenario.claims if (found := _judge(claim, result)) is not None)


def _stray_endings(scenario: Scenario, result: Result) -> Iterator[Failure]:
    """Instances that are given and do not exist."""
    for ending in scenario.endings:
        if "[" in ending.path:
            try:
                result.row(ending.path)
            except ExpressionError as problem:
                yield Failure(ending.span, str(problem))


def _judge(claim: Claim, result: Result) -> Failure | None:
    try:
        holds = result.evaluate(claim.tree)
    except (ExpressionError, Unknown) as problem:
        return Failure(claim.span, str(problem))
    if holds is True:
        return None
    values = [(operand.span, told) for operand in claim.operands if (told := _told(operand, result)) is not None]
    return Failure(claim.span, "this does not hold", tuple(values))


def _told(operand: Operand, result: Result) -> str | None:
    """What a part of a claim is: in words for the state of a task, else as a value of the language."""
    match operand.tree:
        case ["state", "", str()]:
            return f"the flow {'is ' if result.status is RunStatus.SUSPENDED else ''}{result.status}"
        case ["state", str(path), str(name)] if name in STATES:
            return f"it {result.told(result.row(path))}"
    try:
        return f"is {shown(result.evaluate(operand.tree))}"
    except (ExpressionError, Unknown):
        return None


def shown(value: Any) -> str:
    """A value as the language writes it, cut if it is long."""
    from runtime.expression.text import expression_text

    text = expression_text(_tree(to_json(value)))
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


_LONGEST: Final = 100


def _tree(data: Any) -> Any:
    if isinstance(data, list):
        return ["list", *map(_tree, data)]
    if isinstance(data, dict):
        return ["record", *([name, _tree(value)] for name, value in data.items())]
    return data
