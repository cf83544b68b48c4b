"""Every flow that a page calls refused is followed by what the compiler says of it; FLOWER_GOLDEN=write writes that."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from flowc.diagnostics.render import render_all
from tests.docs.pages import PAGES, ROOT, Block
from tests.docs.test_flow_blocks import compiled

_REFUSED = re.compile(
    r"^```flow (?P<note>refused \w+)\n(?P<text>.*?)^```\n(?:\n```text\n(?P<told>(?:error|warning)\[.*?)^```\n)?",
    re.M | re.S,
)
_NO_CONSTRUCTS = ("Hints", "On pages of their own", "Not yet")
_WRITE = os.environ.get("FLOWER_GOLDEN") == "write"


def told(page: Path, refused: re.Match[str]) -> str:
    """What the compiler says of a block. One without a `flow` line is read as if such a line stood above it."""
    block = Block(page, 0, "flow", refused["note"], refused["text"])
    return render_all(compiled(block, "example.flow").diagnostics)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_page_shows_what_is_said_of_what_it_calls_refused(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    wanted = _REFUSED.sub(lambda found: _shown(found, told(page, found)), text)
    if _WRITE and wanted != text:
        page.write_text(wanted, encoding="utf-8")
    assert wanted == page.read_text(encoding="utf-8")


def _shown(refused: re.Match[str], message: str) -> str:
    return f"```flow {refused['note']}\n{refused['text']}```\n\n```text\n{message}```\n"


def sections() -> list[tuple[str, str]]:
    """(name, text) of what describes the language: the sections of its page that do, and the pages of their own."""
    parts = re.split(r"^## (.*[^.\n])\n", (ROOT / "docs" / "language.md").read_text(encoding="utf-8"), flags=re.M)
    of_the_page = [
        (name, text) for name, text in zip(parts[1::2], parts[2::2], strict=True) if name not in _NO_CONSTRUCTS
    ]
    pages = sorted((ROOT / "docs" / "language").glob("*.md"))
    return of_the_page + [(page.name, page.read_text(encoding="utf-8")) for page in pages]


@pytest.mark.parametrize(("name", "text"), sections(), ids=lambda value: value if len(value) < 60 else "")
def test_section_shows_what_is_right_and_what_is_refused(name: str, text: str) -> None:
    assert re.search(r"^```flow$", text, re.M)
    assert re.search(r"^```flow refused ", text, re.M)
