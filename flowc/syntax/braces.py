"""Braces that do not balance, told and mended by indentation, so that one forgotten brace is one error and the rest
of the file is still read as what it is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from flowc.diagnostics import Fix, Label, Sink, codes
from flowc.source import Source
from flowc.syntax.lexer import Lexed, Token
from flowc.syntax.words import KINDS, STATEMENT_WORDS
from runtime.model.slotted import dataclass

_MAX_REPAIRS: Final = 10
_WITH_BLOCK: Final = frozenset(("FLOW", "GROUP", "TASK", "TEST", "POOL", "ENUM", "ON", "IF", "MATCH", "DEFAULTS"))
_BEFORE_RECORD: Final = frozenset(("LPAR", "LSQB", "COMMA", "COLON", "EQUAL", "BINARY", "IN", "THEN", "ELSE"))
_BEGIN_STATEMENTS: Final = frozenset(KINDS[word] for word in STATEMENT_WORDS)


@dataclass(slots=True)
class _Pair:
    """Indices of an opening brace and of the closing one, which may be missing."""

    opening: int
    closing: int | None = None


def balance(source: Source, lexed: Lexed, sink: Sink) -> list[Token]:
    """The tokens with braces left out or put in until they balance; each repair is reported."""
    tokens = lexed.tokens
    for _ in range(_MAX_REPAIRS):
        pairs, stray = _pairs(tokens)
        if stray is not None:
            tokens = _without_stray(source, tokens, pairs, stray, sink)
        elif any(pair.closing is None for pair in pairs):
            tokens = _with_closing(source, tokens, pairs, None if lexed.cut else sink)
        else:
            return tokens
    return _forced(tokens)


def _pairs(tokens: list[Token]) -> tuple[list[_Pair], int | None]:
    """Pairs in the order in which they close, open ones at the end; and the first brace that closes nothing."""
    closed: list[_Pair] = []
    stack: list[_Pair] = []
    for index, token in enumerate(tokens):
        if token[0] == "LBRACE":
            stack.append(_Pair(index))
        elif token[0] == "RBRACE":
            if not stack:
                return closed, index
            stack[-1].closing = index
            closed.append(stack.pop())
    return closed + stack, None


def _without_stray(source: Source, tokens: list[Token], pairs: list[_Pair], stray: int, sink: Sink) -> list[Token]:
    bad = [pair.closing for pair in pairs if pair.closing is not None and _closes_badly(source, tokens, pair)]
    doubled = [closing for closing in bad if tokens[closing - 1][0] == "RBRACE"]
    culprit = next(iter(doubled or bad), stray)
    for brace in (stray, culprit):
        if (missing := _heading_without_brace(source, tokens, brace)) is not None:
            return _with_opening(source, tokens, missing, sink)
    span = tokens[culprit][2:]
    sink.error(
        codes.STRAY_CLOSE,
        source,
        span,
        "this `}` closes nothing",
        help="remove it, or open a block before it",
        fixes=(Fix(span, ""),),
    )
    return tokens[:culprit] + tokens[culprit + 1 :]


def _heading_without_brace(source: Source, tokens: list[Token], stray: int) -> int | None:
    """The index before which the `{` of the stray brace was forgotten: a heading that a statement follows."""
    candidates = [
        (index, head)
        for index in range(1, stray)
        if (head := _heading_before(tokens, index)) is not None and _may_lack_brace(source, tokens, head, index)
    ]
    for index, head in candidates:
        short = index == head + 2 and tokens[head][0] in ("FLOW", "GROUP", "TASK")
        if short or tokens[index][0] == "NEWLINE" or tokens[head][0] in ("NAME", "ELSE"):
            return index
    here = source.line(tokens[stray][2])
    for index, head in reversed(candidates):
        alone = _is_first(source, tokens[stray][2])
        same = _indent(source, tokens[head][2]) == _indent(source, tokens[stray][2])
        if same if alone else source.line(tokens[index][2]) == here:
            return index
    return None


def _heading_before(tokens: list[Token], index: int) -> int | None:
    """Where the statement begins that goes on to `index`, if it is the heading of a block and has none yet."""
    if tokens[index][0] not in _BEGIN_STATEMENTS and tokens[index][0] != "NEWLINE":
        return None
    head, depth = index - 1, 0
    while head >= 0 and tokens[head][0] not in ("NEWLINE", "LBRACE", "RBRACE"):
        depth += (tokens[head][0] in ("RPAR", "RSQB")) - (tokens[head][0] in ("LPAR", "LSQB"))
        head -= 1
    head += 1
    kind = tokens[head][0] if head < index else ""
    is_case = kind == "NAME" and tokens[index][0] in ("TASK", "GROUP")
    after_else = kind == "ELSE" and tokens[index][0] in ("TASK", "GROUP")
    return head if not depth and (kind in _WITH_BLOCK or is_case or after_else) else None


def _may_lack_brace(source: Source, tokens: list[Token], head: int, index: int) -> bool:
    """Whether a statement begins at `index`, where the heading of a block that begins at `head` has just ended."""
    following = tokens[index + 1]
    if tokens[index][0] == "NEWLINE":
        deeper = _indent(source, following[2]) > _indent(source, tokens[head][2])
        begins = following[0] in _BEGIN_STATEMENTS or following[0] == "NAME" and tokens[head][0] in ("MATCH", "ENUM")
        return deeper and begins and tokens[head][0] in _WITH_BLOCK
    joined = ("DOT", "COLON", "COMMA", "ARROW", "BINARY", "RPAR", "RSQB", "IN")
    opens = following[0] == "LBRACE" and tokens[index][0] not in ("ENV", "DEFAULTS")
    if (
        opens
        or following[0] in joined
        or tokens[index - 1][0] in ("ARROW", "BINARY", "IN", "EQUAL", "OR", "AND", "NOT")
    ):
        return False
    if tokens[head][0] in ("NAME", "ELSE"):
        return all(token[0] in ("NAME", "COMMA", "ELSE") for token in tokens[head:index])
    return index > head + 1 and tokens[index][0] not in ("IF",)


def _with_opening(source: Source, tokens: list[Token], index: int, sink: Sink) -> list[Token]:
    end = tokens[index - 1][3]
    head = source.text[source.line_start(source.line(end)) : end].rpartition(";")[2].strip()
    sink.error(
        codes.MISSING_PART,
        source,
        (end, end),
        f"`{head}` needs a block, and its `{{` is missing",
        help=f"write `{head} {{ … }}`",
        fixes=(Fix((end, end), " {"),),
    )
    rest = index + 1 if tokens[index][0] == "NEWLINE" else index
    return [*tokens[:index], ("LBRACE", "{", end, end), *tokens[rest:]]


def _closes_badly(source: Source, tokens: list[Token], pair: _Pair) -> bool:
    opening, closing = tokens[pair.opening], tokens[pair.closing or 0]
    if source.line(opening[2]) == source.line(closing[2]):
        return False
    return not _is_first(source, closing[2]) or _indent(source, closing[2]) > _indent(source, opening[2])


def _with_closing(source: Source, tokens: list[Token], pairs: list[_Pair], sink: Sink | None) -> list[Token]:
    if (second := _opened_twice(tokens)) is not None:
        return _without_second(source, tokens, second, sink)
    culprit = next((pair for pair in pairs if _closed_from_outside(source, tokens, pair)), pairs[-1])
    at = _end_of_block(source, tokens, culprit)
    if sink is not None:
        _report_open(source, tokens, culprit.opening, at, sink)
    if tokens[at - 1][0] == "NEWLINE":
        at -= 1
    offset = tokens[at][2]
    closing: list[Token] = [("RBRACE", "}", offset, offset)]
    if tokens[at][0] not in ("NEWLINE", "RBRACE", "$END"):
        closing.append(("NEWLINE", "\n", offset, offset))
    return tokens[:at] + closing + tokens[at:]


def _opened_twice(tokens: list[Token]) -> int | None:
    """The index of a `{` that stands right after the one of a block, where no record can stand."""
    for index in range(2, len(tokens)):
        if tokens[index][0] == tokens[index - 1][0] == "LBRACE" and tokens[index - 2][0] not in _BEFORE_RECORD:
            return index
    return None


def _without_second(source: Source, tokens: list[Token], second: int, sink: Sink | None) -> list[Token]:
    span = tokens[second][2:]
    if sink is not None:
        fixes = (Fix(span, ""),)
        sink.error(codes.SYNTAX, source, span, "this `{` is one too many", help="remove it", fixes=fixes)
    return tokens[:second] + tokens[second + 1 :]


def _closed_from_outside(source: Source, tokens: list[Token], pair: _Pair) -> bool:
    """Whether the closing brace is indented like something further out than the line that opened the block."""
    if pair.closing is None:
        return False
    opening, closing = tokens[pair.opening][2], tokens[pair.closing][2]
    return _is_first(source, closing) and _indent(source, closing) < _indent(source, opening)


def _end_of_block(source: Source, tokens: list[Token], pair: _Pair) -> int:
    """The index of the first token after the block by its indentation."""
    indent = _indent(source, tokens[pair.opening][2])
    line = source.line(tokens[pair.opening][2])
    for index in range(pair.opening + 1, len(tokens) - 1):
        kind, _, start, _ = tokens[index]
        if kind not in ("NEWLINE", "RPAR", "RSQB") and source.line(start) > line:
            line = source.line(start)
            if _indent(source, start) <= indent:
                return index
    return len(tokens) - 1


def _report_open(source: Source, tokens: list[Token], opening: int, at: int, sink: Sink) -> None:
    span = tokens[opening][2:]
    head = " ".join(str(token[1]) for token in _head(tokens, opening))
    what = f"the block of `{head}`" if head else "this `{`"
    indent = " " * _indent(source, span[0])
    last = next((token for token in reversed(tokens[:at]) if token[0] != "NEWLINE"), tokens[opening])
    line = source.line(max(last[3] - 1, 0))
    label = Label((last[3], last[3]), "a `}` is missing after this")
    sink.error(
        codes.UNCLOSED_BLOCK,
        source,
        span,
        f"{what} is not closed",
        label="opened here",
        labels=(label,),
        help=f"add a `}}` after line {line}",
        fixes=(Fix((last[3], last[3]), f"\n{indent}}}"),),
    )


def _head(tokens: list[Token], opening: int) -> Iterator[Token]:
    start = opening
    while start > 0 and tokens[start - 1][0] not in ("NEWLINE", "LBRACE", "RBRACE"):
        start -= 1
    if tokens[start][0] in ("FLOW", "TASK", "GROUP", "ENUM", "ENV"):
        yield from tokens[start : min(start + 2, opening)]


def _forced(tokens: list[Token]) -> list[Token]:
    """Balances what is left over without a word."""
    depth, kept = 0, []
    for token in tokens[:-1]:
        depth += (token[0] == "LBRACE") - (token[0] == "RBRACE")
        if depth < 0:
            depth = 0
            continue
        kept.append(token)
    end = tokens[-1][2]
    return [*kept, *([("RBRACE", "}", end, end)] * depth), tokens[-1]]


def _indent(source: Source, offset: int) -> int:
    line = source.line_text(source.line(offset))
    return len(line) - len(line.lstrip(" \t"))


def _is_first(source: Source, offset: int) -> bool:
    line, column = source.position(offset)
    return not source.line_text(line)[: column - 1].strip(" \t")
