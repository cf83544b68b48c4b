"""Rows: golden for a handful of flows; the same text gives the same bytes; hashes change with what they cover.

FLOWER_GOLDEN=write writes the expected rows anew, to be read in the diff.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from flowc.driver import Input, compile_inputs
from flowc.source import read
from flowc.syntax import words
from grammar.words import BUILTIN_TYPES, CHOICES, OUTCOMES_OF_A_CRASH
from runtime.model.encode import flow_from_json, flow_to_json
from runtime.registry import catalog
from tests.flowc.compiling import body, task

GOLDEN = Path(__file__).parents[2] / "golden" / "rows"
_OF_TESTS = {"expect", "given", "test"}
WRITE = os.environ.get("FLOWER_GOLDEN") == "write"
CASES = sorted(folder.name for folder in GOLDEN.iterdir())


def _rows(case: str) -> str:
    source = read(GOLDEN / case / "case.flow", shown="case.flow")
    given = [Input(source, catalog(), "case.flow")]
    found = compile_inputs(given, read=lambda path: read(GOLDEN / case / path, shown=path))
    return json.dumps([flow_to_json(flow) for flow in found.flows], indent=2, ensure_ascii=False) + "\n"


@pytest.mark.parametrize("case", CASES)
def test_flow_compiles_to_the_expected_rows(case: str) -> None:
    rows = _rows(case)
    expected = GOLDEN / case / "rows.json"
    if WRITE:
        expected.write_text(rows, encoding="utf-8")
    assert rows == expected.read_text(encoding="utf-8")


@pytest.mark.parametrize("case", CASES)
def test_rows_survive_json(case: str) -> None:
    flows = [flow_from_json(row) for row in json.loads(_rows(case))]
    assert json.dumps([flow_to_json(flow) for flow in flows], indent=2, ensure_ascii=False) + "\n" == _rows(case)


def test_every_word_that_becomes_a_row_is_in_a_case() -> None:
    text = "".join(file.read_text(encoding="utf-8") for file in GOLDEN.rglob("*.flow"))
    choices = {word for choice in CHOICES.values() for word in choice}
    known = {*words.RESERVED, *words.SOFT, *BUILTIN_TYPES, *choices, *OUTCOMES_OF_A_CRASH} - _OF_TESTS
    assert known <= set(re.findall(r"[a-z_]+", text))


def test_bytes_are_the_same_in_another_process_with_other_hashes_of_texts() -> None:
    script = "from tests.flowc.emit.test_rows import CASES, _rows\nprint(''.join(map(_rows, CASES)))"
    runs = [
        subprocess.run(
            [sys.executable, "-c", script], env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in ("1", "2")
    ]
    assert runs[0] == runs[1]


def test_task_hash_ignores_the_place_and_the_flow_hash_does_not() -> None:
    one = body('task a { sh "echo a" }\ntask b { sh "echo b" }')
    moved = body('\n\ntask a { sh "echo a" }\ntask b { sh "echo b" }')
    assert task(one, "a").content_hash == task(moved, "a").content_hash
    assert one.content_hash != moved.content_hash


@pytest.mark.parametrize(
    "changed",
    [
        'task a { sh "echo b" }',
        'task a { bash "echo a" }',
        'task a { timeout 1m; sh "echo a" }',
        'task a { retry 1; sh "echo a" }',
        'task a { idempotent; sh "echo a" }',
        'task a { priority 1; sh "echo a" }',
        'task a { env { A: "1" }; sh "echo a" }',
        'task a { when true; sh "echo a" }',
        'task a for x in [1] { sh "echo a" }',
        'task a { out n: int = 1; sh "echo a" }',
    ],
)
def test_task_hash_covers_what_the_task_does(changed: str) -> None:
    assert task(body('task a { sh "echo a" }'), "a").content_hash != task(body(changed), "a").content_hash


def test_value_used_twice_in_a_script_is_bound_once() -> None:
    flow = body('param a: str = "x"\nparam b: int = 1\ntask t { sh "echo {{ a }} {{ b }} {{ a }}" }')
    action = task(flow, "t").action
    assert action is not None
    assert [binding.name for binding in action.bindings] == ["FLOW_V1", "FLOW_V2"]  # type: ignore[union-attr]
    assert [part.binding for part in action.parts if not isinstance(part, str)] == [  # type: ignore[union-attr]
        "FLOW_V1",
        "FLOW_V2",
        "FLOW_V1",
    ]
