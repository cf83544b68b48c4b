"""Every `.flow` text of the tree, formatted: it says the same, keeps its comments, and formats to itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from flowc.format.formatter import formatted
from flowc.source import Source, read
from tests.flowc.format.trees import comments, is_good, tree
from tests.grammar.samples import ROOT, texts

SAMPLES = dict(texts())


def spelled(text: str) -> str:
    return formatted(Source("a.flow", text)).text


@pytest.mark.parametrize("name", SAMPLES)
def test_says_the_same_and_formats_to_itself(name: str) -> None:
    text = SAMPLES[name].replace("\r\n", "\n")
    once = spelled(text)
    assert spelled(once) == once
    assert comments(once) == comments(text)
    if is_good(text):
        assert tree(once) == tree(text)


@pytest.mark.parametrize("file", sorted((ROOT / "examples").glob("*.flow")), ids=lambda file: file.name)
def test_examples_are_in_the_one_spelling(file: Path) -> None:
    source = read(file)
    assert formatted(source).text == source.text
