"""Links lead somewhere, and what is registered is told of."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from flowc.syntax import words
from runtime.model.state import ExecStatus, Reason
from tests.docs.pages import PAGES, ROOT

LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")


def text(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as code hosts make them."""
    headings = re.findall(r"^#+ (.*)$", text(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading).strip().lower().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    outside = re.sub(r"```.*?```|`[^`]*`", "", text(page), flags=re.DOTALL)
    for link in LINK.findall(outside):
        if link.startswith(("http:", "https:")):
            continue
        name, _, anchor = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        assert target.exists(), f"{link} leads nowhere"
        assert not anchor or anchor in anchors(target), f"{link} has no such heading"


def test_every_word_of_the_language_is_told_of() -> None:
    pages = [ROOT / "docs" / "language.md", *(ROOT / "docs" / "language").glob("*.md")]
    told = {word for page in pages for word in re.findall(r"[a-z_]+", text(page))}
    known = {*words.RESERVED, *words.SOFT}
    assert known <= told, known - told


def test_every_decision_is_listed() -> None:
    listed = text(ROOT / "docs" / "decisions" / "README.md")
    for record in (ROOT / "docs" / "decisions").glob("0*.md"):
        assert f"({record.name})" in listed


def test_every_state_and_reason_is_told_of() -> None:
    page = text(ROOT / "docs" / "state_machine.md")
    for status in ExecStatus:
        assert f"| {int(status)} | {status.word} |" in page
    for reason in Reason:
        assert not reason or f"`{reason}`" in page


def test_every_table_and_view_is_told_of_with_its_columns() -> None:
    page = text(ROOT / "docs" / "tables.md")
    with closing(sqlite3.connect(":memory:")) as connection:
        for migration in sorted((ROOT / "runtime" / "store" / "sqlite" / "migrations").glob("*.sql")):
            connection.executescript(text(migration))
        made = connection.execute("SELECT type, name FROM sqlite_schema WHERE type IN ('table', 'view')").fetchall()
        for kind, name in made:
            if name.startswith("sqlite_"):
                continue
            assert f"`{name}`" in page
            if kind == "view":
                columns = [row[1] for row in connection.execute(f"PRAGMA table_info({name})")]
                assert f"`{' '.join(columns)}`" in page, columns


def test_every_page_is_in_the_index() -> None:
    docs = ROOT / "docs"
    listed = {(docs / link.partition("#")[0]).resolve() for link in LINK.findall(text(docs / "README.md"))}
    records = set((docs / "decisions").glob("0*.md"))
    missing = {page for page in PAGES if page.is_relative_to(docs)} - records - listed - {docs / "README.md"}
    assert not missing
