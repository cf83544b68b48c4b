"""What the parser does at each reduction: children in, a node out. One method an action of `grammar/flow.lark`.

Children are tokens `(kind, value, start, end)` and what other methods gave. Methods report what the grammar cannot
say (names in the wrong case, chained comparisons) and never fail.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flowc.diagnostics import Fix, Sink, codes
from flowc.source import Source, Span
from flowc.syntax import texts
from flowc.syntax.depth import MAX_EXPRESSION_DEPTH, is_too_deep
from flowc.syntax.nodes import (
    Action,
    After,
    AppliedType,
    Argument,
    Call,
    Chain,
    Comprehension,
    Conditional,
    EnumDecl,
    EnumMember,
    Env,
    ErrorNode,
    Expr,
    FieldDecl,
    FlowDecl,
    Generator,
    GroupDecl,
    Hole,
    Idempotent,
    Index,
    Invocation,
    LetDecl,
    Limit,
    ListExpr,
    Member,
    Name,
    NamedType,
    NameRef,
    OptionalType,
    OutDecl,
    ParamDecl,
    Path,
    Priority,
    RecordEntry,
    RecordExpr,
    RecordType,
    Retry,
    TaskDecl,
    Text,
    Timeout,
    TypeDecl,
    When,
)
from flowc.syntax.precedence import MAX_PREFIXES, Chained, Operator, Row, fold

Children = list[Any]
Mapping = tuple[list[Generator], Expr | None, int]
"""Generators, `by` and where the clause ends."""

_SETTINGS: dict[str, Any] = {"timeout": Timeout, "limit": Limit, "priority": Priority}


def _end(child: Any) -> int:
    end: int = child[3] if type(child) is tuple else child.span[1]
    return end


class Builder:
    """Builds the nodes of one source. `parse_hole` parses the expression between two offsets.

    `partial` has the starts of flows, tasks and groups whose heading was not understood.
    """

    def __init__(self, source: Source, sink: Sink, docs: dict[int, str], parse_hole: Callable[[Span], Expr]) -> None:
        self.source = source
        self.sink = sink
        self.docs = docs
        self.parse_hole = parse_hole
        self.partial: set[int] = set()

    # fmt: off
    def nothing(self, _: Children) -> None: return None
    def empty_list(self, _: Children) -> list[Any]: return []
    def first(self, c: Children) -> list[Any]: return [c[0]]
    def second(self, c: Children) -> Any: return c[1]
    def keep_first(self, c: Children) -> Any: return c[0]
    # fmt: on

    def append(self, c: Children) -> list[Any]:
        items: list[Any] = c[0]
        items.append(c[2])
        return items

    def text_of(self, token: Any) -> Text:
        span = (token[2], token[3])
        holes = [Hole(self.parse_hole((a + 2, b - 2)), (a, b)) for a, b in token[1]]
        return Text(texts.decode(self.source.text, span, holes, self._bad_escape), span)

    def _bad_escape(self, span: Span, message: str, help: str) -> None:
        self.sink.error(codes.BAD_ESCAPE, self.source, span, message, help=help)

    # Names and paths

    def name(self, c: Children) -> Name:
        return Name(c[0][1], (c[0][2], c[0][3]))

    def new_name(self, c: Children) -> Name:
        name = self.name(c)
        if name.text[0].isupper():
            small = name.text[0].lower() + name.text[1:]
            self._wrong_case(name, f"`{name.text}` begins with a capital letter, as only types do", small)
        return name

    def new_type(self, c: Children) -> Name:
        name = self.name(c)
        if not name.text[0].isupper():
            capital = "".join(part[:1].upper() + part[1:] for part in name.text.split("_")) or "Type"
            self._wrong_case(name, f"the name of a type begins with a capital letter, `{name.text}` does not", capital)
        return name

    def _wrong_case(self, name: Name, message: str, better: str) -> None:
        fixes = (Fix(name.span, better),)
        self.sink.error(codes.BAD_NAME, self.source, name.span, message, help=f"call it `{better}`", fixes=fixes)

    def path(self, c: Children) -> Path:
        name = self.name(c)
        return Path([name], name.span)

    def longer_path(self, c: Children) -> Path:
        path: Path = c[0]
        path.names.append(self.name(c[2:]))
        path.span = (path.span[0], c[2][3])
        return path

    # Items

    def _doc(self, start: int) -> str:
        return self.docs.get(start, "")

    def flow(self, c: Children) -> FlowDecl:
        start = c[0][2]
        body, end = c[2]
        return FlowDecl(c[1], body, (start, end), (start, c[1].span[1]), self._doc(start), start in self.partial)

    def empty_block(self, c: Children) -> tuple[list[Any], int]:
        return [], c[1][3]

    def block(self, c: Children) -> tuple[list[Any], int]:
        return c[1], c[2][3]

    def task(self, c: Children) -> TaskDecl:
        keyword, name, parameters, mapping, callee, block = c
        start, end = keyword[2], name.span[1]
        end = parameters[1] if parameters else end
        generators, by, end = mapping or ([], None, end)
        end = callee.span[1] if callee else end
        body, end = block or ([], end)
        listed = parameters[0] if parameters else None
        head, partial = (start, name.span[1]), start in self.partial
        return TaskDecl(name, listed, generators, by, callee, body, (start, end), head, self._doc(start), partial)

    def empty_parameters(self, c: Children) -> tuple[list[Any], int]:
        return [], c[1][3]

    def parameters(self, c: Children) -> tuple[list[Any], int]:
        return c[1], c[3][3]

    def parameter(self, c: Children) -> ParamDecl:
        name, _, type_, default, where = c
        start, end = name.span[0], (where or default or type_).span[1]
        return ParamDecl(name, type_, default, where, (start, end), self._doc(start))

    def callee(self, c: Children) -> Invocation:
        return Invocation(c[1], c[3], (c[1].span[0], c[4][3]))

    def group(self, c: Children) -> GroupDecl:
        keyword, name, mapping, (body, end) = c
        generators, by, _ = mapping or ([], None, 0)
        start, head = keyword[2], (keyword[2], name.span[1])
        partial = start in self.partial
        return GroupDecl(keyword[1], name, generators, by, body, (start, end), head, self._doc(start), partial)

    def mapping(self, c: Children) -> Mapping:
        return c[1], None, c[1][-1].span[1]

    def mapping_by(self, c: Children) -> Mapping:
        return c[1], c[3], c[3].span[1]

    def generator(self, c: Children) -> Generator:
        return Generator(c[0], c[2], (c[0].span[0], c[2].span[1]))

    # Declarations

    def param(self, c: Children) -> ParamDecl:
        keyword, name, _, type_, default, where = c
        start, end = keyword[2], (where or default or type_).span[1]
        return ParamDecl(name, type_, default, where, (start, end), self._doc(start))

    def out(self, c: Children) -> OutDecl:
        keyword, name, _, type_, value, default, where = c
        start, end = keyword[2], (where or default or value or type_).span[1]
        return OutDecl(name, type_, value, default, where, (start, end), self._doc(start))

    def let(self, c: Children) -> LetDecl:
        start = c[0][2]
        return LetDecl(c[1], c[3], (start, c[3].span[1]), self._doc(start))

    def type_decl(self, c: Children) -> TypeDecl:
        start = c[0][2]
        return TypeDecl(c[1], c[3], (start, c[3].span[1]), self._doc(start))

    def enum_decl(self, c: Children) -> EnumDecl:
        start = c[0][2]
        return EnumDecl(c[1], c[3], (start, c[5][3]), self._doc(start))

    def member(self, c: Children) -> EnumMember:
        return EnumMember(c[0], None, c[0].span, self._doc(c[0].span[0]))

    def member_value(self, c: Children) -> EnumMember:
        start = c[0].span[0]
        return EnumMember(c[0], self.text_of(c[2]), (start, c[2][3]), self._doc(start))

    # Statements

    def chain(self, c: Children) -> Chain:
        return Chain([c[0], c[2]], (c[0][0].span[0], c[2][-1].span[1]))

    def longer_chain(self, c: Children) -> Chain:
        chain: Chain = c[0]
        chain.steps.append(c[2])
        chain.span = (chain.span[0], c[2][-1].span[1])
        return chain

    def action(self, c: Children) -> Action:
        return Action(self.name(c), None, self.text_of(c[1]), (c[0][2], c[1][3]))

    def action_with(self, c: Children) -> Action:
        return Action(self.name(c), c[2], self.text_of(c[4]), (c[0][2], c[4][3]))

    def retry(self, c: Children) -> Retry:
        return Retry(c[1], [], (c[0][2], c[1].span[1]))

    def retry_option(self, c: Children) -> Retry:
        retry: Retry = c[0]
        retry.options.append(self.named_argument(c[2:]))
        retry.span = (retry.span[0], c[4].span[1])
        return retry

    def setting(self, c: Children) -> Timeout | Limit | Priority:
        setting: Timeout | Limit | Priority = _SETTINGS[c[0][1]](c[1], (c[0][2], c[1].span[1]))
        return setting

    def when(self, c: Children) -> When:
        return When(c[1], (c[0][2], c[1].span[1]))

    def after(self, c: Children) -> After:
        return After(c[1], (c[0][2], c[1][-1].span[1]))

    def env(self, c: Children) -> Env:
        return Env(c[1].entries, (c[0][2], c[1].span[1]))

    def idempotent(self, c: Children) -> Idempotent:
        return Idempotent((c[0][2], c[0][3]))

    # Types

    def named_type(self, c: Children) -> NamedType:
        name = self.name(c)
        return NamedType(name, name.span)

    def applied_type(self, c: Children) -> AppliedType:
        return AppliedType(self.name(c), c[2], (c[0][2], c[3][3]))

    def optional_type(self, c: Children) -> OptionalType:
        return OptionalType(c[0], (c[0].span[0], c[1][3]))

    def record_type(self, c: Children) -> RecordType:
        return RecordType(c[1], (c[0][2], c[3][3]))

    def field(self, c: Children) -> FieldDecl:
        name, _, type_, default = c
        start, end = name.span[0], (default or type_).span[1]
        return FieldDecl(name, type_, default, (start, end), self._doc(start))

    # Expressions

    def expression(self, c: Children) -> Expr:
        value = c[0]
        if type(value) is tuple:
            return self.text_of(value)
        if type(value) is Row:
            return self._folded(value)
        expression: Expr = value
        return self._bounded(expression)

    def _folded(self, row: Row) -> Expr:
        start, end = row[0].span[0], row[-1].span[1]
        if row.prefixes > MAX_PREFIXES:
            return self._too_deep((start, end))
        try:
            return self._bounded(fold(row))
        except Chained as problem:
            self.sink.error(
                codes.SYNTAX,
                self.source,
                problem.span,
                "comparisons do not chain",
                help="compare twice: `a < b and b < c`",
            )
            return ErrorNode((start, end))

    def _operand(self, value: Any) -> Any:
        return self.text_of(value) if type(value) is tuple else value

    def _bounded(self, expression: Expr) -> Expr:
        return self._too_deep(expression.span) if is_too_deep(expression) else expression

    def _too_deep(self, span: Span) -> Expr:
        self.sink.error(
            codes.TOO_DEEP,
            self.source,
            (span[0], span[0] + 1),
            f"this expression is nested more than {MAX_EXPRESSION_DEPTH} deep",
            help="give parts of it a name with `let`",
        )
        return ErrorNode(span)

    def conditional(self, c: Children) -> Expr:
        if type(c[5]) is ErrorNode:
            return ErrorNode((c[0][2], c[5].span[1]))
        return self._bounded(Conditional(c[1], c[3], c[5], (c[0][2], c[5].span[1])))

    def binary(self, c: Children) -> Row:
        return self._row(c[0], Operator(c[1][1], (c[1][2], c[1][3])), c[2])

    def binary_not_in(self, c: Children) -> Row:
        return self._row(c[0], Operator("not in", (c[1][2], c[2][3])), c[3])

    def _row(self, left: Any, operator: Operator, right: Any) -> Row:
        row = left if type(left) is Row else Row([self._operand(left)])
        row.append(operator)
        if type(right) is Row:
            row.prefixes = max(row.prefixes, right.prefixes)
            row.extend(right)
        else:
            row.append(self._operand(right))
        return row

    def prefix(self, c: Children) -> Row:
        row = c[1] if type(c[1]) is Row else Row([self._operand(c[1])])
        row.prefixes += 1
        if row.prefixes <= MAX_PREFIXES:
            row.insert(0, Operator(c[0][1], (c[0][2], c[0][3])))
        return row

    def member_of(self, c: Children) -> Member:
        base = self._operand(c[0])
        return Member(base, self.name(c[2:]), (base.span[0], c[2][3]))

    def index(self, c: Children) -> Index:
        base = self._operand(c[0])
        return Index(base, c[2], (base.span[0], c[3][3]))

    def call(self, c: Children) -> Call:
        base = self._operand(c[0])
        return Call(base, c[2], (base.span[0], c[3][3]))

    def literal(self, c: Children) -> Any:
        return c[0][1]

    def reference(self, c: Children) -> NameRef:
        return NameRef(c[0][1], (c[0][2], c[0][3]))

    def empty_list_expr(self, c: Children) -> ListExpr:
        return ListExpr([], (c[0][2], c[1][3]))

    def list_expr(self, c: Children) -> ListExpr:
        return ListExpr(c[1], (c[0][2], c[3][3]))

    def comprehension(self, c: Children) -> Comprehension:
        return Comprehension(c[1], c[3], c[5], None, (c[0][2], c[6][3]))

    def comprehension_if(self, c: Children) -> Comprehension:
        return Comprehension(c[1], c[3], c[5], c[7], (c[0][2], c[8][3]))

    def empty_record(self, c: Children) -> RecordExpr:
        return RecordExpr([], (c[0][2], c[1][3]))

    def record(self, c: Children) -> RecordExpr:
        return RecordExpr(c[1], (c[0][2], c[3][3]))

    def entry(self, c: Children) -> RecordEntry:
        return RecordEntry(c[0], c[2], (c[0].span[0], c[2].span[1]))

    def text_key(self, c: Children) -> Name:
        text = self.text_of(c[0])
        plain = text.plain
        if plain is None:
            message = "the key of a record cannot be computed"
            self.sink.error(codes.SYNTAX, self.source, text.span, message, help="write the key as a plain text")
        return Name(plain or "", text.span)

    def value_argument(self, c: Children) -> Argument:
        return Argument(None, c[0], c[0].span)

    def named_argument(self, c: Children) -> Argument:
        return Argument(self.name(c), c[2], (c[0][2], c[2].span[1]))
