"""A walk over the definition: whatever changes in one, the comparison tells of it."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from typing import Any

import pytest

from flowc.compare.flows import compare
from runtime.model.definition import (
    Ask,
    Binding,
    Cache,
    Call,
    Dependency,
    Ensure,
    FlowDefinition,
    Generator,
    Hole,
    OutDefinition,
    ParameterDefinition,
    PoolDefinition,
    Retry,
    ScheduleDefinition,
    Script,
    TaskDefinition,
    TriggerDefinition,
    Until,
    Use,
    Wait,
)

NOT_TOLD = {
    "FlowDefinition": {"name", "line", "content_hash", "tasks", "dependencies", "parameters"},
    "TaskDefinition": {"node", "path", "name", "kind", "parent", "edges_in", "line", "content_hash"},
    "OutDefinition": {"early"},
    "Script": {"line", "source_file"},
    "Ensure": {"line"},
    "Until": {"kept"},
    "PoolDefinition": {"line"},
    "ScheduleDefinition": {"line"},
    "TriggerDefinition": {"line"},
    "ParameterDefinition": {"line"},
    "Generator": {"type"},
    "Binding": {"name"},
    "Hole": {"binding", "use"},
}
"""Places and numbers, and what follows from something else that is told."""


def everything() -> FlowDefinition:
    """A flow in which every part of a definition is present."""
    script = Script(
        "sql", ("a ", Hole("FLOW_V1", "parameter"), " b"), (Binding("FLOW_V1", ["param", "p"], "int"),), "db"
    )
    outs = (OutDefinition("n", "int", True, 1, has_default=True, default=2, where=["param", "w"], doc="of n"),)
    settings: dict[str, Any] = {
        "generators": (Generator("x", ["param", "xs"], "int"),),
        "by": ["item", "x"],
        "retry": (Retry(1, 2.0, 3.0, 4.0, 0.5, ["error", "kind"], 5.0),),
        "requires": (Ensure(["param", "p"], "text"),),
        "ensures": (Ensure(["own", "n"], "text"),),
        "cache": Cache(60, ["param", "c"]),
        "until": Until(["own", "n"], 5.0, 6),
        "uses": (Use("pool", 1),),
        "env": (("A", "1"),),
    }
    actions = (script, Call("echo", {"text": "x"}), Wait(3), Ask("why"))
    tasks = [TaskDefinition(0, "", "case", "flow", None)]
    for node, action in enumerate(actions, 1):
        tasks.append(TaskDefinition(node, f"t{node}", f"t{node}", "task", 0, action, outs, **settings))
    return FlowDefinition(
        "case",
        "case.flow",
        (ParameterDefinition("p", "int", True, 1, ["param", "w"], "of p"),),
        tuple(tasks),
        (Dependency(1, 2),),
        content_hash="before",
        schedules=(
            ScheduleDefinition("daily", at="06:30", zone="UTC", when=["run", "time"]),
            ScheduleDefinition("weekly", at="06:30", days=("mon",)),
            ScheduleDefinition("every", every_seconds=60),
            ScheduleDefinition("cron", cron="0 6 * * *"),
        ),
        triggers=(
            TriggerDefinition(
                "after", awaits=["state", "etl", "done"], condition=["item", "event"], arguments={"p": 1}
            ),
            TriggerDefinition("file", "*.csv"),
            TriggerDefinition("webhook", "push", event="str"),
        ),
        pools=(PoolDefinition("one", 1), PoolDefinition("two", None, 3, 1.0)),
        limit_runs=2,
    )


def variants(value: Any, name: str = "") -> list[tuple[str, Any]]:
    """The value with each of its fields changed, one at a time, with the name of the field."""
    if is_dataclass(value) and not isinstance(value, type):
        kind = type(value).__name__
        found = []
        for field in fields(value):
            if field.name in NOT_TOLD.get(kind, ()) or not counts(value, field.name):
                continue
            inner = variants(getattr(value, field.name), f"{kind}.{field.name}")
            found += [(label, replace(value, **{field.name: changed})) for label, changed in inner]
        return found
    if isinstance(value, tuple) and value and not isinstance(value[0], str):
        inner = [(place, *each) for place, item in enumerate(value) for each in variants(item, name)]
        return [(label, (*value[:place], changed, *value[place + 1 :])) for place, label, changed in inner]
    return [(name, other(value, name))]


def counts(value: Any, field: str) -> bool:
    """Whether the field means something beside the others."""
    if isinstance(value, ScheduleDefinition):
        own = {"daily": {"at"}, "weekly": {"at", "days"}, "every": {"every_seconds"}, "cron": {"cron"}}
        return field in own[value.kind] | {"zone", "when", "catchup"}
    if isinstance(value, TriggerDefinition):
        source = {"after": {"awaits"}, "file": {"source"}, "webhook": {"source", "event"}}
        return field in source[value.kind] | {"condition", "arguments"}
    return not (isinstance(value, PoolDefinition) and field == "per_seconds" and value.rate is None)


def other(value: Any, name: str) -> Any:
    match name.rpartition(".")[2]:
        case "type" | "event":
            return "date"
        case "language":
            return "bash"
        case "hook":
            return "failure"
        case "days":
            return ("tue",)
        case "at":
            return "07:00"
        case "catchup":
            return "last"
        case "overlap":
            return "queue"
        case "env":
            return ("A", "2")
        case "retry" | "uses" | "ensures" | "requires" | "outs" | "generators":
            raise AssertionError(f"{name} is to be present")
        case "action":
            return None
        case "parts" | "tags":
            return ("other",)
    match value:
        case bool():
            return not value
        case int() | float():
            return value + 1
        case dict():
            return {"text": "y"}
        case list():
            return ["param", "another"]
        case tuple():
            return (("A", "2"),)
    return ["state", "t1", "failed"] if name.endswith("awaits") else 9 if value is None else f"{value} and other"


WHOLE = everything()
PARTS = [
    *(
        (label, replace(WHOLE, tasks=(*WHOLE.tasks[:n], task, *WHOLE.tasks[n + 1 :])))
        for n in range(1, 5)
        for label, task in variants(WHOLE.tasks[n])
    ),
    *((label, replace(WHOLE, parameters=parameters)) for label, parameters in variants(WHOLE.parameters)),
    *variants(WHOLE),
]


@pytest.mark.parametrize(("label", "after"), PARTS, ids=[label for label, _ in PARTS])
def test_every_part_of_a_definition_is_told_when_it_changes(label: str, after: FlowDefinition) -> None:
    change = compare(WHOLE, replace(after, content_hash="after"))
    assert not change.only_moved
