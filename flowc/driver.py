"""The compiler as one pure function: sources and a catalog in, definitions and diagnostics out.

Each phase goes on over what an earlier one could not understand, so that one run reports every independent problem.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from flowc.analysis.flows import analyse
from flowc.analysis.model import Catalog, Flow
from flowc.analysis.module import Module
from flowc.diagnostics import Diagnostic, Label, Sink, codes
from flowc.emit.rows import rows_of
from flowc.plan.plan import Edges, plan
from flowc.source import Source
from flowc.syntax.nodes import File
from flowc.syntax.parser import parse
from runtime.model.definition import FlowDefinition


@dataclass(frozen=True, slots=True)
class Input:
    """A source, the components that it may call, and the name of its file in the rows."""

    source: Source
    catalog: Catalog
    stored_as: str


@dataclass(slots=True)
class Unit:
    """One input on its way through the phases."""

    given: Input
    sink: Sink
    tree: File = field(default_factory=File)
    imports: dict[str, Module] = field(default_factory=dict)
    module: Module | None = None
    flows: list[Flow] = field(default_factory=list)
    edges: list[Edges] = field(default_factory=list)
    definitions: list[FlowDefinition] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Compiled:
    """`by_input`: the flows of each input; empty if there are errors. `left_out`: diagnostics beyond the bound.
    `resolved`: the flows of each input as analysed, for tools that tell about the source.
    """

    by_input: tuple[tuple[FlowDefinition, ...], ...]
    diagnostics: tuple[Diagnostic, ...]
    left_out: int = 0
    resolved: tuple[tuple[Flow, ...], ...] = ()

    @property
    def flows(self) -> tuple[FlowDefinition, ...]:
        return tuple(flow for flows in self.by_input for flow in flows)

    @property
    def good(self) -> bool:
        return not any(found.severity == "error" for found in self.diagnostics)


def compile_inputs(inputs: Sequence[Input], sink: Sink | None = None) -> Compiled:
    """Compiles files together: their flows share one space of names. Never raises for what stands in a source.

    `sink` may hold problems already, of files that could not be read.
    """
    sink = sink if sink is not None else Sink()
    units = [Unit(given, sink) for given in inputs]
    with _collector_paused():
        return _compile(units, sink)


def _compile(units: list[Unit], sink: Sink) -> Compiled:
    for unit in units:
        for phase in PHASES:
            phase(unit)
    _check_names(units, sink)
    if sink.has_errors:
        return Compiled((), tuple(sink.diagnostics()), sink.left_out)
    for unit in units:
        emit(unit)
    return Compiled(
        tuple(tuple(unit.definitions) for unit in units),
        tuple(sink.diagnostics()),
        sink.left_out,
        tuple(tuple(unit.flows) for unit in units),
    )


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Trees are large and live until the end: looking for garbage among them would cost more than all else."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def read_tree(unit: Unit) -> None:
    """Text to tree."""
    unit.tree = parse(unit.given.source, unit.sink)


def resolve(unit: Unit) -> None:
    """Tree to resolved model: names, types, settings, scripts."""
    unit.module, unit.flows = analyse(unit.tree, unit.given.source, unit.given.catalog, unit.sink, unit.imports)


def order(unit: Unit) -> None:
    """Model to edges, and cycles among them."""
    unit.edges = [plan(flow, unit.given.source, unit.sink) for flow in unit.flows]


def emit(unit: Unit) -> None:
    """Model and edges to rows. Only for a source without errors."""
    line = unit.given.source.line
    unit.definitions = [
        rows_of(flow, edges, unit.given.stored_as, line) for flow, edges in zip(unit.flows, unit.edges, strict=True)
    ]


PHASES: Final[tuple[Callable[[Unit], None], ...]] = (read_tree, resolve, order)


def _check_names(units: list[Unit], sink: Sink) -> None:
    """Flows of different files may not share a name."""
    first: dict[str, tuple[Unit, Flow]] = {}
    for unit in units:
        for flow in unit.flows:
            known, other = first.setdefault(flow.name, (unit, flow))
            if known is not unit:
                sink.error(
                    codes.DUPLICATE_NAME,
                    unit.given.source,
                    flow.span,
                    f"there are two flows called `{flow.name}`",
                    label="defined again here",
                    labels=[Label(other.span, "first defined here", known.given.source)],
                    help="give one of them another name",
                )
