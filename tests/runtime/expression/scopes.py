"""A scope that answers from plain dicts, for evaluations outside of a run."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from runtime.expression.evaluator import ExpressionError

NOON = dt.datetime(2026, 11, 23, 12, 0, tzinfo=dt.UTC)


@dataclass
class Values:
    params: dict[str, Any] = field(default_factory=dict)
    variables: dict[str, Any] = field(default_factory=dict)
    outs: dict[str, Any] = field(default_factory=dict)

    def param(self, name: str) -> Any:
        return self.params[name]

    def item(self, name: str) -> Any:
        if name not in self.variables:
            raise ExpressionError(f"`{name}` is known only inside its `for`")
        return self.variables[name]

    def own(self, name: str) -> Any:
        return self.outs[name]

    def out(self, path: str, name: str) -> Any:
        return self.outs[f"{path}.{name}"]

    def state(self, path: str, name: str) -> Any:
        return name == "succeeded"

    def run(self, name: str) -> Any:
        return {"now": NOON, "today": NOON.date(), "time": NOON, "id": "etl-1"}[name]

    def round(self, path: str) -> Any:
        return 1

    def items(self, path: str, value: Any) -> Any:
        raise AssertionError("no items here")

    def last(self, path: str, name: str) -> Any:
        return None

    def hook(self, name: str) -> Any:
        raise KeyError(name)

    def error(self, name: str) -> Any:
        return {"kind": "error", "exit_code": 3}[name]
