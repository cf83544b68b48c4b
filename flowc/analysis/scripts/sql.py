"""The judge of SQL: a hole becomes a bound parameter, so it must stand where SQLite takes a value."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from flowc.analysis.scripts.joined import HOLE, Joined
from flowc.analysis.scripts.parts import Bound, Hole, Label, Problem, Use
from runtime.model.slotted import dataclass
from runtime.model.types import ListOf

_TOKEN: Final = re.compile(
    r"""(?P<blank>\s+)
    | (?P<comment>--[^\n]*|/\*(?:.*?\*/|.*\Z))
    | (?P<text>'(?:[^']|'')*')
    | (?P<quoted>"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\])
    | (?P<open>['"`\[])
    | (?P<hole>\x00)
    | (?P<parameter>\?\d*|[:@$][A-Za-z_]\w*)
    | (?P<word>[^\W\d]\w*)
    | (?P<number>\d[\w.]*|\.\d+)
    | (?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)
_CLOSER: Final = {"'": "'", '"': '"', "`": "`", "[": "]"}
_NAMING_WORDS: Final = frozenset(
    {"FROM", "INTO", "TABLE", "JOIN", "UPDATE", "INDEX", "VIEW", "TRIGGER", "EXISTS", "RENAME", "COLUMN", "ADD", "AS"}
)
_ORDER_WORDS: Final = frozenset({"ORDER", "GROUP"})
_NO_PARAMETERS: Final = frozenset({"PRAGMA", "ALTER", "REINDEX", "ANALYZE"})
_STORED: Final = frozenset({"VIEW", "INDEX", "TRIGGER", "TABLE"})


class Token(NamedTuple):
    kind: str
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Refusal:
    """`message` is a format string with `hole`."""

    message: str
    help: str


def judge_sql(joined: Joined) -> Bound:
    """The uses of all holes of an `sql` script and its problems."""
    tokens = list(_tokens(joined.text))
    problems = list(_own_problems(joined, tokens))
    if not any(problem.kind == "syntax" for problem in problems):
        problems += _misplaced(joined, tokens)
    refused = {(problem.start, problem.end) for problem in problems}
    uses: list[Use | None] = [None if (hole.start, hole.end) in refused else "parameter" for hole in joined.holes]
    return Bound(tuple(uses), tuple(problems))


def _tokens(text: str) -> Iterator[Token]:
    for found in _TOKEN.finditer(text):
        if found.lastgroup and found.lastgroup != "blank":
            yield Token(found.lastgroup, found.group(), found.start(), found.end())


def _own_problems(joined: Joined, tokens: list[Token]) -> Iterator[Problem]:
    """Mistakes of the SQL itself: what is not closed, and parameters that nobody would give."""
    for token in tokens:
        start, end = joined.span(token.start, token.start + 1)
        if token.kind == "open":
            closer = _CLOSER[token.text]
            yield Problem("syntax", start, end, "this quote is not closed", f"add a `{closer}` where it should end")
            return
        if token.text.startswith("/*") and (not token.text.endswith("*/") or len(token.text) < 4):
            yield Problem("syntax", start, end, "this comment is not closed", "add `*/` where it should end")
            return
        if token.kind == "parameter":
            start, end = joined.span(token.start, token.end)
            message = f"nothing gives a value to the parameter `{token.text}`"
            yield Problem("syntax", start, end, message, "write the value in braces: `{{ name }}`")


def _misplaced(joined: Joined, tokens: list[Token]) -> Iterator[Problem]:
    """Holes in quotes, and holes where SQLite takes no value."""
    holes = dict(zip(joined.positions, joined.holes, strict=True))
    for token in tokens:
        if token.kind not in _INSIDE:
            continue
        for position in (at for at in range(token.start, token.end) if at in holes):
            label = Label(*joined.span(token.start, token.start + 1), _STORIES[token.kind])
            yield _problem(holes[position], _INSIDE[token.kind], label)
    for statement in _statements(tokens):
        for index, token in enumerate(statement):
            if token.kind == "hole":
                hole = holes[token.start]
                refusal = _refusal(joined.text, statement, index, hole)
                if refusal:
                    yield _problem(hole, refusal)


def _problem(hole: Hole, refusal: _Refusal, *labels: Label) -> Problem:
    message = refusal.message.format(hole=f"`{{{{ {hole.shown} }}}}`")
    return Problem("unsafe", hole.start, hole.end, message, refusal.help, labels=labels)


def _statements(tokens: list[Token]) -> Iterator[list[Token]]:
    statement: list[Token] = []
    for token in tokens:
        if token.text == ";":
            yield statement
            statement = []
        elif token.kind != "comment":
            statement.append(token)
    yield statement


_NAME: Final = _Refusal("a value cannot be a name of a table or column, as {hole} would be", "write a fixed name")
_STORIES: Final = {
    "text": "the text begins here",
    "quoted": "the name begins here",
}
_INSIDE: Final = {
    "text": _Refusal(
        "{hole} stands inside a quoted text, where it is no value", "remove the quotes, or join with `||`"
    ),
    "quoted": _NAME,
}


def _refusal(text: str, statement: list[Token], index: int, hole: Hole) -> _Refusal | None:
    """Why a hole between tokens cannot be a parameter, or None if it can."""
    words = ["", "", *(token.text.upper() for token in statement[:index])]
    following = statement[index + 1].text if index + 1 < len(statement) else ""
    if _touches(text, statement[index]):
        help = "put a space or `||` between them"
        return _Refusal("{hole} must stand by itself: joined to what is beside it, it is no value", help)
    if following in (".", "(") or words[-1] == "." or _names_next(words, statement[index - 1]):
        return _NAME
    if stored := _stored(words):
        return _Refusal(f"SQLite takes no values in {stored}, so {{hole}} cannot stand here", "write a literal")
    if words[-1] == "BY" and words[-2] in _ORDER_WORDS:
        help = "write the column's name, or choose with `CASE {{ … }} WHEN … END`"
        return _Refusal("ordering by the value of {hole} would order nothing: it is the same in every row", help)
    if words[-1] == "IN" and isinstance(hole.type, ListOf):
        help = f"write `IN (SELECT value FROM json_each({{{{ {hole.shown} }}}}))`"
        return _Refusal("a list is one value, so `IN` cannot take {hole} apart", help)
    return None


def _touches(text: str, token: Token) -> bool:
    around = text[max(token.start - 1, 0) : token.start] + text[token.end : token.end + 1]
    return any(char.isalnum() or char in "_'\"`:@$#?" + HOLE for char in around)


def _names_next(words: list[str], before: Token) -> bool:
    """Whether a name follows the words so far; `VACUUM INTO` and `IS DISTINCT FROM` take a value."""
    if before.kind != "word" or words[-1] not in _NAMING_WORDS:
        return False
    return not (words[-1] == "INTO" and words[2] == "VACUUM") and words[-2] != "DISTINCT"


def _stored(words: list[str]) -> str:
    """The kind of statement whose text SQLite keeps, and which therefore cannot hold a parameter."""
    if words[2:3] and words[2] in _NO_PARAMETERS:
        return f"`{words[2]}`"
    made = next((word for word in words[3:6] if word in _STORED), "") if words[2:3] == ["CREATE"] else ""
    return "" if not made or (made == "TABLE" and "SELECT" in words) else f"`CREATE {made}`"
