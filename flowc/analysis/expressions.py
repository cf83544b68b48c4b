"""Checks expressions: infers the type of each and builds its tree in the same walk.

`infer` asks what an expression is; `check` says what is wanted, so that text literals can stand for dates and
paths and an error can show both ends.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from flowc.analysis import conversion, functions
from flowc.analysis.constants import literal_tree
from flowc.analysis.mismatch import Wanted, report_mismatch, report_missing
from flowc.analysis.operators import arithmetic, comparison, membership
from flowc.analysis.references import References
from flowc.analysis.report import Report
from flowc.analysis.scope import Let, Names, Scope
from flowc.analysis.typed import WRITTEN, Typed, wrong
from flowc.analysis.types import NOTHING, NULL, UNKNOWN, described, fits, holds_secret, is_unknown, join, numeric
from flowc.diagnostics import codes
from flowc.syntax import nodes
from runtime.model.types import (
    BOOL,
    INT,
    JSON,
    PATH,
    STR,
    Enum,
    ListOf,
    MapOf,
    Optional,
    Record,
    Scalar,
    Type,
    optional,
    required,
)

_LITERALS: dict[str, Type] = {
    "null": NULL,
    **{kind: Scalar(kind) for kind in ("bool", "int", "float", "duration", "size", "percent", "time", "date")},
}


@dataclass(slots=True)
class Expressions:
    """The checker of one flow's expressions."""

    report: Report
    names: Names
    enums: dict[str, Enum]
    open_lets: list[Let] = field(default_factory=list)
    let_uses: int = 0

    def infer(self, expr: nodes.Expr, scope: Scope) -> Typed:
        """The type and tree of an expression that may be of any type."""
        return _INFER[type(expr)](self, expr, scope)

    def check(self, expr: nodes.Expr, scope: Scope, wanted: Wanted) -> Typed:
        """The expression as a value of the wanted type; UNKNOWN, and an error reported, if it is none."""
        directed = _DIRECTED.get(type(expr))
        if directed is not None:
            found = directed(self, expr, scope, wanted)
            if found is not None:
                return found
        given = self.infer(expr, scope)
        if not fits(given.type, wanted.type):
            report_mismatch(self.report, expr, given, wanted)
            return wrong()
        return given

    def condition(self, expr: nodes.Expr, scope: Scope, what: str) -> Typed:
        """The expression as a condition: a bool that is not missing."""
        return self.check(expr, scope, Wanted(BOOL, f"{what} must be true or false"))

    def narrowings(self, expr: nodes.Expr, scope: Scope) -> frozenset[str]:
        """Keys of what is known not to be null where the condition holds: `x != null`, alone or joined by `and`."""
        if not isinstance(expr, nodes.Binary):
            return frozenset()
        if expr.op == "and":
            return self.narrowings(expr.left, scope) | self.narrowings(expr.right, scope)
        if expr.op != "!=":
            return frozenset()
        sides = [side for side in (expr.left, expr.right) if not _is_null(side)]
        if len(sides) == 1 and isinstance(sides[0], nodes.NameRef | nodes.Member):
            found = self.infer(sides[0], scope)
            return frozenset() if found.wrong else frozenset([str(found.tree)])
        return frozenset()

    # Leaves

    def _literal(self, expr: nodes.Literal, scope: Scope) -> Typed:
        if expr.kind == "int" and abs(expr.value) > 2**63 - 1:
            self.report.error(
                codes.BAD_VALUE, expr.span, "this whole number is too large", help="whole numbers have 64 bits"
            )
        return Typed(_LITERALS[expr.kind], literal_tree(expr.kind, expr.value))

    def _text(self, expr: nodes.Text, scope: Scope) -> Typed:
        plain = expr.plain
        if plain is not None:
            return Typed(STR, plain)
        tree: list[Any] = ["text"]
        known, late, failed = WRITTEN, False, False
        for part in expr.parts:
            if isinstance(part, nodes.TextPart):
                tree.append(part.text)
                continue
            value = self.infer(part.value, scope)
            failed = not self._may_be_text(part, value) or failed
            tree.append(value.tree)
            known, late = max(known, value.known), late or value.late
        return wrong() if failed else Typed(STR, tree, known, late=late)

    def _may_be_text(self, hole: nodes.Hole, value: Typed) -> bool:
        if is_unknown(value.type):
            return False
        if isinstance(value.type, Optional):
            report_missing(self.report, hole.value, value)
            return False
        if holds_secret(value.type):
            self.report.error(
                codes.SECRET_SHOWN,
                hole.value.span,
                "a secret cannot stand in a text, where it would be seen and stored",
                label="a secret",
                help="hand it to a script by `env { NAME: … }`",
            )
            return False
        return True

    def _name(self, expr: nodes.NameRef, scope: Scope) -> Typed:
        return References(self).resolve(expr, scope)

    def _member(self, expr: nodes.Member, scope: Scope) -> Typed:
        return References(self).resolve(expr, scope)

    def _error(self, expr: nodes.ErrorNode, scope: Scope) -> Typed:
        return wrong()

    # Structures

    def _list(self, expr: nodes.ListExpr, scope: Scope) -> Typed:
        kind: Type = NOTHING
        items = [self.infer(item, scope) for item in expr.items]
        for node, item in zip(expr.items, items, strict=True):
            both = join(kind, item.type)
            if both is None:
                self.report.error(
                    codes.TYPE_MISMATCH,
                    node.span,
                    f"the elements of a list have one type, but this is {described(item.type)}",
                    label=f"this is {described(item.type)}",
                    help=f"those before it are {described(kind)}; make all of them the same",
                )
                return wrong()
            kind = both
        return _together(ListOf(kind), ["list", *(item.tree for item in items)], items)

    def _record(self, expr: nodes.RecordExpr, scope: Scope) -> Typed:
        values = {entry.key.text: self.infer(entry.value, scope) for entry in self._distinct(expr)}
        kind = Record(tuple((name, value.type) for name, value in values.items()))
        return _together(kind, _record_tree(values), list(values.values()))

    def _distinct(self, expr: nodes.RecordExpr) -> list[nodes.RecordEntry]:
        seen: dict[str, nodes.RecordEntry] = {}
        for entry in expr.entries:
            if entry.key.text in seen:
                self.report.error(
                    codes.DUPLICATE_NAME,
                    entry.key.span,
                    f"`{entry.key.text}` is given twice",
                    label="given again here",
                    help="remove one of them",
                )
            seen.setdefault(entry.key.text, entry)
        return list(seen.values())

    def _comprehension(self, expr: nodes.Comprehension, scope: Scope, wanted: Wanted | None = None) -> Typed:
        over = self.items_of(expr.iterable, scope, "a comprehension goes over a list")
        name = expr.variable.text
        self.check_variable(expr.variable, scope)
        inner = scope.with_variable(name, over.type)
        condition: Typed | None = None
        if expr.condition is not None:
            condition = self.condition(expr.condition, inner, "the condition of a comprehension")
            inner = inner.with_narrowed(self.narrowings(expr.condition, inner))
        body = self.infer(expr.body, inner) if wanted is None else self.check(expr.body, inner, wanted)
        parts = [over, body] + ([condition] if condition else [])
        tree = ["for", name, over.tree, body.tree, True if condition is None else condition.tree]
        return _together(ListOf(body.type), tree, parts)

    def check_variable(self, variable: nodes.Name, scope: Scope) -> None:
        """A new variable must not hide a name that can be seen already."""
        name = variable.text
        hidden = name in scope.variables or scope.item_type(name) is not None
        if hidden or self.names.find(name, scope.home) is not None:
            self.report.error(
                codes.DUPLICATE_NAME,
                variable.span,
                f"`{name}` has a meaning here already",
                label="would hide it",
                help="give the variable a name of its own",
            )

    def items_of(self, expr: nodes.Expr, scope: Scope, what: str) -> Typed:
        """The list of an expression; the type of the result is that of its *items*."""
        found = self.infer(expr, scope)
        if is_unknown(found.type):
            return Typed(UNKNOWN, found.tree, found.known)
        if isinstance(found.type, ListOf):
            return Typed(found.type.item, found.tree, found.known, late=found.late)
        if isinstance(found.type, Optional) and isinstance(found.type.inner, ListOf):
            report_missing(self.report, expr, found, default="[]")
            return Typed(UNKNOWN)
        help = "write it as a list: `[…]`"
        if isinstance(found.type, MapOf | Record):
            help = f"use its keys: `keys({self.report.text(expr.span)})`"
        elif found.type == INT:
            help = f"for numbers from 0 on: `range({self.report.text(expr.span)})`"
        self.report.error(
            codes.TYPE_MISMATCH,
            expr.span,
            f"{what}, but this is {described(found.type)}",
            label=f"this is {described(found.type)}",
            help=help,
        )
        return Typed(UNKNOWN)

    def _index(self, expr: nodes.Index, scope: Scope) -> Typed:
        base = self.infer(expr.base, scope)
        match base.type:
            case ListOf(item):
                index = self.check(expr.index, scope, Wanted(INT, "a list is indexed by a whole number"))
                kind = item
            case MapOf(value):
                index = self.check(expr.index, scope, Wanted(STR, "a map is indexed by a text"))
                kind = value
            case _:
                return self._no_index(expr, base)
        return _together(kind, ["index", base.tree, index.tree], [base, index])

    def _no_index(self, expr: nodes.Index, base: Typed) -> Typed:
        if isinstance(base.type, Optional) and not is_unknown(base.type):
            report_missing(self.report, expr.base, base)
        elif not is_unknown(base.type):
            help = "only lists and maps have elements in brackets"
            if isinstance(base.type, Record):
                help = "name the field with a point: `.name`"
            self.report.error(
                codes.TYPE_MISMATCH,
                expr.base.span,
                f"`[ ]` takes an element of a list or a map, but this is {described(base.type)}",
                label=f"this is {described(base.type)}",
                help=help,
            )
        return wrong()

    # Operators

    def _unary(self, expr: nodes.Unary, scope: Scope) -> Typed:
        if expr.op == "not":
            inner = self.check(expr.operand, scope, Wanted(BOOL, "`not` turns a condition around"))
            return _together(BOOL, ["not", inner.tree], [inner])
        inner = self.infer(expr.operand, scope)
        if is_unknown(inner.type):
            return wrong()
        if not numeric(inner.type) and inner.type not in (Scalar("duration"),):
            self._bad_operand("-", expr.op_span, expr.operand, inner)
            return wrong()
        if isinstance(inner.tree, int | float) and not isinstance(inner.tree, bool):
            return Typed(inner.type, -inner.tree)
        return _together(inner.type, ["neg", inner.tree], [inner])

    def _binary(self, expr: nodes.Binary, scope: Scope) -> Typed:
        if expr.op in ("and", "or"):
            return self._logic(expr, scope)
        if expr.op == "??":
            return self._fallback(expr, scope, None)
        left, right = self._operands(expr, scope)
        if is_unknown(left.type) or is_unknown(right.type):
            return Typed(BOOL if expr.op not in ("+", "-", "*", "/") else UNKNOWN)
        if expr.op in ("==", "!="):
            kind: Type | None = BOOL if comparison(expr.op, left.type, right.type) else None
        else:
            for node, side in ((expr.left, left), (expr.right, right)):
                if isinstance(side.type, Optional):
                    report_missing(self.report, node, side)
                    return Typed(BOOL if expr.op not in ("+", "-", "*", "/") else UNKNOWN)
            kind = _result(expr.op, left.type, right.type)
        if kind is None:
            self._bad_operands(expr, left, right)
            return Typed(BOOL if expr.op not in ("+", "-", "*", "/") else UNKNOWN)
        return _together(kind, [expr.op, left.tree, right.tree], [left, right])

    def _operands(self, expr: nodes.Binary, scope: Scope) -> tuple[Typed, Typed]:
        """Both sides; a text literal or a member of an enum takes the type of the other side where one is compared."""
        if expr.op in ("+", "-", "*", "/"):
            return self.infer(expr.left, scope), self.infer(expr.right, scope)
        if conversion.adapts(expr.left, self.names, scope) and not conversion.adapts(expr.right, self.names, scope):
            right = self.infer(expr.right, scope)
            wanted = (
                required(right.type.item)
                if expr.op in ("in", "not in") and isinstance(right.type, ListOf)
                else right.type
            )
            return self._adapted(expr.left, scope, wanted), right
        left = self.infer(expr.left, scope)
        if expr.op in ("in", "not in"):
            if isinstance(expr.right, nodes.ListExpr):
                trial = [self._adapted(item, scope, left.type) for item in expr.right.items]
                return left, self._joined_list(expr.right, trial, scope)
            return left, self.infer(expr.right, scope)
        return left, self._adapted(expr.right, scope, left.type)

    def _joined_list(self, expr: nodes.ListExpr, items: list[Typed], scope: Scope) -> Typed:
        kind: Type = NOTHING
        for item in items:
            both = join(kind, item.type)
            if both is None:
                return self.infer(expr, scope)
            kind = both
        return _together(ListOf(kind), ["list", *(item.tree for item in items)], items)

    def _adapted(self, expr: nodes.Expr, scope: Scope, other: Type) -> Typed:
        kind = required(other)
        if conversion.adapts(expr, self.names, scope) and conversion.takes_literal(kind):
            return self.check(expr, scope, Wanted(kind, f"it is compared with {described(kind)}"))
        return self.infer(expr, scope)

    def _logic(self, expr: nodes.Binary, scope: Scope) -> Typed:
        wanted = Wanted(BOOL, f"`{expr.op}` joins conditions")
        left = self.check(expr.left, scope, wanted)
        inner = scope.with_narrowed(self.narrowings(expr.left, scope)) if expr.op == "and" else scope
        right = self.check(expr.right, inner, wanted)
        return _together(BOOL, [expr.op, left.tree, right.tree], [left, right])

    def _fallback(self, expr: nodes.Binary, scope: Scope, wanted: Wanted | None) -> Typed:
        if wanted is None:
            left = self.infer(expr.left, scope)
            right = self._right_of_fallback(expr.right, scope, required(left.type))
            kind = join(required(left.type), right.type)
        else:
            left = self.check(
                expr.left, scope, Wanted(optional(wanted.type), wanted.why, wanted.place, wanted.place_text)
            )
            right = self.check(expr.right, scope, wanted)
            kind = wanted.type
        if left.wrong or right.wrong:
            return wrong()
        if kind is None:
            self._bad_operands(expr, left, right)
            return wrong()
        return _together(kind, ["??", left.tree, right.tree], [left, right])

    def _right_of_fallback(self, expr: nodes.Expr, scope: Scope, kind: Type) -> Typed:
        if conversion.adapts(expr, self.names, scope) and conversion.takes_literal(kind):
            return self.check(expr, scope, Wanted(kind, f"it stands in for {described(kind)}"))
        return self.infer(expr, scope)

    def _conditional(self, expr: nodes.Conditional, scope: Scope, wanted: Wanted | None = None) -> Typed:
        condition = self.condition(expr.condition, scope, "what stands after `if`")
        inner = scope.with_narrowed(self.narrowings(expr.condition, scope))
        if wanted is None:
            then, otherwise = self.infer(expr.then, inner), self.infer(expr.otherwise, scope)
            kind = join(then.type, otherwise.type)
        else:
            then, otherwise = self.check(expr.then, inner, wanted), self.check(expr.otherwise, scope, wanted)
            kind = wanted.type
        if then.wrong or otherwise.wrong:
            return wrong()
        if kind is None:
            self.report.error(
                codes.TYPE_MISMATCH,
                expr.otherwise.span,
                f"the two results differ: {described(then.type)} and {described(otherwise.type)}",
                label=f"this is {described(otherwise.type)}",
                help="let both have the same type",
            )
            return wrong()
        return _together(kind, ["if", condition.tree, then.tree, otherwise.tree], [condition, then, otherwise])

    def _bad_operand(self, op: str, place: nodes.Span, operand: nodes.Expr, given: Typed) -> None:
        if isinstance(given.type, Optional):
            report_missing(self.report, operand, given)
            return
        self.report.error(
            codes.BAD_OPERANDS,
            operand.span,
            f"`{op}` needs a number, but this is {described(given.type)}",
            label=f"this is {described(given.type)}",
            help="use it with an int, a float or a duration",
        )

    def _bad_operands(self, expr: nodes.Binary, left: Typed, right: Typed) -> None:
        self.report.error(
            codes.BAD_OPERANDS,
            expr.op_span,
            f"`{expr.op}` does not fit between {described(left.type)} and {described(right.type)}",
            labels=conversion.side_labels(expr, left, right),
            help=conversion.operand_help(expr, left.type, right.type, self.report),
        )

    def _call(self, expr: nodes.Call, scope: Scope) -> Typed:
        return functions.check_call(self, expr, scope)

    # With a type wanted

    def _text_as(self, expr: nodes.Text, scope: Scope, wanted: Wanted) -> Typed | None:
        kind = required(wanted.type)
        plain = expr.plain
        if plain is not None and conversion.takes_literal(kind):
            return conversion.literal(self.report, expr, plain, kind, wanted)
        if plain is None and kind == PATH:
            found = self._text(expr, scope)
            return found if found.wrong else Typed(PATH, found.tree, found.known, late=found.late)
        return None

    def _name_as(self, expr: nodes.NameRef, scope: Scope, wanted: Wanted) -> Typed | None:
        kind = required(wanted.type)
        if isinstance(kind, Enum) and expr.name in dict(kind.members) and not self._means_value(expr.name, scope):
            return Typed(kind, dict(kind.members)[expr.name])
        return None

    def _means_value(self, name: str, scope: Scope) -> bool:
        return name in scope.variables or name in scope.own or scope.item_type(name) is not None

    def _list_as(self, expr: nodes.ListExpr, scope: Scope, wanted: Wanted) -> Typed | None:
        kind = required(wanted.type)
        if kind == JSON:
            items = [self.check(item, scope, Wanted(optional(JSON), wanted.why)) for item in expr.items]
            return _together(JSON, ["list", *(item.tree for item in items)], items)
        if not isinstance(kind, ListOf):
            return None
        inner = Wanted(kind.item, wanted.why, wanted.place, wanted.place_text)
        items = [self.check(item, scope, inner) for item in expr.items]
        return _together(kind, ["list", *(item.tree for item in items)], items)

    def _record_as(self, expr: nodes.RecordExpr, scope: Scope, wanted: Wanted) -> Typed | None:
        kind = required(wanted.type)
        match kind:
            case Record():
                return self._record_of(expr, scope, kind, wanted)
            case MapOf(value):
                inner = Wanted(value, wanted.why, wanted.place, wanted.place_text)
            case _ if kind == JSON:
                inner = Wanted(optional(JSON), wanted.why)
            case _:
                return None
        values = {entry.key.text: self.check(entry.value, scope, inner) for entry in self._distinct(expr)}
        return _together(kind, _record_tree(values), list(values.values()))

    def _record_of(self, expr: nodes.RecordExpr, scope: Scope, kind: Record, wanted: Wanted) -> Typed:
        known, defaults = dict(kind.fields), dict(kind.defaults)
        values: dict[str, Typed] = {}
        for entry in self._distinct(expr):
            name = entry.key.text
            if name not in known:
                conversion.report_unknown_field(self.report, entry.key, kind)
                continue
            inner = Wanted(known[name], f"the field `{name}` of {described(kind)} is {described(known[name])}")
            values[name] = self.check(entry.value, scope, inner)
        given = {entry.key.text for entry in expr.entries}
        left_out = [
            name
            for name, field in kind.fields
            if name not in given and name not in defaults and not isinstance(field, Optional)
        ]
        if left_out and not given - known.keys():
            self.report.error(
                codes.TYPE_MISMATCH,
                expr.span,
                f"this {kind} lacks its field{'s' if len(left_out) > 1 else ''} {_listed(left_out)}",
                label="a field is missing",
                help=f"add `{left_out[0]}: …`, {described(known[left_out[0]])}",
            )
            return wrong()
        filled = {name: values.get(name) or Typed(known[name], defaults.get(name)) for name in known}
        if given - known.keys():
            return wrong()
        return _together(kind, _record_tree(filled), list(values.values()))

    def _conditional_as(self, expr: nodes.Conditional, scope: Scope, wanted: Wanted) -> Typed:
        return self._conditional(expr, scope, wanted)

    def _binary_as(self, expr: nodes.Binary, scope: Scope, wanted: Wanted) -> Typed | None:
        if expr.op == "??" and not isinstance(wanted.type, Optional):
            return self._fallback(expr, scope, wanted)
        return None

    def _comprehension_as(self, expr: nodes.Comprehension, scope: Scope, wanted: Wanted) -> Typed | None:
        kind = required(wanted.type)
        if not isinstance(kind, ListOf):
            return None
        return self._comprehension(expr, scope, Wanted(kind.item, wanted.why, wanted.place, wanted.place_text))


def _result(op: str, left: Type, right: Type) -> Type | None:
    if op in ("+", "-", "*", "/"):
        return arithmetic(op, left, right)
    if op in ("in", "not in"):
        return BOOL if membership(left, right) else None
    return BOOL if comparison(op, left, right) else None


def _together(kind: Type, tree: Any, parts: list[Typed]) -> Typed:
    """A value made of others: as late as the latest of them, wrong if one is."""
    if any(part.wrong for part in parts):
        return Typed(UNKNOWN if kind != BOOL else BOOL, tree)
    known = max((part.known for part in parts), default=0)
    return Typed(kind, tree, known, late=any(part.late for part in parts))


def _record_tree(values: dict[str, Typed]) -> list[Any]:
    return ["record", *([name, value.tree] for name, value in values.items())]


def _is_null(expr: nodes.Expr) -> bool:
    return isinstance(expr, nodes.Literal) and expr.kind == "null"


def _listed(names: list[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


_INFER: dict[type, Callable[[Expressions, Any, Scope], Typed]] = {
    nodes.Literal: Expressions._literal,
    nodes.Text: Expressions._text,
    nodes.NameRef: Expressions._name,
    nodes.Member: Expressions._member,
    nodes.Index: Expressions._index,
    nodes.Call: Expressions._call,
    nodes.Unary: Expressions._unary,
    nodes.Binary: Expressions._binary,
    nodes.Conditional: Expressions._conditional,
    nodes.ListExpr: Expressions._list,
    nodes.RecordExpr: Expressions._record,
    nodes.Comprehension: Expressions._comprehension,
    nodes.ErrorNode: Expressions._error,
}

_DIRECTED: dict[type, Callable[[Expressions, Any, Scope, Wanted], Typed | None]] = {
    nodes.Text: Expressions._text_as,
    nodes.NameRef: Expressions._name_as,
    nodes.ListExpr: Expressions._list_as,
    nodes.RecordExpr: Expressions._record_as,
    nodes.Conditional: Expressions._conditional_as,
    nodes.Binary: Expressions._binary_as,
    nodes.Comprehension: Expressions._comprehension_as,
}
