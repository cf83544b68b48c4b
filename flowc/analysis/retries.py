"""`retry N, delay: 30s, …`: how often, after what time and for which failures a task is tried again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from flowc.analysis.constants import duration, whole
from flowc.analysis.mismatch import Wanted
from flowc.analysis.report import did_you_mean
from flowc.analysis.scope import Scope
from flowc.analysis.typed import CREATION
from flowc.diagnostics import Label, codes
from flowc.syntax import nodes
from runtime.model.definition import MOST_RETRIES, Retry, Tree
from runtime.model.types import DURATION, FLOAT, INT, PERCENT

if TYPE_CHECKING:
    from flowc.analysis.settings import Settings

_RETRY_OPTIONS: Final[dict[str, tuple[Any, str, str]]] = {
    "delay": (DURATION, "delay_seconds", "`delay` is a duration such as `30s`"),
    "backoff": (FLOAT, "backoff", "`backoff` is a number that each delay is multiplied with, such as `2.0`"),
    "max_delay": (DURATION, "max_delay_seconds", "`max_delay` is a duration such as `10m`"),
    "jitter": (PERCENT, "jitter", "`jitter` is a percentage such as `20%`"),
    "within": (DURATION, "within_seconds", "`within` is a duration such as `1h`"),
    "when": (None, "when", ""),
}
_BOUNDS: Final = {
    "delay": "write a duration such as `30s`",
    "backoff": "write a number of at least 1",
    "max_delay": "write a duration such as `10m`",
    "jitter": "write a percentage from 0% to 100%",
    "within": "write a duration such as `1h`",
}


def read_retry(settings: Settings, item: nodes.Retry, scope: Scope) -> list[Retry]:
    """Empty if an error was reported."""
    count = settings.value(
        item.count, scope, Wanted(INT, "`retry` takes a whole number of attempts"), CREATION, "retry"
    )
    options = _options(settings, item, scope)
    if count is None or options is None:
        return []
    number = whole(count.tree)
    if number is not None and not 1 <= number <= MOST_RETRIES:
        help = "write how often it is tried again after the first time, for example `retry 3`"
        settings.impossible(
            item.count, f"`retry {settings.report.text(item.count.span)}` is no number of attempts", help
        )
        return []
    return [Retry(count.tree if number is None else number, **options)]


def _options(settings: Settings, item: nodes.Retry, scope: Scope) -> dict[str, Any] | None:
    found: dict[str, Any] = {}
    given: dict[str, nodes.Argument] = {}
    good = True
    for option in item.options:
        name = option.name
        if name is None or name.text not in _RETRY_OPTIONS:
            good = _unknown_option(settings, option)
        elif name.text in given:
            _twice_option(settings, option, given[name.text])
            good = False
        else:
            given[name.text] = option
            good = _option(settings, name.text, option, scope, found) and good
    return found if good else None


def _unknown_option(settings: Settings, option: nodes.Argument) -> bool:
    names = ", ".join(_RETRY_OPTIONS)
    if option.name is None:
        settings.report.error(
            codes.UNNAMED_ARGUMENT, option.span, "this value has no name", help=f"`retry` has the options {names}"
        )
    else:
        help, fixes = did_you_mean(option.name.text, _RETRY_OPTIONS, option.name.span)
        message = f"`retry` has no option called `{option.name.text}`"
        help = help or f"its options are {names}"
        settings.report.error(
            codes.UNKNOWN_ARGUMENT, option.name.span, message, label="not found", help=help, fixes=fixes
        )
    return False


def _twice_option(settings: Settings, option: nodes.Argument, first: nodes.Argument) -> None:
    assert option.name is not None
    settings.report.error(
        codes.DUPLICATE_SETTING,
        option.span,
        f"`{option.name.text}` is given twice",
        labels=[Label(first.span, "first given here")],
        help="remove one of them",
    )


def _option(settings: Settings, name: str, option: nodes.Argument, scope: Scope, found: dict[str, Any]) -> bool:
    if name == "when":
        inner = Scope(scope.task, scope.home, narrowed=scope.narrowed, error=True)
        found["when"] = settings.checker.condition(option.value, inner, "the condition of a retry").tree
        return True
    kind, key, sentence = _RETRY_OPTIONS[name]
    value = settings.value(option.value, scope, Wanted(kind, sentence), CREATION, "retry")
    if value is None:
        return False
    number = _number(value.tree)
    if number is None:
        found[key] = ["call", "seconds", value.tree] if kind == DURATION else value.tree
        return True
    if not _fits(name, number):
        settings.impossible(
            option.value, f"`{name}` cannot be {settings.report.text(option.value.span)}", _BOUNDS[name]
        )
        return False
    found[key] = number
    return True


def _fits(name: str, number: float) -> bool:
    match name:
        case "backoff":
            return number >= 1
        case "jitter":
            return 0 <= number <= 1
        case "within":
            return number > 0
        case _:
            return number >= 0


def _number(tree: Tree) -> float | None:
    """Seconds of a written duration, the fraction of a percentage, or the number itself."""
    match tree:
        case bool():
            return None
        case int() | float():
            return float(tree)
        case ["lit", "percent", int() | float() as fraction]:
            return float(fraction)
        case _:
            length = duration(tree)
            return None if length is None else length.total_seconds()
