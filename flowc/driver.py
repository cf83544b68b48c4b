"""The compiler as one pure function: sources and a catalog in, definitions and diagnostics out.

Each phase goes on over what an earlier one could not understand, so that one run reports every independent problem.
"""

from __future__ import annotations

import gc
import posixpath
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from flowc.analysis.flows import analyse
from flowc.analysis.model import Catalog, Flow, Pool
from flowc.analysis.module import Definition, Module
from flowc.analysis.pools import sizes_of
from flowc.analysis.scenario import Scenario
from flowc.analysis.scenarios import check_scenarios
from flowc.diagnostics import Diagnostic, Label, Sink, codes
from flowc.diagnostics.balance import tell_brackets_first
from flowc.emit.allowances import Allowances, read_allowances
from flowc.emit.hints import report_hints
from flowc.emit.rows import rows_of
from flowc.plan.edges import Edges
from flowc.plan.plan import plan
from flowc.source import Source
from flowc.syntax import nodes
from flowc.syntax.files import Files, Loaded, Reader
from runtime.model.definition import FlowDefinition
from runtime.model.slotted import dataclass, field

Lint = Callable[[Source, nodes.File, Sink], None]
"""Tells more hints on a source and its tree, as warnings."""


@dataclass(frozen=True, slots=True)
class Input:
    """A source, the components that it may call, and the name of its file in the rows."""

    source: Source
    catalog: Catalog
    stored_as: str


@dataclass(frozen=True, slots=True)
class FlowTest:
    """A `test` block and the rows of the flow that it is about, which another file may declare."""

    scenario: Scenario
    flow: FlowDefinition


@dataclass(slots=True)
class Unit:
    """One input on its way through the phases."""

    given: Input
    sink: Sink
    files: Files
    modules: Modules
    loaded: Loaded | None = None
    flows: list[Flow] = field(default_factory=list)
    edges: list[Edges] = field(default_factory=list)
    definitions: list[FlowDefinition] = field(default_factory=list)
    scenarios: list[Scenario] = field(default_factory=list)
    imported: dict[Flow, Edges] = field(default_factory=dict)
    tests: list[FlowTest] = field(default_factory=list)
    also: list[tuple[Definition, Edges]] = field(default_factory=list)
    allowances: Allowances | None = None


@dataclass(frozen=True, slots=True)
class Compiled:
    """`by_input`: the flows of each input; empty if there are errors. `left_out`: diagnostics beyond the bound.
    `resolved`: the flows of each input as analysed, for tools that tell about the source. `tests`: the tests of
    each input. `also`: flows of other files of which these start runs of their own.
    """

    by_input: tuple[tuple[FlowDefinition, ...], ...]
    diagnostics: tuple[Diagnostic, ...]
    left_out: int = 0
    resolved: tuple[tuple[Flow, ...], ...] = ()
    tests: tuple[tuple[FlowTest, ...], ...] = ()
    also: tuple[FlowDefinition, ...] = ()

    @property
    def flows(self) -> tuple[FlowDefinition, ...]:
        return tuple(flow for flows in self.by_input for flow in flows)

    @property
    def good(self) -> bool:
        return not any(found.severity == "error" for found in self.diagnostics)


def compile_inputs(
    inputs: Sequence[Input],
    sink: Sink | None = None,
    read: Reader | None = None,
    *,
    hints: bool = False,
    lint: Lint | None = None,
) -> Compiled:
    """Compiles files together: their flows share one space of names. Never raises for what stands in a source.

    `sink` may hold problems already, of files that could not be read. `read` gives the files that are imported.
    `hints`: tell as warnings what may not be meant, too; with them, what `lint` finds by means of its own.
    """
    sink = sink if sink is not None else Sink()
    files, modules = Files(sink, read), Modules(sink)
    units = [Unit(given, sink, files, modules) for given in inputs]
    with _collector_paused():
        return _compile(units, sink, hints, lint)


def _compile(units: list[Unit], sink: Sink, hints: bool, lint: Lint | None) -> Compiled:
    for phase in PHASES:
        for unit in units:
            phase(unit)
    _check_names(units, sink)
    _check_pools(units, sink)
    if sink.has_errors:
        tell_brackets_first(sink)
        return Compiled((), tuple(sink.diagnostics()), sink.left_out)
    for unit in units:
        emit(unit)
        if hints and unit.loaded is not None:
            report_hints(unit.flows, unit.definitions, unit.loaded.tree, unit.given.source, sink)
            if lint is not None:
                lint(unit.given.source, unit.loaded.tree, sink)
    _allow(units, sink, told=hints)
    return Compiled(
        tuple(tuple(unit.definitions) for unit in units),
        tuple(sink.diagnostics()),
        sink.left_out,
        tuple(tuple(unit.flows) for unit in units),
        tuple(tuple(unit.tests) for unit in units),
        _also(units),
    )


def _also(units: list[Unit]) -> tuple[FlowDefinition, ...]:
    """Flows of other files that flows of these start runs of, each once."""
    known = {flow.name for unit in units for flow in unit.flows}
    found: dict[str, FlowDefinition] = {}
    for definition, edges in (each for unit in units for each in unit.also):
        if definition.name not in known and definition.name not in found and definition.flow is not None:
            module = definition.module
            found[definition.name] = rows_of(definition.flow, edges, module.stored_as, module.source.line)
    return tuple(found.values())


def _allow(units: list[Unit], sink: Sink, *, told: bool) -> None:
    """Leaves out the hints that comments allow; if all hints were `told`, tells the comments that allow nothing."""
    allowances = [unit.allowances for unit in units if unit.allowances is not None and unit.allowances.found]
    for one in allowances:
        sink.drop(one.allows)
        if told:
            one.report_useless(sink)


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


class Modules:
    """Analyses each file once for each catalog, what it imports before it."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._known: dict[tuple[int, int], tuple[Module, list[Flow]]] = {}

    def analysed(self, loaded: Loaded, catalog: Catalog, stored_as: str) -> tuple[Module, list[Flow]]:
        """`stored_as`: the path of the file in rows."""
        key = (id(loaded), id(catalog))
        if key not in self._known:
            imports = {}
            for text, other in loaded.imports.items():
                place = posixpath.normpath(posixpath.join(posixpath.dirname(stored_as), text))
                imports[text] = self.analysed(other, catalog, place)[0]
            self._known[key] = analyse(loaded.tree, loaded.source, catalog, self._sink, imports, stored_as)
        return self._known[key]


def read_tree(unit: Unit) -> None:
    """Text to tree, that of the files that it imports included."""
    unit.loaded = unit.files.add(unit.given.source)
    unit.allowances = read_allowances(unit.given.source, unit.sink)


def resolve(unit: Unit) -> None:
    """Tree to resolved model: names, types, settings, scripts."""
    assert unit.loaded is not None
    module, unit.flows = unit.modules.analysed(unit.loaded, unit.given.catalog, unit.given.stored_as)
    unit.scenarios = check_scenarios(module)


def order(unit: Unit) -> None:
    """Model to edges, and cycles among them."""
    unit.edges = [plan(flow, unit.given.source, unit.sink) for flow in unit.flows]
    for scenario in unit.scenarios:
        if scenario.flow not in unit.flows and scenario.flow not in unit.imported:
            unit.imported[scenario.flow] = plan(scenario.flow, scenario.definition.module.source, unit.sink)
    unit.also = [
        (definition, plan(flow, definition.module.source, unit.sink))
        for definition in _detached(unit.flows)
        if (flow := definition.flow) is not None and flow not in unit.flows
    ]


def _detached(flows: list[Flow]) -> list[Definition]:
    """The flows of which these start runs of their own, and those of which these do, and so on."""
    found: dict[int, Definition] = {}
    pending = list(flows)
    while pending:
        for task in pending.pop().tasks:
            definition = task.detached
            if definition is not None and definition.flow is not None and id(definition) not in found:
                found[id(definition)] = definition
                pending.append(definition.flow)
    return list(found.values())


def emit(unit: Unit) -> None:
    """Model and edges to rows. Only for a source without errors."""
    line = unit.given.source.line
    unit.definitions = [
        rows_of(flow, edges, unit.given.stored_as, line) for flow, edges in zip(unit.flows, unit.edges, strict=True)
    ]
    rows = dict(zip(unit.flows, unit.definitions, strict=True))
    for scenario in unit.scenarios:
        if scenario.flow not in rows:
            module = scenario.definition.module
            edges = unit.imported[scenario.flow]
            rows[scenario.flow] = rows_of(scenario.flow, edges, module.stored_as, module.source.line)
    unit.tests = [FlowTest(scenario, rows[scenario.flow]) for scenario in unit.scenarios]


PHASES: Final[tuple[Callable[[Unit], None], ...]] = (read_tree, resolve, order)


def _check_pools(units: list[Unit], sink: Sink) -> None:
    """A pool is one thing for all flows, so files that declare it must agree on its size."""
    first: dict[str, Pool] = {}
    for pool in [pool for unit in units for flow in unit.flows for pool in flow.pools.values()]:
        known = first.setdefault(pool.definition.name, pool)
        if known.source is not pool.source and sizes_of(known) != sizes_of(pool):
            sink.error(
                codes.DUPLICATE_NAME,
                pool.source,
                pool.span,
                f"there are two pools called `{pool.definition.name}`, of different sizes",
                labels=[Label(known.span, "the other is declared here", known.source)],
                help="all flows share a pool under its name: declare it once, or the same way",
            )


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
