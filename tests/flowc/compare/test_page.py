"""The page about plans shows what people get."""

from __future__ import annotations

from tests.docs.pages import ROOT


def test_page_shows_a_difference_as_it_is_told() -> None:
    page = (ROOT / "docs" / "plan.md").read_text(encoding="utf-8")
    told = (ROOT / "tests" / "golden" / "compare" / "several_at_once" / "expected.txt").read_text(encoding="utf-8")
    assert f"~ flow shop: version 3 → 4\n{told}  runs under way\n" in page
