"""Comments that allow a hint where it stands: `# flowc: allow F0803 because …`, at the end of a line or above one."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from flowc.diagnostics import Code, Diagnostic, Fix, Sink, codes, nearest
from flowc.source import Source, Span
from flowc.syntax.lexer import lex
from runtime.model.slotted import dataclass, field

_MARK: Final = "flowc:"
_ALLOWANCE: Final = re.compile(
    r"#+\s*flowc:\s*(?P<word>\w*)\s*(?P<codes>[\w\s,]*?)\s*(?:\bbecause\b\s*(?P<reason>.*))?$"
)
_FORM: Final = "write `# flowc: allow F0803 because REASON`"
_HINTS: Final = "F08"


@dataclass(slots=True)
class Allowance:
    """One code in a comment. `line`: the line whose hints it is about. `used`: it has allowed one."""

    code: Code
    span: Span
    line: int
    used: bool = False


@dataclass(slots=True)
class Allowances:
    """All of one source."""

    source: Source
    found: list[Allowance] = field(default_factory=list)

    def allows(self, problem: Diagnostic) -> bool:
        """Whether a hint is allowed where it is."""
        if problem.severity != "warning" or problem.source is not self.source or problem.span is None:
            return False
        line = self.source.line(problem.span[0])
        fitting = [one for one in self.found if one.code is problem.code and one.line == line]
        for one in fitting:
            one.used = True
        return bool(fitting)

    def report_useless(self, sink: Sink) -> None:
        """Tells those that have allowed nothing."""
        for one in self.found:
            if not one.used:
                sink.error(
                    codes.USELESS_ALLOWANCE,
                    self.source,
                    one.span,
                    f"nothing here is told as {one.code}, so nothing needs to be allowed",
                    help="remove the comment",
                    severity="warning",
                )


def read_allowances(source: Source, sink: Sink) -> Allowances:
    """The allowances of a source; what is wrong with them goes to the sink."""
    allowances = Allowances(source)
    if _MARK not in source.text:
        return allowances
    for start, end in lex(source, Sink()).comments:
        found = _ALLOWANCE.match(source.text[start:end])
        if found:
            _read(allowances, found, start, sink)
    return allowances


def _read(allowances: Allowances, found: re.Match[str], start: int, sink: Sink) -> None:
    source = allowances.source
    whole = (start, start + found.end())
    if found["word"] != "allow" or not found["codes"].strip():
        _wrong(source, whole, "this comment seems to be for flowc, but it does not say what to allow", _FORM, sink)
    elif not (found["reason"] or "").strip():
        _wrong(source, whole, "a hint is allowed with a reason", f"{_FORM}, for whoever reads this later", sink)
    else:
        line = _line_meant(source, start)
        for word in re.finditer(r"\w+", found["codes"]):
            place = start + found.start("codes")
            span = (place + word.start(), place + word.end())
            if (code := _code(word[0], source, span, sink)) is not None:
                allowances.found.append(Allowance(code, span, line))


def _code(word: str, source: Source, span: Span, sink: Sink) -> Code | None:
    known = codes.all_codes()
    code = known.get(word)
    if code is None:
        near = nearest(word, [name for name in known if name.startswith(_HINTS)])
        fixes = (Fix(span, near),) if near else ()
        help = f"did you mean {near}?" if near else "codes of hints look like F0803"
        _wrong(source, span, f"there is no code `{word}`", help, sink, fixes)
    elif not word.startswith(_HINTS) or code is codes.USELESS_ALLOWANCE:
        _wrong(source, span, f"{word} is no hint, so it cannot be allowed", "mend what it is about", sink)
        return None
    return code


def _wrong(source: Source, span: Span, message: str, help: str, sink: Sink, fixes: Iterable[Fix] = ()) -> None:
    sink.error(codes.BAD_ALLOWANCE, source, span, message, help=help, fixes=tuple(fixes))


def _line_meant(source: Source, start: int) -> int:
    """The comment's own line, or the next one with something on it if the comment stands alone."""
    line = source.line(start)
    if source.text[source.line_start(line) : start].strip():
        return line
    for following in range(line + 1, source.lines + 1):
        text = source.line_text(following).strip()
        if text and not text.startswith("#"):
            return following
    return line
