"""The checks are themselves checked: bugs of the protocol, made on purpose, are each caught within a minute."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.simulation.mutations import MUTATIONS

_ROOT = Path(__file__).parents[2]
_SAMPLE = range(0, len(MUTATIONS), len(MUTATIONS) // 5)
_NUMBERS = {mutation.name: number for number, mutation in enumerate(MUTATIONS)}


def caught(name: str) -> str:
    """How a mutation was caught: seconds, and what caught it. AssertionError if it was not."""
    command = [sys.executable, "-m", "tests.simulation.mutated", str(_NUMBERS[name])]
    done = subprocess.run(command, cwd=_ROOT, capture_output=True, text=True, timeout=600, check=False)
    verdict, _, how = done.stdout.strip().partition(" ")
    assert verdict == "caught", done.stdout + done.stderr
    return how


def test_there_are_many_of_them_and_each_has_a_name() -> None:
    assert len(_NUMBERS) == len(MUTATIONS) >= 25


@pytest.mark.timeout(600)
@pytest.mark.parametrize("number", _SAMPLE)
def test_a_bug_of_the_protocol_is_caught(number: int) -> None:
    caught(MUTATIONS[number].name)


@pytest.mark.soak
@pytest.mark.timeout(3_600)
def test_every_bug_of_the_protocol_is_caught_within_a_minute(capsys: pytest.CaptureFixture[str]) -> None:
    table = [(name, *caught(name).split(" ", 1)) for name in _NUMBERS]
    with capsys.disabled():
        for name, seconds, by in table:
            print(f"\n{name:<52} {seconds:>5} s  {by}", end="")
    assert len(table) == len(MUTATIONS)


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
def test_what_a_mutation_replaces_stands_where_it_is_said_to(mutation: object) -> None:
    for module, old, _ in mutation.edits:  # type: ignore[attr-defined]
        text = (_ROOT / f"{module.replace('.', '/')}.py").read_text()
        assert text.count(old) == 1
