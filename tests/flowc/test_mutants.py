"""A slip of one token in any sample is told in at most two errors, the first beside the slip, in words of the language.

A slip can leave text that two readings fit, so one in a thousand may be told worse; those are shown when it is more.
"""

from __future__ import annotations

import random

import pytest

from tests.flowc.mutants import ROOT, Mutant, Sample, faults, mutants, samples

ONE_IN = 1_000
SAMPLED = 500


def judged(chosen: list[tuple[Sample, Mutant]]) -> list[str]:
    """Those that are told badly, a line each."""
    found = []
    for sample, mutant in chosen:
        if wrong := faults(sample.compiled(mutant.text), mutant):
            found.append(f"{sample.name}:{mutant.lines[0]}: {mutant.how}: {', '.join(wrong)}")
    return found


def everything() -> list[tuple[Sample, Mutant]]:
    return [(sample, mutant) for sample in samples() for mutant in mutants(sample.text)]


@pytest.fixture(scope="module")
def slips() -> list[tuple[Sample, Mutant]]:
    return everything()


def test_some_slips_are_told_well(slips: list[tuple[Sample, Mutant]]) -> None:
    chosen = random.Random(2026).sample(slips, SAMPLED)
    badly = judged(chosen)
    assert len(badly) <= SAMPLED // ONE_IN, "\n".join(badly)


@pytest.mark.soak
@pytest.mark.timeout(600)
def test_every_slip_is_told_well(slips: list[tuple[Sample, Mutant]]) -> None:
    badly = judged(slips)
    assert len(badly) <= len(slips) // ONE_IN, "\n".join(badly)
    assert len(slips) > 5_000


def test_faults_are_noticed() -> None:
    sample = Sample("sample.flow", "flow a { task b { sh 'x' } }\n", ROOT)
    text = sample.text + "\n" * 9 + "flow\nflow 3\n%\n"
    found = faults(sample.compiled(text), Mutant("lines at the end", text, (1, 1)))
    assert found == ["3 errors", "far away"]
