"""Every flow in the documents checks, and every one said to be refused is refused for that reason."""

from __future__ import annotations

import re

import pytest

from flowc.driver import Compiled, Input, compile_inputs
from flowc.source import Source
from runtime.registry import catalog
from tests.docs.pages import Block, blocks

STOCK = "task counted = stock.count("
"""The page about components shows a component of a project; its own test runs it in one."""

FLOWS = [block for block in blocks("flow") if STOCK not in block.text]


def files_of(block: Block) -> dict[str, Source]:
    """The files that the page shows, by their paths; ` ```flow file PATH ` begins one."""
    shown = [found for found in FLOWS if found.page == block.page and found.note.startswith("file ")]
    return {found.note.removeprefix("file "): Source(found.note, found.text) for found in shown}


def compiled(block: Block, name: str = "block.flow") -> Compiled:
    """A block as a file of that name; one without a `flow` line stands inside a flow."""
    whole = re.search(r"^flow |^task \w+\(", block.text, re.MULTILINE)
    text = block.text if whole else f"flow snippet {{\n{block.text}}}\n"
    return compile_inputs([Input(Source(name, text), catalog(), name)], read=lambda path: files_of(block)[path])


def codes_of(block: Block) -> list[str]:
    """The codes of what the compiler says of a block."""
    return sorted({str(found.code) for found in compiled(block).diagnostics})


@pytest.mark.parametrize("block", [block for block in FLOWS if not block.note.startswith("refused")], ids=str)
def test_block_has_no_problems(block: Block) -> None:
    assert codes_of(block) == []


@pytest.mark.parametrize("block", [block for block in FLOWS if block.note.startswith("refused")], ids=str)
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
