"""A small builder for tests of the compiler: text in, compiled flow or diagnostics out."""

from __future__ import annotations

import textwrap

from flowc.driver import Compiled, Input, compile_inputs
from flowc.source import Source
from runtime.model.definition import Dependency, FlowDefinition, TaskDefinition
from runtime.registry import catalog


def compiled(text: str) -> Compiled:
    """The text, freed of common indentation, compiled with the standard components."""
    source = Source("case.flow", textwrap.dedent(text).lstrip("\n"))
    return compile_inputs([Input(source, catalog(), "case.flow")])


def flow_of(text: str) -> FlowDefinition:
    """The one flow of a text without errors."""
    found = compiled(text)
    assert [problem.message for problem in found.diagnostics] == []
    (flow,) = found.flows
    return flow


def body(statements: str) -> FlowDefinition:
    """The flow with these statements in its body."""
    return flow_of("flow case {\n" + textwrap.indent(textwrap.dedent(statements), "    ") + "\n}\n")


def messages(text: str) -> list[str]:
    """What is reported for a text."""
    return [problem.message for problem in compiled(text).diagnostics]


def task(flow: FlowDefinition, path: str) -> TaskDefinition:
    """The node at a path."""
    return next(found for found in flow.tasks if found.path == path)


def edges(flow: FlowDefinition) -> set[tuple[str, str]]:
    """The dependencies as pairs of paths."""
    return {(flow.tasks[edge.predecessor].path, flow.tasks[edge.successor].path) for edge in flow.dependencies}


def edge(flow: FlowDefinition, predecessor: str, successor: str) -> Dependency:
    """The dependency between two paths."""
    return next(
        found
        for found in flow.dependencies
        if (flow.tasks[found.predecessor].path, flow.tasks[found.successor].path) == (predecessor, successor)
    )


def accepted(text: str) -> FlowDefinition:
    """The one flow of a text that has no errors, whatever is hinted at."""
    found = compiled(text)
    assert [problem.message for problem in found.diagnostics if problem.severity == "error"] == []
    (flow,) = found.flows
    return flow
