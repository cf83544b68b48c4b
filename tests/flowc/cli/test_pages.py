"""Every code has a page, and what the page shows is true: its wrong example gets the code, its right one does not."""

from __future__ import annotations

import re

import pytest

from flowc.cli.pages import page_of
from flowc.cli.shellcheck import lint_scripts
from flowc.diagnostics.codes import all_codes
from flowc.driver import Compiled, Input, compile_inputs
from flowc.source import Source
from runtime.expression.functions import FUNCTIONS
from runtime.model.errors import FlowerError
from runtime.registry import catalog

EXAMPLE = re.compile(r"```flow( wrong)?\n(.*?)```", re.DOTALL)
WITHOUT_EXAMPLE = ("F0001", "F0002", "F0003", "F0004", "F0005", "F0025", "F0605", "F0806")
"""Problems of files and modules, and of components that are not standard, which no text of a flow can show."""


def _compiled(text: str, *, hints: bool = False) -> Compiled:
    given = Input(Source("case.flow", text), catalog(), "case.flow")
    return compile_inputs([given], hints=hints, lint=lint_scripts)


@pytest.mark.parametrize("code", sorted(all_codes()))
def test_page_tells_the_code_and_its_examples_are_true(code: str) -> None:
    page = page_of(code)
    assert page.startswith(f"# {code}: {all_codes()[code].title}\n")
    examples = EXAMPLE.findall(page)
    assert examples or code in WITHOUT_EXAMPLE
    for wrong, text in examples:
        compiled = _compiled(text, hints=code.startswith("F08"))
        codes = {found.code.number for found in compiled.diagnostics}
        assert codes == ({code} if wrong else set()), text


def test_page_is_found_in_any_spelling_of_the_code() -> None:
    assert page_of("f0101") == page_of("101") == page_of("F0101")


def test_unknown_code_is_refused_with_the_nearest() -> None:
    with pytest.raises(FlowerError) as refused:
        page_of("F0109")
    assert refused.value.help is not None
    assert "did you mean F010" in refused.value.help


def test_page_of_unknown_functions_lists_every_function() -> None:
    page = page_of("F0105")
    assert [name for name, function in FUNCTIONS.items() if f"- `{function.signatures[0]}`" not in page] == []
