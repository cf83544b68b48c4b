"""A short run of the fuzzer: `python -m tests.fuzz --minutes 10` is the long one, guided by coverage."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz.invariants import check
from tests.fuzz.texts import CORPUS, pieces, sentences, slips

QUICK = settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))


@given(st.text(max_size=200))
@QUICK
def test_any_text(text: str) -> None:
    check(text)


@given(pieces())
@QUICK
def test_tokens_in_any_order(text: str) -> None:
    check(text)
    check(f"flow f {{\n{text}\n}}\n")


@given(slips())
@QUICK
def test_samples_with_slips(text: str) -> None:
    check(text)


@given(sentences())
@QUICK
def test_sentences_of_the_grammar(text: str) -> None:
    check(text)


@given(sentences("statements"))
@QUICK
def test_statements_of_the_grammar(text: str) -> None:
    check(f"flow f {{\n{text}\n}}\n")


@given(sentences("expr"))
@QUICK
def test_expressions_of_the_grammar(text: str) -> None:
    check(
        f"enum Mode {{ full, incremental }}\nflow f {{\n param x: int = 1\n param xs: list[str] = []\n"
        f" task t {{ out x: int\n sh 'true' }}\n task a {{ when {text}\n sh \"echo {{{{ {text} }}}}\" }}\n}}\n"
    )


@pytest.mark.parametrize("name", sorted(file.name for file in CORPUS.glob("*.flow")))
def test_what_once_was_a_defect(name: str) -> None:
    check((CORPUS / name).read_bytes().decode("utf-8"))
