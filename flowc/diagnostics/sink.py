"""The sink: where every phase of the compiler puts what it found. Bounded, free of duplicates, ordered by place."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from flowc.diagnostics import codes
from flowc.diagnostics.codes import Code
from flowc.diagnostics.data import Diagnostic, Fix, Label, Severity
from flowc.source import Source, Span
from runtime.model.slotted import replace

MAX_DIAGNOSTICS: Final = 100


class Sink:
    """Collects diagnostics. The same problem at the same place counts once; beyond `bound`, `left_out` counts them."""

    def __init__(self, bound: int = MAX_DIAGNOSTICS) -> None:
        self.bound = bound
        self.left_out = 0
        self.has_errors = False
        self._found: list[Diagnostic] = []
        self._seen: set[tuple[str, str, Span | None, str]] = set()

    def __len__(self) -> int:
        return len(self._found)

    def report(self, diagnostic: Diagnostic) -> None:
        """Keeps a diagnostic unless it is known or one too many."""
        self.has_errors = self.has_errors or diagnostic.severity == "error"
        key = (
            diagnostic.code.number,
            diagnostic.path,
            diagnostic.span,
            diagnostic.message,
        )
        if key in self._seen:
            return
        if len(self._found) >= self.bound:
            self.left_out += 1
            return
        self._seen.add(key)
        self._found.append(diagnostic)

    def error(
        self,
        code: Code,
        source: Source,
        span: Span,
        message: str,
        *,
        label: str = "",
        labels: Sequence[Label] = (),
        notes: Sequence[str] = (),
        help: str = "",
        fixes: Sequence[Fix] = (),
        severity: Severity = "error",
    ) -> None:
        """Reports a problem at a place."""
        self.report(
            Diagnostic(
                code,
                severity,
                message,
                source,
                span,
                label,
                tuple(labels),
                tuple(notes),
                help,
                tuple(fixes),
            )
        )

    def error_within(self, source: Source, span: Span) -> bool:
        """Whether an error is known whose place lies in `span`: what follows from it need not be said again."""
        return any(
            found.severity == "error"
            and found.source is source
            and found.span is not None
            and span[0] <= found.span[0]
            and found.span[1] <= span[1]
            for found in self._found
        )

    def drop(self, unwanted: Callable[[Diagnostic], bool]) -> None:
        """Forgets what is not wanted."""
        self._found = [found for found in self._found if not unwanted(found)]

    def count(self, source: Source) -> int:
        """How many problems of a source are known."""
        return sum(found.source is source for found in self._found)

    def keep_first(self, source: Source, most: int) -> None:
        """Forgets all but the first problems of a source, and what would mend those.

        What was left out was of that source, too: with the bound reached before it, none of its problems were kept.
        """
        mine = sorted(
            (found for found in self._found if found.source is source), key=lambda found: found.span or (0, 0)
        )
        kept = [replace(found, fixes=()) for found in mine[:most]]
        self._found = [found for found in self._found if found.source is not source] + kept
        self.left_out = 0

    def diagnostics(self) -> list[Diagnostic]:
        """All of them by file, in the order of first mention, and place. A name that is wrong in the same way at many
        places is one problem."""
        files: dict[str, int] = {}
        for found in self._found:
            files.setdefault(found.path, len(files))
        return _merged(sorted(self._found, key=lambda found: (files[found.path], found.span or (0, 0))))


_OF_NAMES: Final = frozenset(
    (
        codes.UNKNOWN_NAME,
        codes.UNKNOWN_TYPE,
        codes.UNKNOWN_MEMBER,
        codes.UNKNOWN_FUNCTION,
        codes.UNKNOWN_COMPONENT,
        codes.UNKNOWN_ARGUMENT,
        codes.BAD_NAME,
    )
)
_MAX_ALSO: Final = 3


def _merged(found: list[Diagnostic]) -> list[Diagnostic]:
    """What says the same of a name at other places becomes labels of the first, and its fixes count for all."""
    groups: dict[tuple[str, str, str], list[Diagnostic]] = {}
    for number, one in enumerate(found):
        key = (one.code.number, one.path, one.message if one.code in _OF_NAMES else str(number))
        groups.setdefault(key, []).append(one)
    return [_as_one(first, rest) if rest else first for first, *rest in groups.values()]


def _as_one(first: Diagnostic, rest: list[Diagnostic]) -> Diagnostic:
    places = [one for one in rest if one.span is not None]
    labels = tuple(Label(one.span, "and here") for one in places[:_MAX_ALSO] if one.span is not None)
    more = len(places) - _MAX_ALSO
    notes = (*first.notes, f"it stands at {more} more place{'s' if more > 1 else ''}") if more > 0 else first.notes
    fixes = tuple(dict.fromkeys(fix for one in (first, *rest) for fix in one.fixes))
    return replace(first, labels=(*first.labels, *labels), notes=notes, fixes=fixes)
