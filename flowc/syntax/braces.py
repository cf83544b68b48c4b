"""Braces that do not balance, told and mended by indentation, so that one forgotten brace is one error and the rest
of the file is still read as what it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from flowc.diagnostics import Fix, Label, Sink, codes
from flowc.source import Source
from flowc.syntax.lexer import Lexed, Token

_MAX_REPAIRS: Final = 10


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
    culprit = stray
    for pair in pairs:
        if pair.closing is not None and _closes_badly(source, tokens, pair):
            culprit = pair.closing
            break
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


def _closes_badly(source: Source, tokens: list[Token], pair: _Pair) -> bool:
    opening, closing = tokens[pair.opening], tokens[pair.closing or 0]
    if source.line(opening[2]) == source.line(closing[2]):
        return False
    return not _is_first(source, closing[2]) or _indent(source, closing[2]) > _indent(source, opening[2])


def _with_closing(source: Source, tokens: list[Token], pairs: list[_Pair], sink: Sink | None) -> list[Token]:
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
        if kind != "NEWLINE" and source.line(start) > line:
            line = source.line(start)
            if _indent(source, start) <= indent:
                return index
    return len(tokens) - 1


def _report_open(source: Source, tokens: list[Token], opening: int, at: int, sink: Sink) -> None:
    span = tokens[opening][2:]
    head = " ".join(str(token[1]) for token in _head(tokens, opening))
    what = f"the block of `{head}`" if head else "this `{`"
    place = tokens[at][2:]
    labels = () if tokens[at][0] == "$END" else (Label((place[0], place[1]), "a `}` is missing before this line"),)
    indent = " " * _indent(source, span[0])
    last = next((token for token in reversed(tokens[:at]) if token[0] != "NEWLINE"), tokens[opening])
    line = source.line(max(last[3] - 1, 0))
    sink.error(
        codes.UNCLOSED_BLOCK,
        source,
        span,
        f"{what} is not closed",
        label="opened here",
        labels=labels,
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
