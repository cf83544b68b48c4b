"""Reports problems of one source: the sink and the source in one hand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from flowc.diagnostics import Code, Fix, Label, Sink, codes, nearest
from flowc.source import Source, Span


class Report:
    """The analysis of one source tells its problems here. `lost`: places of text that the parser could not read."""

    def __init__(self, sink: Sink, source: Source, lost: Sequence[Span] = ()) -> None:
        self.sink = sink
        self.source = source
        self._lost = [source.text[start:end] for start, end in lost]

    def error(
        self,
        code: Code,
        span: Span,
        message: str,
        *,
        label: str = "",
        labels: Sequence[Label] = (),
        notes: Sequence[str] = (),
        help: str = "",
        fixes: Sequence[Fix] = (),
    ) -> None:
        self.sink.error(
            code, self.source, span, message, label=label, labels=labels, notes=notes, help=help, fixes=fixes
        )

    def warning(self, code: Code, span: Span, message: str, *, help: str = "") -> None:
        self.sink.error(code, self.source, span, message, help=help, severity="warning")

    def not_yet(self, span: Span, what: str, help: str = "") -> None:
        """A construct of the language that this version does not compile."""
        message = f"{what} is part of the language, but this version does not compile it yet"
        self.error(codes.NOT_YET, span, message, help=help)

    def text(self, span: Span) -> str:
        """The source at a span, on one line."""
        return " ".join(self.source.text[span[0] : span[1]].split())

    def line(self, span: Span) -> int:
        return self.source.line(span[0])

    def may_be_lost(self, name: str) -> bool:
        """Whether unread text mentions the name, so that it may well be declared there."""
        return any(name in text for text in self._lost)


def did_you_mean(name: str, candidates: Iterable[str], span: Span) -> tuple[str, tuple[Fix, ...]]:
    """Help and fix for a slip of one of the candidates; empty if none is near."""
    near = nearest(name, candidates)
    return (f"did you mean `{near}`?", (Fix(span, near),)) if near else ("", ())
