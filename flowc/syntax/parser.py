"""Tokens to tree: Lark's LALR tables in a loop of our own, with recovery at statements.

At each statement's start the heights of the stacks are kept. When a token fits nowhere, the stacks go back to that
height, the rest of the statement is passed over, and an ERROR takes its place; the tree around it stays whole.
"""

from __future__ import annotations

import gc
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from flowc.diagnostics import Sink, codes
from flowc.source import Source, Span
from flowc.syntax import braces, complaint, tables
from flowc.syntax.builder import Builder
from flowc.syntax.lexer import Lexed, Token, lex
from flowc.syntax.nodes import ErrorNode, Expr, File, Name
from flowc.syntax.words import DECLARING, SOFT_KINDS

_NAME_GOES_ON: Final = frozenset(("ARROW", "COMMA", "DOT"))
_OPENING: Final = frozenset(("LBRACE", "LPAR", "LSQB"))
_CLOSING: Final = frozenset(("RBRACE", "RPAR", "RSQB", "UNCLOSED"))
_SMALLEST: Final = 'flow hello { task greet { sh "echo hello" } }'


def parse(source: Source, sink: Sink) -> File:
    """The tree of a source. What is wrong goes to the sink, an ErrorNode stands in its place; nothing is raised."""
    if _is_foreign(source, sink):
        return File(complete=False)
    collecting = gc.isenabled()
    gc.disable()
    try:
        return _parse(source, sink)
    finally:
        if collecting:
            gc.enable()


def _parse(source: Source, sink: Sink) -> File:
    lexed = lex(source, sink)
    if lexed.too_deep:
        return File(complete=False)
    tokens = braces.balance(source, lexed, sink) if lexed.open_braces or lexed.stray else lexed.tokens
    run = _Run(source, sink, tokens, lexed)
    items = run.parse("file")
    if not items and not sink.has_errors:
        sink.error(
            codes.FILE_EMPTY,
            source,
            (0, 0),
            f"`{source.path}` declares no flow",
            help=f"the smallest flow is: {_SMALLEST}",
        )
    return File(items, complete=not run.recovered)


def _parse_hole(source: Source, sink: Sink, span: Span) -> Expr:
    """The expression between the braces of a `{{ }}`."""
    lexed = lex(source, sink, *span)
    if len(lexed.tokens) == 1 and not lexed.too_deep:
        outer = (span[0] - 2, span[1] + 2)
        help = "name a value in it; for two plain braces write `\\{{`"
        sink.error(codes.MISSING_PART, source, outer, "there is nothing between `{{` and `}}`", help=help)
    if len(lexed.tokens) == 1 or lexed.too_deep:
        return ErrorNode(span)
    parsed: Expr = _Run(source, sink, lexed.tokens, lexed).parse("expr")
    return parsed


def _is_foreign(source: Source, sink: Sink) -> bool:
    """Whether this is a `.flow` file of Azkaban, which is YAML."""
    for line in source.text.split("\n", 20)[:20]:
        word = line.split("#", 1)[0].rstrip()
        if word in ("nodes:", "config:", "---"):
            at = source.text.find(word)
            message = "this is a flow of Azkaban (YAML), another language with the same file ending"
            sink.error(
                codes.FILE_AZKABAN, source, (at, at + len(word)), message, help=f"a flow looks like: {_SMALLEST}"
            )
            return True
        if word.strip():
            break
    return False


@dataclass(frozen=True, slots=True)
class _Machine:
    """The tables as the loop wants them. A rule is (builder's method or None, size, origin)."""

    actions: list[dict[str, int]]
    rules: list[tuple[str | None, int, str]]
    starts: dict[str, int]
    ends: dict[str, int]
    statement_starts: frozenset[int]


@cache
def _machine() -> _Machine:
    made = tables.load()
    return _Machine(
        made.actions,
        [(rule.action, rule.size, rule.origin) for rule in made.rules],
        made.starts,
        made.ends,
        frozenset(state for state, row in enumerate(made.actions) if row.get("ERROR", -1) >= 0),
    )


class _Run:
    """One pass over the tokens of a file or of a hole."""

    def __init__(self, source: Source, sink: Sink, tokens: list[Token], lexed: Lexed) -> None:
        self.source = source
        self.sink = sink
        self.tokens = tokens
        self.machine = _machine()
        builder = self.builder = Builder(source, sink, lexed.docs, _parse_hole)
        self.rules: list[tuple[Callable[[list[Any]], Any] | None, int, str]] = [
            (getattr(builder, action) if action else None, size, origin) for action, size, origin in self.machine.rules
        ]
        self.recovered = False
        self.states: list[int] = []
        self.values: list[Any] = []
        self.statement = 0
        self.height = 1
        self.last_error = -1

    def parse(self, start: str) -> Any:
        """What the start symbol gave; for a hole that was not understood, an ErrorNode."""
        actions, starts, end = self.machine.actions, self.machine.statement_starts, self.machine.ends[start]
        tokens, rules, states, values = self.tokens, self.rules, self.states, self.values
        states.append(self.machine.starts[start])
        at, state = 0, states[0]
        while True:
            token = tokens[at]
            kind = token[0]
            if state in starts:
                self.statement, self.height = at, len(states)
                if kind in SOFT_KINDS and tokens[at + 1][0] in _NAME_GOES_ON:
                    kind = "NAME"
            while (action := actions[state].get(kind)) is None or action < 0:
                if action is None:
                    if kind in SOFT_KINDS and "NAME" in actions[state]:
                        kind = "NAME"
                        continue
                    break
                method, size, origin = rules[~action]
                if method is not None:
                    if size:
                        children = values[-size:]
                        del states[-size:], values[-size:]
                        values.append(method(children))
                    else:
                        values.append(method([]))
                    state = actions[states[-1]][origin]
                    states.append(state)
                else:
                    state = states[-1] = actions[states[-2]][origin]
                if state == end and kind == "$END":
                    return values[0]
            if action is None:
                if start != "file":
                    self._complain(at)
                    return ErrorNode((tokens[0][2], tokens[-1][3]))
                at = self._mended(at) or self._recovered(at)
                state = states[-1]
                if at >= len(tokens):
                    return values[0] if values and isinstance(values[0], list) else []
                continue
            states.append(action)
            values.append(token)
            state = action
            at += 1

    def _complain(self, at: int) -> None:
        expected = frozenset(self.machine.actions[self.states[-1]])
        complaint.explain(
            complaint.Misfit(self.source, self.tokens, self.statement, at, expected, self._level()), self.sink
        )

    def _level(self) -> complaint.Level:
        if not self.machine.statement_starts:
            return "hole"
        height = self.height
        row = self.machine.actions[self.states[height - 1]] if len(self.states) >= height else {}
        return "file" if "FLOW" in row else "block" if "ERROR" in row else "hole"

    def _mended(self, at: int) -> int | None:
        """A name with hyphens where only a name can stand: said, read as one name, and gone on after it."""
        before = self.tokens[at - 1]
        if self.tokens[at][0] != "MINUS" or not self.values or self.values[-1] is not before:
            return None
        name = complaint.report_hyphens(self.source, before, self.sink)
        if name is None:
            return None
        self.values[-1] = name
        while self.tokens[at][2] < name[3]:
            at += 1
        return at

    def _recovered(self, at: int) -> int:
        """Says what is wrong and puts an ERROR in place of the statement; gives the index to go on from."""
        self._complain(at)
        self.recovered = True
        if at == self.last_error:
            return at + 1
        self.last_error = at
        tokens, statement = self.tokens, self.statement
        del self.states[self.height :], self.values[self.height - 1 :]
        while self.states[-1] not in self.machine.statement_starts:
            self.states.pop()
            self.values.pop()
        stop, body = self._skip(at)
        declares = self._declared_name()
        if body is not None and declares is not None and tokens[statement][0] in ("FLOW", "TASK", "GROUP"):
            self.builder.partial.add(tokens[statement][2])
            self._shift(tokens[statement][0], tokens[statement])
            self._shift("NAME", tokens[statement + 1])
            return body
        start = tokens[statement][2]
        self._shift("ERROR", ErrorNode((start, max(start, tokens[max(stop - 1, statement)][3])), declares))
        return stop

    def _shift(self, kind: str, value: Any) -> None:
        self.states.append(self.machine.actions[self.states[-1]][kind])
        self.values.append(value)

    def _skip(self, at: int) -> tuple[int, int | None]:
        """Where the statement ends that fails at `at`, and where its block begins if that comes later."""
        tokens, depth, body = self.tokens, 0, None
        for index in range(self.statement, len(tokens)):
            kind = tokens[index][0]
            if kind in _OPENING:
                if depth == 0 and kind == "LBRACE" and index >= at:
                    body = index
                depth += 1
            elif kind in _CLOSING:
                if depth == 0 and kind == "RBRACE":
                    return index, body
                depth = max(depth - 1, 0)
            elif kind == "$END" or (kind == "NEWLINE" and depth == 0 and index >= at):
                return index, body
        return len(tokens) - 1, body

    def _declared_name(self) -> Name | None:
        first, second = self.tokens[self.statement], self.tokens[self.statement + 1 : self.statement + 2]
        if first[1] in DECLARING and second and isinstance(second[0][1], str) and second[0][1].isidentifier():
            return Name(second[0][1], (second[0][2], second[0][3]))
        return None
