"""What beginners write, who come from Airflow, Argo, GitHub Actions, YAML, Python or the shell.

Every folder of `tests/golden/mistakes` has the mistake, `case.flow`; what is told of it, `expected.txt`; and the same
flow as the help says it is to be written, `mended.flow`. FLOWER_GOLDEN=write writes the expected texts anew.
"""

from __future__ import annotations

import difflib
import os
from pathlib import Path

import pytest

from flowc.diagnostics import Diagnostic
from flowc.diagnostics.fixes import applied, certain_fixes
from flowc.diagnostics.render import render
from flowc.driver import Input, compile_inputs
from flowc.source import Source
from runtime.registry import catalog

MISTAKES = Path(__file__).parents[2] / "golden" / "mistakes"
WRITE = os.environ.get("FLOWER_GOLDEN") == "write"
CASES = sorted(folder.name for folder in MISTAKES.iterdir())


def texts(case: str) -> tuple[str, str]:
    return tuple((MISTAKES / case / f"{name}.flow").read_text("utf-8") for name in ("case", "mended"))  # type: ignore


def problems(text: str) -> tuple[Diagnostic, ...]:
    return compile_inputs([Input(Source("case.flow", text), catalog(), "case.flow")]).diagnostics


@pytest.mark.parametrize("case", CASES)
def test_mistake_is_one_error_with_a_help(case: str) -> None:
    (found,) = problems(texts(case)[0])
    told = render(found) + "\n"
    expected = MISTAKES / case / "expected.txt"
    if WRITE:
        expected.write_text(told, "utf-8")
    assert told == expected.read_text("utf-8")
    assert found.severity == "error"
    assert found.help


@pytest.mark.parametrize("case", CASES)
def test_mistake_is_told_where_it_is_mended(case: str) -> None:
    wrong, mended = texts(case)
    (found,) = problems(wrong)
    assert found.source is not None
    assert found.span is not None
    before, after = wrong.splitlines(), mended.splitlines()
    changes = [change for change in difflib.SequenceMatcher(None, before, after).get_opcodes() if change[0] != "equal"]
    places = [found.span[0], *(label.span[0] for label in found.labels)]
    lines = [found.source.line(place) - 1 for place in places]
    assert any(start - 1 <= line <= max(end - 1, start) for _, start, end, _, _ in changes for line in lines)


@pytest.mark.parametrize("case", CASES)
def test_flow_is_clean_as_the_help_says_it(case: str) -> None:
    wrong, mended = texts(case)
    assert problems(mended) == ()
    for _, fixes in certain_fixes(problems(wrong)).items():
        assert applied(wrong, fixes) == mended


def test_there_are_at_least_thirty() -> None:
    assert len(CASES) >= 30
