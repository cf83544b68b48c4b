"""Statements that hold others: branches, hooks, defaults, and what a test gives and expects."""

from __future__ import annotations

from typing import Any

from flowc.diagnostics import codes
from flowc.syntax.builder.base import Base, Children
from flowc.syntax.nodes import (
    Branch,
    Case,
    Crash,
    Defaults,
    ErrorNode,
    Expect,
    Expr,
    Given,
    GivenOne,
    Hook,
    If,
    Match,
)


class Blocks(Base):
    """Statements with blocks."""

    def add(self, c: Children) -> list[Any]:
        items: list[Any] = c[0]
        items.append(c[1])
        return items

    def defaults(self, c: Children) -> Defaults:
        body, end = c[1]
        return Defaults(body, (c[0][2], end), c[0][2:])

    def if_(self, c: Children) -> If:
        body, end = c[2]
        span, head = (c[0][2], end), (c[0][2], c[1].span[1])
        return If([Branch(c[1], body, span, head)], span)

    def if_else(self, c: Children) -> If:
        statement = self.if_(c)
        body, end = c[4]
        statement.branches.append(Branch(None, body, (c[3][2], end), c[3][2:]))
        statement.span = (statement.span[0], end)
        return statement

    def else_if(self, c: Children) -> If:
        statement = self.if_(c)
        statement.branches.extend(c[4].branches)
        statement.span = (statement.span[0], c[4].span[1])
        return statement

    def match_(self, c: Children) -> Match:
        return Match(c[1], c[3], (c[0][2], c[4][3]), (c[0][2], c[1].span[1]))

    def empty_match(self, c: Children) -> Match:
        return Match(c[1], [], (c[0][2], c[3][3]), (c[0][2], c[1].span[1]))

    def case(self, c: Children) -> Case:
        body, end = c[1]
        return Case(c[0], body, (c[0][0].span[0], end))

    def hook(self, c: Children) -> Hook:
        return self._hook(c, None)

    def late_hook(self, c: Children) -> Hook:
        return self._hook(c, c[2])

    def _hook(self, c: Children, late: Expr | None) -> Hook:
        event = self.name(c[1:])
        body, end = c[-1]
        return Hook(event, late, body, (c[0][2], end), (c[0][2], event.span[1]))

    def on_word(self, c: Children) -> Crash | ErrorNode:
        event, path = self.name(c[1:]), c[2]
        span = (c[0][2], path.span[1])
        if event.text == "crash" and len(path.names) == 1:
            return Crash(path.names[0], span)
        shown = self.source.text[span[0] : span[1]]
        message, help = f"`{shown}` needs a block", "write `on failure { task … }`; only `on crash` takes a word"
        self.sink.error(codes.MISSING_PART, self.source, span, message, help=help)
        return ErrorNode(span)

    # Tests

    def given(self, c: Children) -> Given:
        return Given(c[1], (c[0][2], c[1][-1].span[1]))

    def given_subject(self, c: Children) -> GivenOne:
        return GivenOne(c[0], None, c[0].span)

    def given_outcome(self, c: Children) -> GivenOne:
        return GivenOne(c[0], c[2], (c[0].span[0], c[2].span[1]))

    def expect(self, c: Children) -> Expect:
        return Expect(c[1], (c[0][2], c[1].span[1]))
