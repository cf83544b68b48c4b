"""The lexer for Pygments, and so for rich, Sphinx and whatever else colours by it, made from the table of colouring.

A script goes to the lexer of its language with its holes covered, and the holes are coloured as expressions.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from typing import Any, ClassVar, Final

from pygments.lexer import RegexLexer
from pygments.lexers import get_lexer_by_name
from pygments.token import STANDARD_TYPES, String, Text, Whitespace, _TokenType, string_to_tokentype

from grammar.highlighting import CONTEXTS
from grammar.roles import Role
from grammar.rule import Include, Match, Part, Region, Rule
from grammar.words import SCRIPTS

Piece = tuple[int, _TokenType, str]

_START: Final = r"((?:^|(?<=[{;]))[ \t]*)"
_LEXERS: Final = {"shell": "bash", "python": "python", "sql": "sql"}

_LINE_HOLE: Final = r"\{\{(?:[^{}\"'\n]|\"(?:[^\"\\\n]|\\.)*\"|'[^'\n]*'|\{[^{}\n]*\})*\}\}"
_BLOCK_HOLE: Final = r"\{\{(?:[^{}\"']|\"(?:[^\"\\\n]|\\.)*\"|'[^'\n]*'|\{[^{}]*\})*\}\}"
_BODIES: Final = {
    '"""': rf"(?:[^\"\\{{]|\\\{{\{{|\\|{_BLOCK_HOLE}|\{{|\"(?!\"\"))*+",
    "'''": r"(?:[^']|'(?!''))*+",
    '"': rf"(?:[^\"\\{{\n]|\\.|{_LINE_HOLE}|\{{(?!\{{))*+",
    "'": r"[^'\n]*+",
}
_CONNECTION: Final = r"(\((?:[^()\"'\n]|\"[^\"\n]*\"|'[^'\n]*'|\([^()\n]*\))*\))?"
_SCRIPT_PART: Final = {
    '"""': re.compile(rf"(?P<escape>\\\{{\{{)|(?P<hole>{_BLOCK_HOLE})"),
    '"': re.compile(rf"(?P<escape>\\.)|(?P<hole>{_LINE_HOLE})"),
}


def _token(role: Role | None) -> _TokenType:
    kind = Text if role is None else string_to_tokentype(role.value.pygments)
    assert role is None or kind in STANDARD_TYPES or kind is String.Delimiter
    return kind


def _state(context: str, end: Part | None = None, content: Role | None = None) -> list[Any]:
    """The rules of a context, up to the end of a region."""
    rules: list[Any] = [(end.pattern, _token(end.role), "#pop")] if end else []
    for rule in CONTEXTS[context]:
        rules += _rules(rule)
    if content:
        return [*rules, (r"[^\"'\\{}\n]+|.|\n", _token(content))]
    return [*rules, (r"[ \t\f\r]+|\n", Whitespace), (r".", Text)]


def _rules(rule: Rule) -> list[Any]:
    if isinstance(rule, Include):
        return [found for inner in CONTEXTS[rule.context] for found in _rules(inner)]
    if isinstance(rule, Match):
        return [(_pattern(rule.parts, rule.starts), _action(rule.parts, rule.starts))]
    if isinstance(rule, Region):
        return [(_pattern(rule.begin, rule.starts), _action(rule.begin, rule.starts), rule.name)]
    return [_script_rule(quote) for quote in _BODIES]


def _pattern(parts: tuple[Part, ...], starts: bool) -> str:
    return (_START if starts else "") + "".join(f"({part.pattern})" for part in parts)


def _action(parts: tuple[Part, ...], starts: bool) -> Any:
    kinds = [Whitespace if part.role is None else _token(part.role) for part in parts]
    return partial(_groups, [Whitespace, *kinds] if starts else kinds)


def _groups(
    kinds: list[_TokenType], _lexer: FlowLexer, match: re.Match[str], _context: object = None
) -> Iterator[Piece]:
    for group, kind in enumerate(kinds, start=1):
        if match[group]:
            yield match.start(group), kind, match[group]


def _regions() -> Iterator[Region]:
    for rules in CONTEXTS.values():
        yield from (rule for rule in rules if isinstance(rule, Region))


def _script_rule(quote: str) -> tuple[str, Any]:
    words = "|".join(SCRIPTS)
    body = rf"({quote})({_BODIES[quote]})({quote})"
    return rf"{_START}({words})\b([ \t]*){_CONNECTION}([ \t]*){body}", partial(_script, quote)


def _script(quote: str, lexer: FlowLexer, match: re.Match[str], _context: object = None) -> Iterator[Piece]:
    indent, word, gap, connection, space, opening, body, closing = range(1, 9)
    for group in (indent, word, gap, connection, space, opening, body, closing):
        text, at = match[group], match.start(group)
        if not text:
            continue
        if group == word:
            yield at, _token(Role.KEYWORD), text
        elif group == connection:
            yield from lexer.get_tokens_unprocessed_from(text, at, "expression")
        elif group == body:
            yield from _body(quote, lexer, SCRIPTS[match[word]], text, at)
        else:
            yield at, _token(Role.QUOTE if group in (opening, closing) else None), text


def _body(quote: str, lexer: FlowLexer, language: str, text: str, at: int) -> Iterator[Piece]:
    """The script's own tokens, broken up where holes and escapes stand."""
    part = _SCRIPT_PART.get(quote)
    holes = list(part.finditer(text)) if part else []
    covered = list(text)
    for hole in holes:
        covered[hole.start() : hole.end()] = "x" * len(hole[0])
    pieces = get_lexer_by_name(_LEXERS[language]).get_tokens_unprocessed("".join(covered))
    done = 0
    for start, kind, value in pieces:
        end = start + len(value)
        start = max(start, done)
        while holes and holes[0].start() < end:
            hole = holes.pop(0)
            if start < hole.start():
                yield at + start, kind, text[start : hole.start()]
            yield from _hole(lexer, hole, at)
            start = done = hole.end()
        if start < end:
            yield at + start, kind, text[start:end]
            done = end


def _hole(lexer: FlowLexer, hole: re.Match[str], at: int) -> Iterator[Piece]:
    begin, text = at + hole.start(), hole[0]
    if hole["escape"]:
        yield begin, _token(Role.ESCAPE), text
        return
    yield begin, _token(Role.HOLE), "{{"
    yield from lexer.get_tokens_unprocessed_from(text[2:-2], begin + 2, "expression")
    yield begin + len(text) - 2, _token(Role.HOLE), "}}"


class FlowLexer(RegexLexer):
    """Colours workflows in `.flow` files."""

    name = "Flow"
    url = ""
    aliases: ClassVar[list[str]] = ["flow"]
    filenames: ClassVar[list[str]] = ["*.flow"]
    mimetypes: ClassVar[list[str]] = ["text/x-flow"]
    flags = re.MULTILINE
    tokens: ClassVar[dict[str, Any]] = {
        "root": _state("file"),
        "expression": _state("expression"),
        **{region.name: _state(region.inside, region.end, region.content) for region in _regions()},
    }

    def get_tokens_unprocessed_from(self, text: str, at: int, state: str) -> Iterator[Piece]:
        """The tokens of a part of a file that begins at `at`, in a state."""
        for start, kind, value in self.get_tokens_unprocessed(text, (state,)):
            yield at + start, kind, value
