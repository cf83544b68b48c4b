"""Messages for a value that does not fit where it stands: both ends of the story and what to write instead."""

from __future__ import annotations

from typing import Final

from flowc.analysis.report import Report
from flowc.analysis.typed import Typed
from flowc.analysis.types import NULL, described, fits, holds_secret
from flowc.diagnostics import Label, codes
from flowc.source import Source, Span
from flowc.syntax import nodes
from runtime.model.slotted import dataclass
from runtime.model.types import (
    BOOL,
    DATE,
    DATETIME,
    DURATION,
    FLOAT,
    INT,
    JSON,
    PATH,
    SECRET,
    STR,
    TIME,
    Enum,
    ListOf,
    MapOf,
    Optional,
    Record,
    Type,
    required,
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """The type that a place asks for, and why, as a sentence. `place`: where the type is declared, if in a file;
    `source`: if that is another file."""

    type: Type
    why: str
    place: Span | None = None
    place_text: str = ""
    source: Source | None = None

    def of(self, kind: Type) -> Wanted:
        """Another type for the same reason."""
        return Wanted(kind, self.why, self.place, self.place_text, self.source)

    def labels(self) -> list[Label]:
        return [Label(self.place, self.place_text, self.source)] if self.place else []


def report_mismatch(report: Report, expr: nodes.Expr, given: Typed, wanted: Wanted) -> None:
    """`given` is what stands there, `wanted` what fits."""
    if holds_secret(given.type) and not holds_secret(wanted.type):
        _report_secret(report, expr, wanted)
    elif isinstance(given.type, Optional) and given.type != NULL and fits(given.type.inner, wanted.type):
        report_missing(report, expr, given, wanted)
    else:
        report.error(
            codes.TYPE_MISMATCH,
            expr.span,
            f"{wanted.why}, but this is {described(given.type)}",
            label=f"this is {described(given.type)}",
            labels=wanted.labels(),
            help=_conversion(report, expr, given.type, wanted.type),
        )


def report_missing(
    report: Report, expr: nodes.Expr, given: Typed, wanted: Wanted | None = None, default: str = ""
) -> None:
    """A value that may be missing stands where a value is needed."""
    shown = report.text(expr.span)
    labels = wanted.labels() if wanted else []
    notes = []
    if given.skipper is not None:
        skips = given.skipper.optional or given.skipper.branches
        what = "may be skipped" if skips else "may fail, and others go on all the same"
        labels.append(Label(given.skipper.span, f"`{given.skipper.dotted}` {what}"))
    short = shown if len(shown) <= 40 else "…"
    default = default or _default_for(required(given.type))
    fallback = f"{short} ?? {default}" if isinstance(expr, nodes.NameRef | nodes.Member) else f"({short}) ?? {default}"
    if wanted is not None and wanted.why:
        notes.append(wanted.why)
    report.error(
        codes.MAY_BE_MISSING,
        expr.span,
        f"`{short}` may be missing here",
        label=f"this is {described(given.type)}",
        labels=labels,
        notes=notes,
        help=f"say what stands in for it: `{fallback}`",
    )


def report_secret(report: Report, expr: nodes.Expr) -> None:
    """A secret is used to compute something."""
    report.error(
        codes.SECRET_SHOWN,
        expr.span,
        "nothing can be computed from a secret, because its value is known only to the process that needs it",
        help="a secret may stand in `env { }` and in arguments of type `secret`",
    )


def _report_secret(report: Report, expr: nodes.Expr, wanted: Wanted) -> None:
    report.error(
        codes.SECRET_SHOWN,
        expr.span,
        "a secret cannot be used here, where it would be seen and stored",
        label="a secret",
        labels=wanted.labels(),
        help="a secret may stand in `env { }` and in arguments of type `secret`",
    )


def _default_for(kind: Type) -> str:
    if isinstance(kind, ListOf):
        return "[]"
    return {"str": '""', "int": "0", "float": "0.0"}.get(str(kind), "…")


def _conversion(report: Report, expr: nodes.Expr, given: Type, wanted: Type) -> str:
    """What to write instead, or the empty text."""
    shown = report.text(expr.span)
    shown = shown if len(shown) <= 40 else "…"
    wanted = required(wanted)
    if given == NULL:
        return "only a type with `?` may be missing"
    if wanted == STR and isinstance(expr, nodes.Literal):
        return f'write it in quotes: `"{shown}"`'
    if given == STR and isinstance(expr, nodes.Text):
        return _from_literal(expr, wanted)
    return _between(shown, given, wanted) or _to_lists_and_conditions(expr, shown, given, wanted)


def _between(shown: str, given: Type, wanted: Type) -> str:
    """How to turn a scalar into another."""
    if wanted == STR and not isinstance(given, ListOf | Record | Optional):
        return f'make a text of it: `"{{{{ {shown} }}}}"`'
    if given == STR and wanted in (INT, FLOAT):
        return f"read the text as a number: `{wanted}({shown})`"
    if given == STR and wanted == PATH:
        return f'make a path of it: `"{{{{ {shown} }}}}"`'
    if given == FLOAT and wanted == INT:
        return f"`round({shown})`, `floor({shown})` and `ceil({shown})` give whole numbers"
    return ""


_NARROWED: Final[dict[Type, tuple[str, str]]] = {
    BOOL: ("bool", "false"),
    INT: ("int", "0"),
    FLOAT: ("float", "0.0"),
    STR: ("str", '""'),
}


def narrowed(shown: str, wanted: Type) -> str:
    """How a `json` value becomes one of the wanted type."""
    name, default = _NARROWED.get(wanted, ("", ""))
    if isinstance(wanted, ListOf) and wanted.item == JSON:
        name, default = "list", "[]"
    if not name:
        return f"`json` may be anything; declare the output that gives it as {described(wanted)}"
    change = f"`as_{name}({shown}) ?? {default}`"
    return f"`json` may be anything: {change}, or declare the output that gives it as `{wanted}`"


def _to_lists_and_conditions(expr: nodes.Expr, shown: str, given: Type, wanted: Type) -> str:
    if isinstance(wanted, ListOf) and fits(given, wanted.item):
        return f"write it as a list: `[{shown}]`"
    if isinstance(given, ListOf) and fits(required(given.item), wanted):
        return f"take one element, `{shown}[0]`, or go over all of them with `for`"
    if given == JSON:
        return narrowed(shown, wanted)
    if wanted == BOOL:
        return _as_condition(shown, given)
    if wanted == DURATION and given in (INT, FLOAT):
        literal = isinstance(expr, nodes.Literal)
        return f"a duration has a unit: `{shown}s`" if literal else f"for seconds write `{shown} * 1s`"
    return _example(wanted)


def _as_condition(shown: str, given: Type) -> str:
    """The question that was probably meant."""
    if isinstance(given, ListOf | MapOf):
        return f"ask for example `len({shown}) > 0`"
    if isinstance(given, Optional):
        return f"ask for example `{shown} != null`"
    return {
        "str": f'compare it, for example `{shown} != ""`',
        "int": f"compare it, for example `{shown} > 0`",
        "float": f"compare it, for example `{shown} > 0`",
    }.get(str(given), "compare it with another value")


_EXAMPLES: Final = {
    "bool": "`true` or `false`",
    "int": "a whole number such as `42`",
    "float": "a number such as `2.5`",
    "str": 'a text in quotes, `"…"`',
    "path": 'a path in quotes such as `"data/in.csv"`',
    "date": "a date such as `2026-11-23`",
    "time": "a time such as `06:30`",
    "datetime": 'a date and time such as `"2026-11-23T06:30:00Z"`',
    "duration": "a duration such as `30s` or `1h30m`",
    "size": "a size such as `512MB`",
    "percent": "a percentage such as `10%`",
    "secret": 'a reference in quotes such as `"env:NAME"`',
}


def _example(wanted: Type) -> str:
    """What a value of the type looks like."""
    if isinstance(wanted, Record):
        fields = ", ".join(f"{name}: …" for name, _ in wanted.fields[:4])
        return f"write a record: `{{ {fields} }}`"
    if isinstance(wanted, ListOf):
        return "write a list: `[…]`"
    if isinstance(wanted, Enum):
        return f"write one of {', '.join(f'`{name}`' for name, _ in wanted.members[:8])}"
    return f"write {_EXAMPLES.get(str(wanted), described(wanted))}"


def _from_literal(expr: nodes.Text, wanted: Type) -> str:
    plain = expr.plain
    if wanted in (DATE, DATETIME, TIME) and plain is None:
        return f"a text that is put together cannot stand for {described(wanted)}; only a plain literal can"
    if wanted in (INT, FLOAT) and plain is not None and plain.replace(".", "", 1).lstrip("-").isdigit():
        return f"write it without quotes: `{plain}`"
    if plain in ("true", "false"):
        return f"write it without quotes: `{plain}`"
    if wanted == SECRET:
        return "write a reference such as `env:NAME`"
    return _example(wanted)
