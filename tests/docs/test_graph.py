"""The page on pictures shows what the commands really print, and the picture that they really make."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from tests.docs.pages import ROOT, blocks
from tests.flowc.cli.commands import flowc, write

PAGE = ROOT / "docs" / "graph.md"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (flow,) = (block for block in blocks("flow") if block.page == PAGE)
    write(tmp_path, "sales.flow", flow.text)
    return tmp_path


def shown() -> list[tuple[str, str]]:
    """(command, what the page shows below it)."""
    texts = [block.text for block in blocks("console") if block.page == PAGE and block.text.count("$ ") == 1]
    return [(text.partition("\n")[0], text.partition("\n")[2]) for text in texts]


@pytest.mark.parametrize(("command", "output"), shown())
def test_output_on_the_page_is_that_of_the_command(folder: Path, command: str, output: str) -> None:
    ended = flowc(*shlex.split(command)[2:], cwd=folder)
    assert (ended.code, ended.out) == (0, output)


def test_picture_on_the_page_is_that_of_the_command(folder: Path) -> None:
    """To make it anew: put the page's flow into sales.flow; flowc graph sales.flow -o docs/graph.svg"""
    flowc("graph", "sales.flow", "-o", "graph.svg", cwd=folder)
    assert (folder / "graph.svg").read_text() == (ROOT / "docs" / "graph.svg").read_text()
