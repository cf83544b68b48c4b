"""Comments that allow hints: where they count, and what they cannot allow."""

from __future__ import annotations

import pytest

from flowc.driver import Input, compile_inputs
from flowc.source import Source
from runtime.registry import catalog


def told(statements: str, *, hints: bool = True) -> list[str]:
    """Code and line of what is told of a flow with these statements."""
    source = Source("case.flow", f'flow case {{\n{statements}\ntask a {{ sh "x" }}\n}}\n')
    compiled = compile_inputs([Input(source, catalog(), "case.flow")], hints=hints)
    return [f"{found.code}:{source.line(found.span[0])}" for found in compiled.diagnostics if found.span]


def test_hint_is_allowed_on_its_line_and_from_above() -> None:
    assert told("param n: int = 3 # flowc: allow F0802 because it is for later") == []
    assert told("# flowc: allow F0802 because it is for later\n\n# as agreed\nparam n: int = 3") == []
    assert told("param n: int = 3\nparam m: int = 3 # flowc: allow F0802 because of others") == ["F0802:2"]


def test_allowance_of_one_line_does_not_reach_the_next() -> None:
    assert told("param n: int = 3 # flowc: allow F0802 because of others\nparam m: int = 3") == ["F0802:3"]


def test_useless_allowance_is_told_where_all_hints_are() -> None:
    useless = "param n: int = 3 # flowc: allow F0802, F0803 because of others"
    assert told(useless) == ["F0810:2"]
    assert told(useless, hints=False) == []


@pytest.mark.parametrize(
    "comment",
    [
        "flowc: allow F0802",
        "flowc: allow F0802 because",
        "flowc: allow F0899 because of others",
        "flowc: allow F0101 because of others",
        "flowc: allow F0810 because of others",
        "flowc: ignore F0802 because of others",
        "flowc: allow because of others",
    ],
)
def test_comment_that_can_allow_nothing_is_an_error(comment: str) -> None:
    assert told(f"param n: int = 3 # {comment}") == ["F0026:2"]


def test_error_cannot_be_allowed() -> None:
    assert told("param n: int = nothing # flowc: allow F0802 because of others") == ["F0101:2"]


def test_text_that_looks_like_a_comment_is_none() -> None:
    assert told('let x = "# flowc: allow F0802"\nout y: str = x') == []
