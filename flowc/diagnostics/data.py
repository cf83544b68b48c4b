"""A diagnostic as data: code, severity, place, labels, notes, help and fixes. Shown by `render` and `json_form`."""

from __future__ import annotations

from typing import Literal

from flowc.diagnostics import codes
from flowc.diagnostics.codes import Code
from flowc.source import Source, Span, Unreadable
from runtime.model.slotted import dataclass

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Label:
    """A second place of the story. `source` is None for the file of the diagnostic itself."""

    span: Span
    text: str
    source: Source | None = None


@dataclass(frozen=True, slots=True)
class Fix:
    """A change that a machine can apply: the text at `span` becomes `replacement`. `certain`: nothing else can have
    been meant, so it may be applied without asking."""

    span: Span
    replacement: str
    certain: bool = False


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One problem. `span` is the smallest wrong thing, `label` the few words beside its caret.

    Without `source` the problem has no place, or only that of a file (`path`).
    """

    code: Code
    severity: Severity
    message: str
    source: Source | None = None
    span: Span | None = None
    label: str = ""
    labels: tuple[Label, ...] = ()
    notes: tuple[str, ...] = ()
    help: str = ""
    fixes: tuple[Fix, ...] = ()
    file: str = ""

    @property
    def path(self) -> str:
        return self.source.path if self.source else self.file


_UNREADABLE = {
    "missing": codes.FILE_MISSING,
    "folder": codes.FILE_IS_FOLDER,
    "denied": codes.FILE_UNREADABLE,
    "size": codes.FILE_TOO_LARGE,
    "encoding": codes.FILE_NOT_UTF8,
}


def code_of(problem: Unreadable) -> Code:
    """The code of a file that gave no source."""
    return _UNREADABLE[problem.kind]


def unreadable(path: str, problem: Unreadable) -> Diagnostic:
    """The diagnostic of a file that gave no source."""
    return Diagnostic(
        code_of(problem),
        "error",
        problem.message,
        help=problem.help,
        file=path,
    )
