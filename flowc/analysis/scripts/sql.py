"""The judge of SQL: a hole becomes a bound parameter, so it must stand where SQLite takes a value."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

from flowc.analysis.scripts.joined import HOLE, Joined
from flowc.analysis.scripts.parts import Bound, Hole, Label, Problem, Use
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
_TABLE_WORDS: Final = frozenset(
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
    message: str
    help: str


def judge_sql(joined: Joined) -> Bound:
    """The uses of all holes of an `sql` script and its problems."""
    tokens = list(_tokens(joined.text))
    problems = list(_own_problems(joined, tokens))
    for hole, position in zip(joined.holes, joined.positions, strict=True):
        problem = _hole_problem(joined, tokens, hole, position)
        if problem and not (problems and problems[0].kind == "syntax"):
            problems.append(problem)
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


def _hole_problem(joined: Joined, tokens: list[Token], hole: Hole, position: int) -> Problem | None:
    index = next(number for number, token in enumerate(tokens) if token.start <= position < token.end)
    token, shown = tokens[index], f"`{{{{ {hole.shown} }}}}`"
    if token.kind != "hole":
        labels = (Label(*joined.span(token.start, token.start + 1), _STORIES[token.kind]),)
        message, help = _INSIDE[token.kind]
        return Problem("unsafe", hole.start, hole.end, message.format(hole=shown), help, labels=labels)
    refusal = _refusal(joined.text, tokens, index, hole)
    if not refusal:
        return None
    return Problem("unsafe", hole.start, hole.end, refusal.message.format(hole=shown), refusal.help)


_STORIES: Final = {
    "text": "the text begins here",
    "quoted": "the name begins here",
    "comment": "the comment begins here",
}
_INSIDE: Final = {
    "text": ("{hole} stands inside a quoted text, where it is no value", "remove the quotes, or join with `||`"),
    "quoted": ("a value cannot be a name of a table or column, as {hole} would be", "write a fixed name"),
    "comment": ("a comment is no place for a value: nothing reads {hole} here", "remove it"),
}


def _refusal(text: str, tokens: list[Token], index: int, hole: Hole) -> _Refusal | None:
    """Why a hole between tokens cannot be a parameter, or None if it can."""
    code = [token for token in tokens if token.kind != "comment"]
    at = code.index(tokens[index])
    statement = _statement(code, at)
    before = code[at - 1] if at and code[at - 1] in statement else None
    after = code[at + 1] if at + 1 < len(code) else None
    if _touches(text, tokens[index]):
        return _Refusal(
            "{hole} must stand by itself: joined to what is beside it, it is no value", "put a space or `||`"
        )
    if _is_name(before, after, statement):
        return _Refusal("a value cannot be a name of a table or column, as {hole} would be", "write a fixed name")
    if stored := _stored_statement(statement, tokens[index]):
        return _Refusal(f"SQLite takes no values in {stored}, so {{hole}} cannot stand here", "write a literal")
    if before and before.text.upper() == "BY" and _word_before(statement, before) in _ORDER_WORDS:
        help = "write the column's name, or choose with `CASE {{ … }} WHEN … END`"
        return _Refusal("ordering by the value of {hole} would order nothing: it is the same in every row", help)
    if before and before.text.upper() == "IN" and isinstance(hole.type, ListOf):
        help = f"write `IN (SELECT value FROM json_each({{{{ {hole.shown} }}}}))`"
        return _Refusal("a list is one value, so `IN` cannot take {hole} apart", help)
    return None


def _statement(code: list[Token], at: int) -> list[Token]:
    first = max((number + 1 for number in range(at) if code[number].text == ";"), default=0)
    last = next((number for number in range(at, len(code)) if code[number].text == ";"), len(code))
    return code[first:last]


def _touches(text: str, token: Token) -> bool:
    around = text[max(token.start - 1, 0) : token.start] + text[token.end : token.end + 1]
    return any(char.isalnum() or char in "_'\"`:@$#?" + HOLE for char in around)


def _is_name(before: Token | None, after: Token | None, statement: list[Token]) -> bool:
    if after and after.text in (".", "("):
        return True
    if not before:
        return False
    if before.text == ".":
        return True
    word = before.text.upper()
    if word == "INTO" and statement[0].text.upper() == "VACUUM":
        return False
    if word == "FROM" and _compares(statement, before):
        return False
    return before.kind == "word" and word in _TABLE_WORDS


def _compares(statement: list[Token], word: Token) -> bool:
    """`IS DISTINCT FROM x` compares with a value."""
    at = statement.index(word)
    return at >= 2 and statement[at - 1].text.upper() == "DISTINCT" and statement[at - 2].text.upper() in ("IS", "NOT")


def _word_before(statement: list[Token], token: Token) -> str:
    at = statement.index(token)
    return statement[at - 1].text.upper() if at else ""


def _stored_statement(statement: list[Token], token: Token) -> str:
    """The kind of statement whose text SQLite keeps, and which therefore cannot hold a parameter."""
    words = [entry.text.upper() for entry in statement if entry.kind == "word"]
    if words and words[0] in _NO_PARAMETERS:
        return f"`{words[0]}`"
    made = next((word for word in words[1:4] if word in _STORED), "") if words[:1] == ["CREATE"] else ""
    selects = any(entry.text.upper() == "SELECT" and entry.start < token.start for entry in statement)
    return "" if not made or (made == "TABLE" and selects) else f"`CREATE {made}`"
