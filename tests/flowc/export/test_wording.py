"""What pictures say of settings, conditions on outcomes and hooks."""

from __future__ import annotations

from typing import Any

import pytest

from flowc.export.dot import dot
from flowc.export.graph import Graph, graph_of
from flowc.export.mermaid import mermaid
from flowc.export.svg.svg import svg
from flowc.export.text.outline import outline
from flowc.export.wording import condition_of, duration_text, facts_of, outcome_text
from runtime.model.definition import (
    Cache,
    Dependency,
    FlowDefinition,
    PoolDefinition,
    Retry,
    ScheduleDefinition,
    Script,
    TaskDefinition,
    Until,
    Use,
)

SHELL = Script("sh", ("echo",))


def node(number: int, path: str, kind: Any = "task", parent: int | None = 0, **settings: Any) -> TaskDefinition:
    action = SHELL if kind == "task" else None
    return TaskDefinition(number, path, path.rpartition("/")[2], kind, parent, action, line=number, **settings)


@pytest.fixture
def hooked() -> Graph:
    """Two hooks, one of the flow and one of a task, and a task that asks how another ended."""
    tasks = (
        node(0, "", "flow", None),
        node(1, "load"),
        node(2, "load/tell", parent=1, hook="failure", awaits=["state", "load", "failed"]),
        node(3, "mend", awaits=["state", "load", "failed"]),
        node(4, "page", hook="failure", awaits=["state", "", "failed"]),
    )
    edges = (
        Dependency(1, 2, origin="after", line=2, outcome=True),
        Dependency(1, 3, origin="after", line=3, outcome=True),
        Dependency(0, 4, origin="after", line=4, outcome=True),
    )
    schedule = ScheduleDefinition("daily", at="06:30", zone="Europe/London")
    pool = PoolDefinition("lake", limit=3)
    return graph_of(FlowDefinition("f", "f.flow", (), tasks, edges, schedules=(schedule,), pools=(pool,), line=1))


def test_outline_shows_hooks_below_what_they_report_on(hooked: Graph) -> None:
    assert outline(hooked) == (
        "f   4 tasks   f.flow:0\n"
        'schedule daily at 06:30 tz "Europe/London"\n'
        "pool lake (limit 3)\n"
        "\n"
        "▢  load     sh\n"
        "┆  ○  tell  on failure: sh\n"
        "●  mend     sh  after load.failed\n"
        "○  page     on failure: sh\n"
        "\n"
        "○ ▢ start with their group, ● ▣ wait for what leads to them"
    )


def test_other_pictures_draw_the_one_link_that_asks_for_an_outcome(hooked: Graph) -> None:
    assert svg(hooked).count('class="link outcome"') == svg(hooked).count('class="link ') == 1
    assert mermaid(hooked).count("-.->") == 1
    assert "-->" not in mermaid(hooked)
    assert dot(hooked).count("style=dotted") == dot(hooked).count(" -> ") == 1


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        (
            {"retry": (Retry(3, 30.0, 2.0, 600.0, 0.2),)},
            "retry 3, delay: 30s, backoff: 2.0, max_delay: 10m, jitter: 20%",
        ),
        ({"retry": (Retry(1, when=["==", ["error", "kind"], "timeout"]),)}, 'retry 1, when: error.kind == "timeout"'),
        ({"timeout_seconds": 5400}, "timeout 1h30m"),
        ({"timeout_seconds": ["param", "patience"]}, "timeout patience"),
        ({"limit": 2}, "limit 2"),
        ({"uses": (Use("lake"),)}, "use lake"),
        ({"uses": (Use("lake", 2),)}, "use lake 2"),
        ({"cache": Cache(3600, ["param", "day"])}, "cache 1h by day"),
        ({"until": Until([">", ["own", "n"], 3], 30.0, 10)}, "until n > 3, every: 30s, at_most: 10"),
        ({"allow_failure": True}, "allow_failure"),
        ({"allow_failures": ["lit", "percent", 0.1]}, "allow_failures 10%"),
        ({"priority": -5}, "priority -5"),
        ({"idempotent": True}, "idempotent"),
        ({"on_crash": "suspend"}, "on crash suspend"),
        ({"priority": ["param", "grade"]}, "priority grade"),
        (
            {"retry": (Retry(["param", "n"], ["param", "pause"], jitter=["param", "share"], within_seconds=3600.0),)},
            "retry n, delay: pause, jitter: share, within: 1h",
        ),
    ],
)
def test_setting_is_told_as_the_language_writes_it(settings: dict[str, Any], told: str) -> None:
    assert facts_of(node(1, "x", **settings)) == (told,)


@pytest.mark.parametrize(
    ("tree", "told"),
    [
        (["state", "a/b", "failed"], "a.b.failed"),
        (["any", "shards", 3], "any(shards, 3)"),
        (["or", ["state", "a", "failed"], ["and", ["state", "b", "done"], ["not", ["state", "c", "skipped"]]]],
         "a.failed or (b.done and not c.skipped)"),
        (["not", ["or", ["state", "a", "failed"], ["state", "b", "failed"]]], "not (a.failed or b.failed)"),
    ],
)  # fmt: skip
def test_condition_on_outcomes_is_told_as_the_language_writes_it(tree: Any, told: str) -> None:
    assert outcome_text(tree) == told
    assert condition_of(node(1, "x", when=["param", "on"], awaits=tree)) == f"when on, after {told}"


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(0, "0s"), (0.25, "250ms"), (90, "1m30s"), (5400, "1h30m"), (86_400, "1d"), (90_061.5, "1d1h1m1s500ms")],
)
def test_seconds_are_told_as_a_literal(seconds: float, told: str) -> None:
    assert duration_text(seconds) == told
