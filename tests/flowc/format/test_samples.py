"""Every `.flow` text of the tree, formatted: it says the same, keeps its comments, and stays as it is the second time."""

from __future__ import annotations

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


@pytest.mark.parametrize("name", [name for name, text in SAMPLES.items() if is_good(text)])
def test_spelling_does_not_hang_on_spaces(name: str) -> None:
    once = spelled(SAMPLES[name])
    moved = "".join(
        f"\t{line.lstrip(' ')}\n" if '"""' not in once and "'''" not in once else f"{line}\n"
        for line in once.splitlines()
    )
    assert spelled(moved) == once


@pytest.mark.parametrize("file", sorted((ROOT / "examples").glob("*.flow")), ids=lambda file: file.name)
def test_examples_are_in_the_one_spelling(file) -> None:
    source = read(file)
    assert formatted(source).text == source.text
