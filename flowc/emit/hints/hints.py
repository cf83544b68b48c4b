"""Where hints are told: a source and the sink, in one hand."""

from __future__ import annotations

from flowc.diagnostics import Code, Fix, Label, Sink
from flowc.source import Source, Span
from runtime.model.slotted import dataclass


@dataclass(frozen=True, slots=True)
class Hints:
    """Tells hints on one source, as warnings."""

    source: Source
    sink: Sink

    def hint(
        self,
        code: Code,
        span: Span,
        message: str,
        help: str,
        fixes: tuple[Fix, ...] = (),
        labels: tuple[Label, ...] = (),
    ) -> None:
        self.sink.error(code, self.source, span, message, help=help, fixes=fixes, labels=labels, severity="warning")
