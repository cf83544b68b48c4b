"""Hints: what a flow without errors says that its author may not have meant. Only whoever asks for them gets them."""

from __future__ import annotations

from flowc.analysis.model import Flow
from flowc.diagnostics import Sink
from flowc.emit.hints.braces import hint_braces
from flowc.emit.hints.endless import hint_endless
from flowc.emit.hints.hints import Hints
from flowc.emit.hints.locks import hint_locks
from flowc.emit.hints.meaning import Meaning
from flowc.emit.hints.secrets import hint_secrets
from flowc.emit.hints.times import hint_times
from flowc.source import Source
from flowc.syntax import nodes
from runtime.model.definition import FlowDefinition


def report_hints(
    flows: list[Flow], definitions: list[FlowDefinition], tree: nodes.File, source: Source, sink: Sink
) -> None:
    """Hints on the flows of one file, as warnings."""
    hints = Hints(source, sink)
    meaning = Meaning(hints)
    meaning.names_of_the_file(tree)
    for flow, definition in zip(flows, definitions, strict=True):
        meaning.of_flow(flow, definition)
        hint_endless(flow, hints)
        hint_times(flow, hints)
    hint_locks(flows, hints)
    hint_secrets(flows, tree, hints)
    hint_braces(tree, hints)


__all__ = ["report_hints"]
