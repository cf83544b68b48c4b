"""`env { NAME: value }`: the variables that a script finds in its environment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowc.analysis.mismatch import Wanted
from flowc.analysis.scope import Scope
from flowc.analysis.types import holds_secret
from flowc.diagnostics import Label, codes
from flowc.syntax import nodes
from runtime.model.definition import Tree
from runtime.model.types import JSON, Optional

if TYPE_CHECKING:
    from flowc.analysis.settings import Settings


def read_env(settings: Settings, item: nodes.Env, scope: Scope) -> tuple[tuple[str, Tree], ...]:
    """Names and trees, in the order of the source."""
    found: dict[str, Tree] = {}
    places: dict[str, nodes.Name] = {}
    for entry in item.entries:
        name = entry.key.text
        if name in places:
            settings.report.error(
                codes.DUPLICATE_SETTING,
                entry.key.span,
                f"the variable `{name}` is given twice",
                labels=[Label(places[name].span, "first given here")],
                help="remove one of them",
            )
        elif not _is_variable(name):
            settings.report.error(
                codes.BAD_SETTING,
                entry.key.span,
                f"`{name}` cannot be the name of an environment variable",
                help="use letters, digits and `_`",
            )
        elif name.startswith("FLOW_"):
            settings.report.error(
                codes.RESERVED_NAME,
                entry.key.span,
                f"`{name}` cannot be set: variables that begin with `FLOW_` are set by the runner",
                help="give it another name",
            )
        places.setdefault(name, entry.key)
        found.setdefault(name, _env_value(settings, entry, scope))
    return tuple(found.items())


def _env_value(settings: Settings, entry: nodes.RecordEntry, scope: Scope) -> Tree:
    value = settings.checker.infer(entry.value, scope)
    if isinstance(value.type, Optional) or not holds_secret(value.type):
        wanted = Wanted(JSON, f"the variable `{entry.key.text}` needs a value")
        value = value if not isinstance(value.type, Optional) else settings.checker.check(entry.value, scope, wanted)
    return value.tree


def _is_variable(name: str) -> bool:
    return name.isascii() and name.isidentifier()
