from __future__ import annotations

import pytest

from flowc.diagnostics import Diagnostic, Fix, codes
from flowc.diagnostics.fixes import Overlap, applied, certain_fixes
from flowc.source import Source


def test_fixes_are_applied_in_any_order() -> None:
    assert applied("abcdef", [Fix((4, 6), "Z"), Fix((0, 1), ""), Fix((2, 2), "+")]) == "b+cdZ"


@pytest.mark.parametrize(
    "fixes", [[Fix((0, 3), "x"), Fix((2, 4), "y")], [Fix((0, 2), "x"), Fix((2, 2), "y")]], ids=["inside", "at the end"]
)
def test_fixes_of_one_place_are_refused(fixes: list[Fix]) -> None:
    with pytest.raises(Overlap):
        applied("abcdef", fixes)


def test_only_problems_with_certain_fixes_alone_count() -> None:
    source = Source("a.flow", "abc")

    def problem(*fixes: Fix) -> Diagnostic:
        return Diagnostic(codes.SYNTAX, "error", "no", source, (0, 1), fixes=fixes)

    sure, unsure = Fix((0, 1), "x", certain=True), Fix((1, 2), "y")
    assert certain_fixes([problem(unsure), problem(sure, unsure), problem()]) == {}
    assert certain_fixes([problem(sure), problem(sure)]) == {source: (sure,)}
