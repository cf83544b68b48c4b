"""Why one task waits for another."""

from __future__ import annotations

import pytest

from flowc.driver import Input, compile_inputs
from flowc.export.reasons import Answer, answer_text, why
from flowc.source import Source
from runtime.registry import catalog

TEXT = """\
flow case {
    task a { out n: int = 1; sh "echo" }
    parallel each for i in [1, 2] {
        task b { out m: int = 2; sh "echo {{ a.n }} {{ a.n }}" }
    }
    sequence s {
        task c { sh "echo" }
        task d { sh "echo" }
    }
    task e { after s; sh "echo {{ sum(each.b.m) }}" }
    a -> [each, s]
}
"""
SOURCE = Source("case.flow", TEXT)


def answer(first: str, second: str) -> Answer:
    ((flow,),) = compile_inputs([Input(SOURCE, catalog(), "case.flow")]).resolved
    nodes = {task.dotted: task for task in flow.tasks[1:]}
    return why(flow, nodes[first], nodes[second])


@pytest.mark.parametrize(
    ("first", "second", "relation", "origins"),
    [
        ("a", "each.b", "direct", ["data", "data"]),
        ("a", "each", "direct", ["chain"]),
        ("s.c", "s.d", "direct", ["sequence"]),
        ("s", "e", "direct", ["after"]),
        ("each", "e", "direct", ["data"]),
        ("each.b", "e", "direct", ["data"]),
        ("a", "s.d", "path", ["chain", "group"]),
        ("s.c", "e", "path", ["group", "after"]),
        ("s.d", "a", "reverse", ["chain", "group"]),
        ("each", "s", "none", []),
        ("s", "s.d", "inside", []),
        ("s.d", "s", "around", []),
        ("a", "a", "none", []),
    ],
)
def test_relation_and_its_steps(first: str, second: str, relation: str, origins: list[str]) -> None:
    found = answer(first, second)
    assert found.relation == relation
    assert [step.origin for step in found.steps] == origins


def test_direct_answer_shows_each_place_with_a_caret() -> None:
    assert answer_text(answer("a", "each.b"), SOURCE) == (
        "`each.b` waits for `a`:\n"
        "\n"
        "  case.flow:4:46: `each.b` uses `a.n`\n"
        '      task b { out m: int = 2; sh "echo {{ a.n }} {{ a.n }}" }\n'
        "                                           ^^^\n"
        "\n"
        "  case.flow:4:56: `each.b` uses `a.n`\n"
        '      task b { out m: int = 2; sh "echo {{ a.n }} {{ a.n }}" }\n'
        "                                                     ^^^"
    )


def test_output_of_one_item_is_awaited_with_all_items() -> None:
    assert "`e` uses `each.b.m`, so all of `each` must have ended" in answer_text(answer("each.b", "e"), SOURCE)
