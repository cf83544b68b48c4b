"""`cache DURATION [by EXPR]`: how old a result may be that a task takes over from another run."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from flowc.analysis.constants import duration
from flowc.analysis.mismatch import Wanted, report_secret
from flowc.analysis.scope import Scope
from flowc.analysis.typed import CREATION
from flowc.analysis.types import holds_secret
from flowc.syntax import nodes
from runtime.model.definition import Cache
from runtime.model.types import DURATION

if TYPE_CHECKING:
    from flowc.analysis.settings import Settings


def read_cache(settings: Settings, item: nodes.Cache, scope: Scope) -> Cache | None:
    """None if an error was reported."""
    wanted = Wanted(DURATION, "`cache` takes the age that a result may have, such as `1h`")
    age = settings.value(item.age, scope, wanted, CREATION, "cache")
    key = None if item.by is None else settings.checker.infer(item.by, scope)
    if item.by is not None and key is not None and holds_secret(key.type):
        report_secret(settings.report, item.by)
        return None
    if age is None:
        return None
    length = duration(age.tree)
    if length is not None and length <= dt.timedelta():
        settings.impossible(item.age, "no result is ever so new", "write at least `1s`")
        return None
    return Cache(age.tree, None if key is None else key.tree)
