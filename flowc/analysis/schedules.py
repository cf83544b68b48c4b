"""When a flow runs by itself, and what becomes of its runs that meet: `schedule`, `overlap`, `limit N runs`, `tz`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Final, Literal, cast

from flowc.analysis.constants import duration
from flowc.analysis.declarations import Declared
from flowc.analysis.expressions import Expressions
from flowc.analysis.mismatch import Wanted
from flowc.analysis.report import did_you_mean
from flowc.analysis.scope import Scope
from flowc.analysis.typed import WRITTEN
from flowc.analysis.types import is_unknown
from flowc.diagnostics import Code, Fix, Label, codes
from flowc.syntax import nodes
from runtime.model.definition import Overlap, ScheduleDefinition, Tree
from runtime.model.slotted import replace
from runtime.model.types import DURATION, INT, STR, TIME, Type
from runtime.schedule import BadSchedule, following
from runtime.schedule.instants import WEEKDAYS

_WORDS: Final[dict[type, str]] = {
    nodes.Schedule: "schedule",
    nodes.Overlap: "overlap",
    nodes.LimitRuns: "limit … runs",
    nodes.TimeZone: "tz",
}
_ONCE: Final = (nodes.Overlap, nodes.LimitRuns, nodes.TimeZone)
_OVERLAPS: Final = ("skip", "queue", "cancel", "allow")
_CATCHUPS: Final = ("none", "last", "all")
_SECOND: Final = dt.timedelta(seconds=1)

Setting = nodes.Schedule | nodes.Overlap | nodes.LimitRuns | nodes.TimeZone


def check_schedules(checker: Expressions, found: Declared) -> None:
    """Reads these settings of a flow into the model. Its parameters must have been checked before."""
    for task, decl in found.pairs:
        mine = [item for item in decl.body if isinstance(item, Setting)]
        if task.kind == "flow":
            _Schedules(checker, found).read(mine)
            continue
        for item in mine:
            checker.report.error(
                codes.MISPLACED,
                item.span,
                f"`{_WORDS[type(item)]}` does not belong in a {task.kind}",
                help="it is about the runs of a flow: write it in the flow itself",
            )


class _Schedules:
    def __init__(self, checker: Expressions, found: Declared) -> None:
        self._checker = checker
        self._report = checker.report
        self._found = found
        body = found.flow.body
        self._scope = Scope(body, body, nodes=False)
        self._good = True

    def read(self, items: list[Setting]) -> None:
        flow = self._found.flow
        for item in self._single(items):
            match item:
                case nodes.TimeZone():
                    flow.zone = self._zone(item.value) or ""
                case nodes.Overlap():
                    flow.overlap = cast(Overlap, self._choice(item.choice, _OVERLAPS, "overlap"))
                case nodes.LimitRuns():
                    flow.limit_runs = self._limit(item)
        schedules = [item for item in items if isinstance(item, nodes.Schedule)]
        for item in schedules:
            schedule = self._schedule(item)
            if schedule is not None:
                flow.schedules.append(schedule)
        if schedules:
            self._check_parameters(schedules[0])

    def _single(self, items: list[Setting]) -> list[Setting]:
        """Those that may stand once only, without those that are given again."""
        first: dict[type, Setting] = {}
        for item in items:
            if not isinstance(item, _ONCE):
                continue
            known = first.setdefault(type(item), item)
            if known is not item:
                self._report.error(
                    codes.DUPLICATE_SETTING,
                    item.span,
                    f"`{_WORDS[type(item)]}` is given twice",
                    label="given again here",
                    labels=[Label(known.span, "first given here")],
                    help="remove one of them",
                )
        return list(first.values())

    def _check_parameters(self, schedule: nodes.Schedule) -> None:
        """Nobody is there to give values when a tick makes a run."""
        for parameter in self._found.flow.parameters.values():
            if not parameter.has_default:
                kind = "…" if is_unknown(parameter.type) else parameter.type
                self._report.error(
                    codes.SCHEDULE_NEEDS_DEFAULT,
                    parameter.span,
                    f"the flow has a schedule, but its parameter `{parameter.name}` has no default",
                    label="no default",
                    labels=[Label(_heading(schedule), "scheduled here")],
                    help=f"give it one: `param {parameter.name}: {kind} = …`",
                )

    # One schedule

    def _schedule(self, item: nodes.Schedule) -> ScheduleDefinition | None:
        """None if an error was reported."""
        self._good = True
        schedule = replace(
            self._rule(item),
            zone=self._found.flow.zone if item.zone is None else self._zone(item.zone) or "",
            when=None if item.condition is None else self._condition(item.condition),
            catchup=self._catchup(item),
            line=self._report.line(item.span),
        )
        return schedule if self._good and self._comes_to_pass(item, schedule) else None

    def _rule(self, item: nodes.Schedule) -> ScheduleDefinition:
        match item.kind:
            case "daily":
                return ScheduleDefinition("daily", at=self._time(item.value))
            case "weekly":
                return ScheduleDefinition("weekly", days=self._days(item.days), at=self._time(item.value))
            case "every":
                return ScheduleDefinition("every", every_seconds=self._interval(item.value))
            case "cron":
                return ScheduleDefinition("cron", cron=self._text(item.value, 'a cron line is a text: `"0 6 * * 1-5"`'))

    def _comes_to_pass(self, item: nodes.Schedule, schedule: ScheduleDefinition) -> bool:
        try:
            following([schedule], 0, "UTC")
        except BadSchedule as problem:
            self._wrong(codes.BAD_SETTING, item.value.span, str(problem), _CRON_HELP)
            return False
        return True

    def _wrong(
        self, code: Code, span: nodes.Span, message: str, help: str, *, label: str = "", fixes: Sequence[Fix] = ()
    ) -> None:
        self._good = False
        self._report.error(code, span, message, label=label, help=help, fixes=fixes)

    def _time(self, expr: nodes.Expr) -> str:
        match self._written(expr, TIME, "the time of a schedule is a time of day such as `06:30`"):
            case ["lit", "time", str(text)]:
                return text
        return ""

    def _days(self, names: list[nodes.Name]) -> tuple[str, ...]:
        known: dict[str, nodes.Name] = {}
        for name in names:
            day = self._choice(name, WEEKDAYS, "weekly on")
            if day in known:
                self._report.error(
                    codes.DUPLICATE_SETTING,
                    name.span,
                    f"the day `{day}` is named twice",
                    labels=[Label(known[day].span, "first named here")],
                    help="remove one of them",
                )
            known.setdefault(day, name)
        return tuple(day for day in WEEKDAYS if day in known)

    def _interval(self, expr: nodes.Expr) -> int:
        tree = self._written(expr, DURATION, "`every` takes a duration such as `15m`")
        length = duration(tree)
        if length is None:
            return 0
        if length < _SECOND or length % _SECOND:
            self._wrong(
                codes.BAD_SETTING,
                expr.span,
                "a schedule repeats after whole seconds, at least one",
                "write for example `every 1s`; what runs more often is a loop inside of one task",
            )
        return int(length / _SECOND)

    def _condition(self, expr: nodes.Expr) -> Tree:
        found = self._checker.condition(expr, replace(self._scope, tick=True), "the condition of a schedule")
        self._good = self._good and not found.wrong
        return found.tree

    def _catchup(self, item: nodes.Schedule) -> Literal["none", "last", "all"]:
        if item.catchup is None:
            return "none"
        return cast(Literal["none", "last", "all"], self._choice(item.catchup, _CATCHUPS, "catchup"))

    # Values

    def _limit(self, item: nodes.LimitRuns) -> int | None:
        tree = self._written(item.value, INT, "`limit … runs` is a whole number")
        if tree is None:
            return None
        if not isinstance(tree, int) or tree < 1:
            self._wrong(codes.BAD_SETTING, item.value.span, "no run could ever start", "write at least `limit 1 runs`")
            return None
        return tree

    def _zone(self, expr: nodes.Expr) -> str | None:
        name = self._text(expr, 'a time zone is a text such as `"Europe/London"`')
        if not name or _is_zone(name):
            return name or None
        from zoneinfo import available_timezones

        near, fixes = did_you_mean(name, sorted(available_timezones()), expr.span)
        self._wrong(
            codes.BAD_VALUE,
            expr.span,
            f"there is no time zone `{name}`",
            near or "use a name of the time zone database, such as `Europe/London` or `UTC`",
            fixes=[replace(fix, replacement=f'"{fix.replacement}"') for fix in fixes],
        )
        return None

    def _text(self, expr: nodes.Expr, why: str) -> str:
        tree = self._written(expr, STR, why)
        return tree if isinstance(tree, str) else ""

    def _written(self, expr: nodes.Expr, kind: Type, why: str) -> Tree:
        """The tree of a value that is written out; None, and an error reported, if it is not."""
        found = self._checker.check(expr, self._scope, Wanted(kind, why))
        if is_unknown(found.type):
            self._good = False
            return None
        if found.known != WRITTEN or not _is_literal(found.tree):
            self._wrong(
                codes.KNOWN_LATER,
                expr.span,
                "when a flow runs is fixed when it is deployed, but this value is known only in a run",
                f"use a literal: {why}",
                label="known only later",
            )
            return None
        return found.tree

    def _choice(self, name: nodes.Name, words: tuple[str, ...], setting: str) -> str:
        """The word, if it is one of them; else the first of them, and an error reported."""
        if name.text in words:
            return name.text
        help, fixes = did_you_mean(name.text, words, name.span)
        self._wrong(
            codes.BAD_SETTING,
            name.span,
            f"`{setting}` knows no `{name.text}`",
            help or f"it knows {', '.join(f'`{word}`' for word in words)}",
            fixes=fixes,
        )
        return words[0]


def _is_literal(tree: Tree) -> bool:
    return not isinstance(tree, list) or tree[0] == "lit" or (tree[0] == "neg" and _is_literal(tree[1]))


def _is_zone(name: str) -> bool:
    from zoneinfo import ZoneInfo

    try:
        ZoneInfo(name)
    except (ValueError, OSError, LookupError):
        return False
    return True


def _heading(item: nodes.Schedule) -> nodes.Span:
    return (item.span[0], item.span[0] + len("schedule"))


_CRON_HELP: Final = 'five fields: minute, hour, day of month, month, day of week; for example `"0 6 * * 1-5"`'
