"""Every word of the language is explained on a page and used in a flow that the tests check."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from flowc.diagnostics.sink import Sink
from flowc.source import Source
from flowc.syntax import words
from flowc.syntax.lexer import lex
from grammar.words import BUILTIN_TYPES, CHOICES, DAYS, OUTCOMES_OF_A_CRASH, STATES
from tests.docs.pages import ROOT, blocks

LANGUAGE = [
    ROOT / "docs" / "language.md",
    *sorted((ROOT / "docs" / "language").glob("*.md")),
    *(ROOT / "docs" / name for name in ("schedules.md", "triggers.md", "tests.md", "plan.md")),
]
WORDS = {*words.RESERVED, *words.SOFT, *BUILTIN_TYPES, *STATES, *OUTCOMES_OF_A_CRASH}
EVENTS = {word for choice in ("on", "schedule", "trigger") for word in CHOICES[choice]}
CHOSEN = {*DAYS, *(word for choices in CHOICES.values() for word in choices)}


@cache
def told() -> set[str]:
    """The words that stand in inline code: where a page explains them, in its text or in a table."""
    pages = [re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.M | re.S) for page in LANGUAGE]
    return {word for page in pages for code in re.findall(r"`([^`]+)`", page) for word in re.findall(r"[a-z_]+", code)}


@cache
def used() -> set[str]:
    """The words that stand outside of texts and comments in flows that are not refused."""
    found: set[str] = set()
    for block in blocks("flow"):
        if block.page in LANGUAGE and not block.note.startswith("refused"):
            found |= _words(block.page, block.text)
    return found


def _words(page: Path, text: str) -> set[str]:
    tokens = lex(Source(str(page), text), Sink()).tokens
    shown = {text[begin:end] for _, _, begin, end in tokens}
    holes = {word for token in shown if "{{" in token for word in re.findall(r"[a-z_]+", token)}
    return {word for word in shown if re.fullmatch(r"[a-z_]+", word)} | holes


@pytest.mark.parametrize("word", sorted(WORDS | CHOSEN))
def test_word_is_explained(word: str) -> None:
    assert word in told()


@pytest.mark.parametrize("word", sorted(WORDS | EVENTS))
def test_word_is_used_in_an_example(word: str) -> None:
    assert word in used()
