"""Tokens to tree: Lark's LALR tables in a loop of our own, with recovery at statements.

At each statement's start the heights of the stacks are kept. When a token fits nowhere, the stacks go back to that
height, the rest of the statement is passed over, and an ERROR takes its place; the tree around it stays whole.
"""

from __future__ import annotations

import gc
import re
from collections.abc import Callable
from functools import cache
from typing import Any, Final

from flowc.diagnostics import Diagnostic, Fix, Sink, codes
from flowc.source import Source, Span
from flowc.syntax import braces, complaint, tables
from flowc.syntax.builder import Builder
from flowc.syntax.lexer import Token, lex
from flowc.syntax.misfit import Level, Misfit
from flowc.syntax.no_flow import SMALLEST, tell_no_flow
from flowc.syntax.nodes import ErrorNode, Expr, File, Member, Name, NameRef
from flowc.syntax.words import DECLARING, RESERVED, SOFT_KINDS
from runtime.model.slotted import dataclass

_NAME_GOES_ON: Final = frozenset(("ARROW", "COMMA", "DOT"))
_OPENING: Final = frozenset(("LBRACE", "LPAR", "LSQB"))
_CLOSING: Final = frozenset(("RBRACE", "RPAR", "RSQB", "UNCLOSED"))
_DOTTED: Final = re.compile(r"\s*([a-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*){0,20})\s*")
_THRICE: Final = re.compile(r"\{\s*([\w.]+)\s*\}")
_YAML: Final = re.compile(r"[A-Za-z_][\w-]*:(\s|$)|- \S")


def parse(source: Source, sink: Sink) -> File:
    """The tree of a source. What is wrong goes to the sink, an ErrorNode stands in its place; nothing is raised."""
    if is_foreign(source, sink):
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
    run = _Run(_Grammar(source, sink, lexed.docs).reduction, tokens)
    items = run.parse("file")
    if not items and not sink.has_errors:
        message, help = f"`{source.path}` declares no flow", f"the smallest flow is: {SMALLEST}"
        sink.report(Diagnostic(codes.FILE_EMPTY, "error", message, help=help, file=source.path))
    if run.recovered and all(isinstance(item, ErrorNode) for item in items):
        tell_no_flow(source, sink)
    return File(items, complete=not run.recovered)


def is_foreign(source: Source, sink: Sink) -> bool:
    """Whether this is a `.flow` file of Azkaban, which is YAML; reported if so."""
    for line in source.text.split("\n", 20)[:20]:
        word = line.split("#", 1)[0].rstrip()
        if word in ("nodes:", "config:", "---"):
            at = source.text.find(word)
            message = "this is a flow of Azkaban (YAML), another language with the same file ending"
            sink.error(codes.FILE_AZKABAN, source, (at, at + len(word)), message, help=f"a flow looks like: {SMALLEST}")
            return True
        if word.strip():
            return _is_yaml(source, word, sink)
    return False


def _is_yaml(source: Source, line: str, sink: Sink) -> bool:
    """Whether the first line is of some other YAML: `name: …` or `- …`, as no flow begins; reported if so."""
    if not _YAML.match(line):
        return False
    at = source.text.find(line)
    message = "this file is YAML, and a flow is written in a language of its own"
    sink.error(codes.SYNTAX, source, (at, at + len(line)), message, help=f"a flow looks like: {SMALLEST}")
    return True


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


class Reduction:
    """The machine with what builds at each reduction: an object with a method for each action of the grammar, and a
    set `partial` for the starts of statements whose heading was not understood."""

    def __init__(self, source: Source, sink: Sink, builder: Any) -> None:
        self.source = source
        self.sink = sink
        self.machine = _machine()
        self.builder = builder
        self.rules: list[tuple[Callable[[list[Any]], Any] | None, int, str]] = [
            (getattr(builder, action) if action else None, size, origin) for action, size, origin in self.machine.rules
        ]

    def parse(self, tokens: list[Token], start: str) -> Any:
        """What the builder makes of all tokens; `start` is `file` or `expr`."""
        return _Run(self, tokens).parse(start)


class _Grammar:
    """The reduction that builds the tree of one source; the expressions in `{{ }}` share it with the file."""

    def __init__(self, source: Source, sink: Sink, docs: dict[int, str]) -> None:
        self.source = source
        self.sink = sink
        self.reduction = Reduction(source, sink, Builder(source, sink, docs, self.parse_hole))

    def parse_hole(self, span: Span) -> Expr:
        """The expression between the braces of a `{{ }}`."""
        simple = _DOTTED.fullmatch(self.source.text, *span)
        if simple and simple[1].partition(".")[0] not in RESERVED:
            return _dotted(simple[1], simple.start(1))
        if (thrice := _THRICE.fullmatch(self.source.text, *span)) is not None:
            outer = (span[0] - 2, span[1] + 2)
            better = f"{{{{ {thrice[1]} }}}}"
            fixes = (Fix(outer, better, certain=True),)
            message = "a value stands between two braces, not three"
            self.sink.error(codes.SYNTAX, self.source, outer, message, help=f"write `{better}`", fixes=fixes)
            return ErrorNode(span)
        lexed = lex(self.source, self.sink, *span)
        if len(lexed.tokens) == 1 and not lexed.too_deep:
            outer = (span[0] - 2, span[1] + 2)
            help = "name a value in it; for two plain braces write `\\{{`"
            message = "there is nothing between `{{` and `}}`"
            self.sink.error(codes.MISSING_PART, self.source, outer, message, help=help)
        if len(lexed.tokens) == 1 or lexed.too_deep:
            return ErrorNode(span)
        parsed: Expr = self.reduction.parse(lexed.tokens, "expr")
        return parsed


def _dotted(text: str, start: int) -> Expr:
    """`a.b.c` without the tables: most holes are like this."""
    first, *rest = text.split(".")
    end = start + len(first)
    expression: Expr = NameRef(first, (start, end))
    for word in rest:
        name = Name(word, (end + 1, end + 1 + len(word)))
        end = name.span[1]
        expression = Member(expression, name, (start, end))
    return expression


class _Run:
    """One pass over the tokens of a file or of a hole."""

    def __init__(self, reduction: Reduction, tokens: list[Token]) -> None:
        self.source = reduction.source
        self.sink = reduction.sink
        self.machine = reduction.machine
        self.builder = reduction.builder
        self.rules = reduction.rules
        self.tokens = tokens
        self.recovered = False
        self.states: list[int] = []
        self.values: list[Any] = []
        self.statement = 0
        self.height = 1
        self.begun: list[tuple[int, int]] = []
        self.last_error = -1

    def parse(self, start: str) -> Any:
        """What the start symbol gave; for a hole that was not understood, an ErrorNode."""
        actions, starts, end = self.machine.actions, self.machine.statement_starts, self.machine.ends[start]
        tokens, states, values = self.tokens, self.states, self.values
        states.append(self.machine.starts[start])
        at, count = 0, len(tokens)
        while at < count:
            state, kind = states[-1], tokens[at][0]
            if state in starts:
                self._begin(at)
                if kind in SOFT_KINDS and tokens[at + 1][0] in _NAME_GOES_ON:
                    kind = "NAME"
            action = actions[state].get(kind)
            if action is None and kind in SOFT_KINDS:
                kind = "NAME"
                action = actions[state].get(kind)
            while action is not None and action < 0:
                state = self._reduce(action)
                if state == end and kind == "$END":
                    return values[0]
                action = actions[state].get(kind)
            if action is not None:
                states.append(action)
                values.append(tokens[at])
                at += 1
            elif start == "file":
                self._leave_closed()
                at = self._mended(at) or self._recovered(at)
                count = len(tokens)
            else:
                self._complain(at)
                return ErrorNode((tokens[0][2], tokens[-1][3]))
        return values[0] if values and isinstance(values[0], list) else []

    def _begin(self, at: int) -> None:
        """A statement begins here; those around it stay known until their blocks are closed."""
        height, begun = len(self.states), self.begun
        while begun and begun[-1][1] >= height:
            begun.pop()
        begun.append((at, height))
        self.statement, self.height = at, height

    def _leave_closed(self) -> None:
        """After the `}` of a block, what goes on is the statement that the block belongs to."""
        begun, states, starts = self.begun, self.states, self.machine.statement_starts
        while len(begun) > 1 and (
            begun[-1][1] > len(states) or states[begun[-1][1] - 1] not in starts or self._closed(begun[-1][1])
        ):
            begun.pop()
        if begun:
            self.statement, self.height = begun[-1]

    def _closed(self, height: int) -> bool:
        """Whether the block around the statement that began at this height is closed already."""
        depth = 0
        for value in self.values[height - 1 :]:
            kind = value[0] if type(value) is tuple else ""
            depth += (kind == "LBRACE") - (kind == "RBRACE")
            if depth < 0:
                return True
        return False

    def _reduce(self, action: int) -> int:
        method, size, origin = self.rules[~action]
        states, values = self.states, self.values
        if method is None:
            state = states[-1] = self.machine.actions[states[-2]][origin]
            return state
        cut = len(values) - size
        children = values[cut:]
        del values[cut:], states[cut + 1 :]
        values.append(method(children))
        state = self.machine.actions[states[-1]][origin]
        states.append(state)
        return state

    def _complain(self, at: int) -> tuple[int, Token] | None:
        if self._known_cause(at):
            return None
        row = self.machine.actions[self.states[-1]]
        expected = frozenset(kind for kind in row if not kind.isupper() or self._would_take(kind))
        return complaint.explain(
            Misfit(self.source, self.tokens, self.statement, at, expected, self._level()), self.sink
        )

    def _known_cause(self, at: int) -> bool:
        """Whether something is wrong already on the line of this token, not before its statement."""
        place = self.tokens[at][2]
        start = self.source.line_start(self.source.line(place))
        end = start + len(self.source.line_text(self.source.line(place)))
        return self.sink.error_within(self.source, (max(self.tokens[self.statement][2], start), end))

    def _would_take(self, kind: str) -> bool:
        """Whether a token of this kind would be shifted, after whatever reductions it causes."""
        states, actions = list(self.states), self.machine.actions
        while (action := actions[states[-1]].get(kind)) is not None and action < 0:
            _, size, origin = self.rules[~action]
            del states[len(states) - size :]
            states.append(actions[states[-1]][origin])
            if kind == "$END" and len(states) == 2:
                return True
        return action is not None

    def _level(self) -> Level:
        if not self.machine.statement_starts:
            return "hole"
        height = self.height
        row = self.machine.actions[self.states[height - 1]] if len(self.states) >= height else {}
        if "ERROR" not in row:
            return "hole"
        return "file" if "FLOW" in row else "block" if "TASK" in row else "cases"

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
        """Says what is wrong and goes on with the keyword that was meant, or puts an ERROR in place of the statement.

        Gives the index of the token to go on from.
        """
        if at <= self.last_error:
            return self._passed_over()
        at, repair = self._parted(at)
        if repair is not None:
            index, token = repair
            self.tokens[index] = token
            if index < at:
                self._restore()
            return index
        self.recovered = True
        self.last_error = at
        tokens, statement = self.tokens, self.statement
        self._restore()
        stop, body = self._skip(at)
        declares = self._declared_name()
        row = self.machine.actions[self.states[-1]]
        if body and declares and tokens[statement][0] in row and tokens[statement][0] in ("FLOW", "TASK", "GROUP"):
            self.builder.partial.add(tokens[statement][2])
            self._shift(tokens[statement][0], tokens[statement])
            self._shift("NAME", tokens[statement + 1])
            return body
        start = tokens[statement][2]
        self._shift("ERROR", ErrorNode((start, max(start, tokens[max(stop - 1, statement)][3])), declares))
        return stop

    def _passed_over(self) -> int:
        """A second failure at the place of the last one: gives up one more token, so that recovery ends."""
        self.last_error += 1
        self.statement = self.last_error
        self._restore()
        return self.last_error

    def _restore(self) -> None:
        """Puts the stacks back to the start of the statement."""
        del self.states[self.height :], self.values[self.height - 1 :]
        while self.states[-1] not in self.machine.statement_starts:
            self.states.pop()
            self.values.pop()

    def _parted(self, at: int) -> tuple[int, tuple[int, Token] | None]:
        """Says what is wrong at `at`. If the statement ran into the next line, parts the two and gives its end."""
        begin = complaint.line_taken_in(self.source, self.tokens, at)
        if begin is None or begin <= self.statement:
            return at, self._complain(at)
        complaint.report_open_line(self.source, self.tokens, self.statement, begin, self.sink)
        end = self.tokens[begin - 1][3]
        self.tokens.insert(begin, ("NEWLINE", "\n", end, end))
        return begin, None

    def _shift(self, kind: str, value: Any) -> None:
        self.states.append(self.machine.actions[self.states[-1]][kind])
        self.values.append(value)

    def _skip(self, at: int) -> tuple[int, int | None]:
        """Where the statement ends that fails at `at`, and where its block begins if that comes later."""
        tokens, depth, body, closed = self.tokens, 0, None, False
        for index in range(self.statement, len(tokens)):
            kind = tokens[index][0]
            if kind in _OPENING:
                if depth == 0 and kind == "LBRACE":
                    closed = closed or index < at
                    body = index if not closed else None
                depth += 1
            elif kind in _CLOSING:
                if depth == 0 and kind == "RBRACE" and index >= at:
                    return index, body
                depth = max(depth - 1, 0)
            elif kind == "$END" or (kind == "NEWLINE" and depth == 0 and index >= at):
                return index, body
        return len(tokens) - 1, body

    def _declared_name(self) -> Name | None:
        first, second = self.tokens[self.statement], self.tokens[self.statement + 1 : self.statement + 2]
        declaring = isinstance(first[1], str) and first[1] in DECLARING
        if declaring and second and isinstance(second[0][1], str) and second[0][1].isidentifier():
            return Name(second[0][1], (second[0][2], second[0][3]))
        return None
