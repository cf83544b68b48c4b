"""Every flow in the documents checks, and every one said to be refused is refused for that reason."""

from __future__ import annotations

import re

import pytest

from flowc.driver import Input, compile_inputs
from flowc.source import Source
from runtime.registry import catalog
from tests.docs.pages import Block, blocks

STOCK = "task counted = stock.count("
"""The page about components shows a component of a project; its own test runs it in one."""

FLOWS = [block for block in blocks("flow") if STOCK not in block.text]


def codes_of(block: Block) -> list[str]:
    """The codes of the errors of a block; one without a `flow` line stands inside a flow."""
    whole = re.search(r"^flow ", block.text, re.MULTILINE)
    text = block.text if whole else f"flow snippet {{\n{block.text}}}\n"
    compiled = compile_inputs([Input(Source("block.flow", text), catalog(), "block.flow")])
    return sorted({str(found.code) for found in compiled.diagnostics})


@pytest.mark.parametrize("block", [block for block in FLOWS if not block.note], ids=str)
def test_block_has_no_problems(block: Block) -> None:
    assert codes_of(block) == []


@pytest.mark.parametrize("block", [block for block in FLOWS if block.note], ids=str)
def test_block_is_refused_for_the_reason_it_names(block: Block) -> None:
    word, code = block.note.split()
    assert word == "refused"
    assert codes_of(block) == [code]


def test_there_are_blocks_of_both_kinds() -> None:
    assert len(FLOWS) > 20
    assert any(block.note for block in FLOWS)


def test_the_flow_of_the_readme_is_short_enough_to_be_read() -> None:
    (first, *_) = [block for block in FLOWS if block.page.name == "README.md"]
    assert len(first.text.splitlines()) <= 15
