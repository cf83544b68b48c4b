"""Text that is almost a flow: the compiler always comes to an end, with problems that lie inside the text."""

from __future__ import annotations

import re
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from flowc.diagnostics.render import render
from flowc.driver import Input, compile_inputs
from flowc.source import Source
from runtime.registry import catalog

GOLDEN = Path(__file__).parents[2] / "golden"
SEEDS = [file.read_text(encoding="utf-8") for file in sorted(GOLDEN.glob("*/*/case.flow"))]
TOKENS = re.compile(r'\w+|\s+|"""|.', re.DOTALL)
WORDS = sorted({token for seed in SEEDS for token in TOKENS.findall(seed)})
Change = tuple[int, int, str]


@settings(max_examples=150)
@given(
    st.sampled_from(SEEDS),
    st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 2), st.sampled_from(WORDS)), min_size=1, max_size=6),
)
def test_compiler_takes_any_mutation_of_a_flow(seed: str, changes: list[Change]) -> None:
    text = _mutated(seed, changes)
    found = compile_inputs([Input(Source("case.flow", text), catalog(), "case.flow")])
    assert found.good == bool(found.by_input)
    for problem in found.diagnostics:
        assert render(problem).startswith(problem.severity)
        assert problem.message
        assert problem.span is None or 0 <= problem.span[0] <= problem.span[1] <= len(text)


def _mutated(seed: str, changes: list[Change]) -> str:
    """Tokens left out, replaced and added."""
    tokens = TOKENS.findall(seed)
    for place, kind, word in changes:
        at = place % (len(tokens) or 1)
        tokens[at : at + (kind < 2)] = [] if kind == 0 else [word]
    return "".join(tokens)
