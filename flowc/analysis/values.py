"""Checks values as they are written: literals, texts, lists, records, comprehensions, elements of lists and maps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flowc.analysis import conversion
from flowc.analysis.constants import literal_tree
from flowc.analysis.mismatch import Wanted, report_missing
from flowc.analysis.scope import Scope
from flowc.analysis.typed import WRITTEN, Typed, together, wrong
from flowc.analysis.types import NOTHING, NULL, UNKNOWN, described, holds_secret, is_unknown, join
from flowc.diagnostics import codes
from flowc.syntax import nodes
from runtime.model.types import (
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

if TYPE_CHECKING:
    from flowc.analysis.expressions import Expressions


_LITERALS: dict[str, Type] = {
    "null": NULL,
    **{kind: Scalar(kind) for kind in ("bool", "int", "float", "duration", "size", "percent", "time", "date")},
}


def literal(checker: Expressions, expr: nodes.Literal, scope: Scope) -> Typed:
    return Typed(_LITERALS[expr.kind], literal_tree(expr.kind, expr.value))


def text(checker: Expressions, expr: nodes.Text, scope: Scope) -> Typed:
    plain = expr.plain
    if plain is not None:
        return Typed(STR, plain)
    tree: list[Any] = ["text"]
    known, late, failed = WRITTEN, False, False
    for part in expr.parts:
        if isinstance(part, nodes.TextPart):
            tree.append(part.text)
            continue
        value = checker.infer(part.value, scope)
        failed = not _may_be_text(checker, part, value) or failed
        tree.append(value.tree)
        known, late = max(known, value.known), late or value.late
    return wrong() if failed else Typed(STR, tree, known, late=late)


def _may_be_text(checker: Expressions, hole: nodes.Hole, value: Typed) -> bool:
    if is_unknown(value.type):
        return False
    if isinstance(value.type, Optional):
        report_missing(checker.report, hole.value, value)
        return False
    if holds_secret(value.type):
        checker.report.error(
            codes.SECRET_SHOWN,
            hole.value.span,
            "a secret cannot stand in a text, where it would be seen and stored",
            label="a secret",
            help="hand it to a script by `env { NAME: … }`",
        )
        return False
    return True


def list_of(checker: Expressions, expr: nodes.ListExpr, scope: Scope) -> Typed:
    kind: Type = NOTHING
    items = [checker.infer(item, scope) for item in expr.items]
    for node, item in zip(expr.items, items, strict=True):
        both = join(kind, item.type)
        if both is None:
            checker.report.error(
                codes.TYPE_MISMATCH,
                node.span,
                f"the elements of a list have one type, but this is {described(item.type)}",
                label=f"this is {described(item.type)}",
                help=f"those before it are {described(kind)}; make all of them the same",
            )
            return wrong()
        kind = both
    return together(ListOf(kind), ["list", *(item.tree for item in items)], items)


def list_as(checker: Expressions, expr: nodes.ListExpr, scope: Scope, wanted: Wanted) -> Typed | None:
    kind = required(wanted.type)
    if kind == JSON:
        items = [checker.check(item, scope, Wanted(optional(JSON), wanted.why)) for item in expr.items]
        return together(JSON, ["list", *(item.tree for item in items)], items)
    if not isinstance(kind, ListOf):
        return None
    inner = wanted.of(kind.item)
    items = [checker.check(item, scope, inner) for item in expr.items]
    return together(kind, ["list", *(item.tree for item in items)], items)


def record(checker: Expressions, expr: nodes.RecordExpr, scope: Scope) -> Typed:
    values = {entry.key.text: checker.infer(entry.value, scope) for entry in _distinct(checker, expr)}
    kind = Record(tuple((name, value.type) for name, value in values.items()))
    return together(kind, _record_tree(values), list(values.values()))


def record_as(checker: Expressions, expr: nodes.RecordExpr, scope: Scope, wanted: Wanted) -> Typed | None:
    kind = required(wanted.type)
    match kind:
        case Record():
            return _record_of(checker, expr, scope, kind, wanted)
        case MapOf(value):
            inner = wanted.of(value)
        case _ if kind == JSON:
            inner = Wanted(optional(JSON), wanted.why)
        case _:
            return None
    values = {entry.key.text: checker.check(entry.value, scope, inner) for entry in _distinct(checker, expr)}
    return together(kind, _record_tree(values), list(values.values()))


def _record_of(checker: Expressions, expr: nodes.RecordExpr, scope: Scope, kind: Record, wanted: Wanted) -> Typed:
    known, defaults = dict(kind.fields), dict(kind.defaults)
    values: dict[str, Typed] = {}
    for entry in _distinct(checker, expr):
        name = entry.key.text
        if name not in known:
            conversion.report_unknown_field(checker.report, entry.key, kind)
            continue
        inner = Wanted(known[name], f"the field `{name}` of {described(kind)} is {described(known[name])}")
        values[name] = checker.check(entry.value, scope, inner)
    given = {entry.key.text for entry in expr.entries}
    left_out = [
        name
        for name, field in kind.fields
        if name not in given and name not in defaults and not isinstance(field, Optional)
    ]
    if left_out and not given - known.keys():
        checker.report.error(
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
    return together(kind, _record_tree(filled), list(values.values()))


def _distinct(checker: Expressions, expr: nodes.RecordExpr) -> list[nodes.RecordEntry]:
    seen: dict[str, nodes.RecordEntry] = {}
    for entry in expr.entries:
        if entry.key.text in seen:
            checker.report.error(
                codes.DUPLICATE_NAME,
                entry.key.span,
                f"`{entry.key.text}` is given twice",
                label="given again here",
                help="remove one of them",
            )
        seen.setdefault(entry.key.text, entry)
    return list(seen.values())


def index(checker: Expressions, expr: nodes.Index, scope: Scope) -> Typed:
    base = checker.infer(expr.base, scope)
    match base.type:
        case ListOf(item):
            index = checker.check(expr.index, scope, Wanted(INT, "a list is indexed by a whole number"))
            kind = item
        case MapOf(value):
            index = checker.check(expr.index, scope, Wanted(STR, "a map is indexed by a text"))
            kind = value
        case _:
            return _no_index(checker, expr, base)
    return together(kind, ["index", base.tree, index.tree], [base, index])


def _no_index(checker: Expressions, expr: nodes.Index, base: Typed) -> Typed:
    if isinstance(base.type, Optional) and not is_unknown(base.type):
        report_missing(checker.report, expr.base, base)
    elif not is_unknown(base.type):
        help = "only lists and maps have elements in brackets"
        if isinstance(base.type, Record):
            help = "name the field with a point: `.name`"
        checker.report.error(
            codes.TYPE_MISMATCH,
            expr.base.span,
            f"`[ ]` takes an element of a list or a map, but this is {described(base.type)}",
            label=f"this is {described(base.type)}",
            help=help,
        )
    return wrong()


def comprehension(checker: Expressions, expr: nodes.Comprehension, scope: Scope, wanted: Wanted | None = None) -> Typed:
    over = items_of(checker, expr.iterable, scope, "a comprehension goes over a list")
    name = expr.variable.text
    check_variable(checker, expr.variable, scope)
    inner = scope.with_variable(name, over.type)
    condition: Typed | None = None
    if expr.condition is not None:
        condition = checker.condition(expr.condition, inner, "the condition of a comprehension")
        inner = inner.with_narrowed(checker.narrowings(expr.condition, inner))
    body = checker.infer(expr.body, inner) if wanted is None else checker.check(expr.body, inner, wanted)
    parts = [over, body] + ([condition] if condition else [])
    tree = ["for", checker.names.variable(name), over.tree, body.tree, True if condition is None else condition.tree]
    return together(ListOf(body.type), tree, parts)


def comprehension_as(checker: Expressions, expr: nodes.Comprehension, scope: Scope, wanted: Wanted) -> Typed | None:
    kind = required(wanted.type)
    if not isinstance(kind, ListOf):
        return None
    return comprehension(checker, expr, scope, wanted.of(kind.item))


def check_variable(checker: Expressions, variable: nodes.Name, scope: Scope) -> None:
    """A new variable must not hide a name that can be seen already."""
    name = variable.text
    hidden = name in scope.variables or checker.names.item_type(name, scope.task) is not None
    if hidden or checker.names.find(name, scope.home) is not None:
        checker.report.error(
            codes.DUPLICATE_NAME,
            variable.span,
            f"`{name}` has a meaning here already",
            label="would hide it",
            help="give the variable a name of its own",
        )


def items_of(checker: Expressions, expr: nodes.Expr, scope: Scope, what: str) -> Typed:
    """The list of an expression; the type of the result is that of its *items*."""
    found = checker.infer(expr, scope)
    if is_unknown(found.type):
        return Typed(UNKNOWN, found.tree, found.known)
    if isinstance(found.type, ListOf):
        return Typed(found.type.item, found.tree, found.known, late=found.late)
    if isinstance(found.type, Optional) and isinstance(found.type.inner, ListOf):
        report_missing(checker.report, expr, found, default="[]")
        return Typed(UNKNOWN)
    help = "write it as a list: `[…]`"
    if found.type in (JSON, Optional(JSON)):
        help = f"`json` may be anything: `as_list({checker.report.text(expr.span)}) ?? []`"
    if isinstance(found.type, MapOf | Record):
        help = f"use its keys: `keys({checker.report.text(expr.span)})`"
    elif found.type == INT:
        help = f"for numbers from 0 on: `range({checker.report.text(expr.span)})`"
    checker.report.error(
        codes.TYPE_MISMATCH,
        expr.span,
        f"{what}, but this is {described(found.type)}",
        label=f"this is {described(found.type)}",
        help=help,
    )
    return Typed(UNKNOWN)


def text_as(checker: Expressions, expr: nodes.Text, scope: Scope, wanted: Wanted) -> Typed | None:
    kind = required(wanted.type)
    plain = expr.plain
    if plain is not None and conversion.takes_literal(kind):
        return conversion.literal(checker.report, expr, plain, kind, wanted)
    if plain is None and kind == PATH:
        found = text(checker, expr, scope)
        return found if found.wrong else Typed(PATH, ["call", "path", found.tree], found.known, late=found.late)
    return None


def name_as(checker: Expressions, expr: nodes.NameRef, scope: Scope, wanted: Wanted) -> Typed | None:
    kind = required(wanted.type)
    if is_unknown(kind) and conversion.adapts(expr, checker.names, scope):
        return wrong()
    if not isinstance(kind, Enum) or _means_value(checker, expr.name, scope):
        return None
    members = dict(kind.members)
    if expr.name in members:
        return Typed(kind, members[expr.name])
    if checker.names.find(expr.name, scope.home) is not None:
        return None
    conversion.report_no_member(checker.report, expr.name, expr.span, kind, wanted)
    return wrong()


def _means_value(checker: Expressions, name: str, scope: Scope) -> bool:
    known = name in scope.variables or name in scope.own
    return known or checker.names.item_type(name, scope.task) is not None


def _record_tree(values: dict[str, Typed]) -> list[Any]:
    return ["record", *([name, value.tree] for name, value in values.items())]


def _listed(names: list[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
