"""Reports problems of one source: the sink and the source in one hand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from flowc.analysis.unread import Unread
from flowc.diagnostics import Code, Fix, Label, Sink, codes, nearest
from flowc.source import Source, Span

_FOLLOWING: Final = frozenset((codes.TYPE_MISMATCH, codes.BAD_OPERANDS, codes.KNOWN_LATER))
"""Said of an expression, these follow from what is wrong inside of it."""


class Report:
    """The analysis of one source tells its problems here. `unread`: what the parser could not read; problems that
    may only follow from it are not told. `errors` counts all problems, in calls as well.
    """

    def __init__(self, sink: Sink, source: Source, unread: Unread | None = None) -> None:
        self.sink = sink
        self.source = source
        self.errors = 0
        self._unread = unread or Unread()
        self._caller: Report | None = None
        self._draft = False
        self._calls: tuple[Label, ...] = ()
        self._elsewhere: Span | None = None

    def called(self, caller: Report, span: Span) -> Report:
        """For the same source, as it is meant in a call that stands in another report's source at `span`."""
        report = self._again()
        report._caller, report._draft = caller, caller._draft
        label = Label(span, "in this call", caller.source)
        report._calls = (*caller._calls, label)
        if caller._elsewhere is not None:
            report._elsewhere = caller._elsewhere
        elif caller.source is not self.source:
            report._elsewhere = span
        return report

    def draft(self) -> Report:
        """For a task whose parameters stand for any values: what depends on the values is told where it is called."""
        report = self._again()
        report._draft = True
        return report

    def _again(self) -> Report:
        return Report(self.sink, self.source, self._unread)

    @property
    def is_called(self) -> bool:
        """Whether the source is read as it is meant in a call."""
        return bool(self._calls)

    @property
    def is_elsewhere(self) -> bool:
        """Whether the source is not the file of the flow."""
        return self._elsewhere is not None

    def place(self, span: Span) -> Span:
        """The place in the file of the flow: of what is written in another file, the call that brings it in."""
        return span if self._elsewhere is None else self._elsewhere

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
        if self._draft and code in (codes.BAD_SETTING, codes.NOT_YET):
            return
        at: Report | None = self
        while at is not None:
            at.errors += 1
            at = at._caller
        if self._unread.explains(code, self.source, span):
            return
        if code in _FOLLOWING and self.sink.error_within(self.source, span):
            return
        if self._calls:
            labels = [*(found for found in labels if found.source or self._elsewhere is None), *self._calls]
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

    def lose(self, name: str) -> None:
        """A name is known to be missing: nothing that needs it is told."""
        self._unread.texts.append(name)

    def may_be_lost(self, name: str) -> bool:
        """Whether unread text mentions the name, so that it may well be declared there."""
        return self._unread.mentions(name)


def did_you_mean(name: str, candidates: Iterable[str], span: Span) -> tuple[str, tuple[Fix, ...]]:
    """Help and fix for a slip of one of the candidates; empty if none is near."""
    known = list(candidates)
    near = nearest(name, known)
    if near is None:
        return "", ()
    certain = nearest(name, [other for other in known if other != near]) is None
    return f"did you mean `{near}`?", (Fix(span, near, certain),)
