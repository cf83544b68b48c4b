"""Outputs: what scripts give is checked against what their task declares; what does not fit is told and named."""

from __future__ import annotations

from typing import Any

import pytest

from runtime.model.state import Reason
from tests.runtime.executor.attempts import Bench

SOURCE = {"record": {"name": "Source", "fields": {"name": "str", "parts": "int"}, "defaults": {"parts": 1}}}


def test_lines_and_json_give_outputs_and_the_last_one_wins(bench: Bench) -> None:
    text = """
        echo "rows=1" >> "$FLOW_OUT"
        echo '{"rows": 2, "names": ["a", "b"]}' >> "$FLOW_OUT"
        echo "rows= 3 " >> "$FLOW_OUT"
        echo "note=a=b  c" >> "$FLOW_OUT"
    """
    outcome = bench.run(bench.script("sh", text, {"rows": "int", "names": {"list": "str"}, "note": "str"}))
    assert outcome.outputs == {"rows": 3, "names": ["a", "b"], "note": "a=b  c"}


def test_typed_texts_become_their_json(bench: Bench) -> None:
    kinds: dict[str, Any] = {
        "day": "date",
        "took": "duration",
        "size": "size",
        "ok": "bool",
        "source": SOURCE,
        "none": {"optional": "int"},
    }
    lines = ["day=2026-11-23", "took=90s", "size=4kB", "ok=true", 'source={"name": "x"}', "none="]
    text = "\n".join(f"echo '{line}' >> \"$FLOW_OUT\"" for line in lines)
    assert bench.run(bench.script("sh", text, kinds)).outputs == {
        "day": "2026-11-23",
        "took": "1m30s",
        "size": 4000,
        "ok": True,
        "source": {"name": "x", "parts": 1},
        "none": None,
    }


def test_optional_output_may_be_left_out(bench: Bench) -> None:
    assert bench.run(bench.script("sh", "true", {"n": {"optional": "int"}})).outputs == {"n": None}


@pytest.mark.parametrize(
    ("line", "outs", "sentence"),
    [
        ("", {"rows": "int"}, "the output `rows: int` was not given"),
        ("rows=many", {"rows": "int"}, 'the output `rows`: "many" is not a whole number such as 42'),
        ("rosw=3", {"rows": {"optional": "int"}}, "the output `rosw` is not declared; did you mean `rows`?"),
        ("extra=3", {}, "the output `extra` is not declared; declare it with `out extra: …`"),
        ("just a text", {"rows": "int"}, "line 1 of $FLOW_OUT is neither name=value nor a JSON object: just a text"),
        ('{"rows": ', {"rows": "int"}, "line 1 of $FLOW_OUT is not JSON"),
        ('{"rows": NaN}', {"rows": "json"}, "NaN cannot be an output"),
        ("file=no/such.csv", {"file": "path"}, "the output `file` names no/such.csv, but there is no such file"),
        ('{"names": [1]}', {"names": {"list": "str"}}, "the output `names`[0]: 1 is not a text"),
    ],
)
def test_output_that_does_not_fit_fails_the_attempt_and_is_named(
    bench: Bench, line: str, outs: dict[str, Any], sentence: str
) -> None:
    outcome = bench.run(bench.script("sh", f"printf '%s\\n' '{line}' >> \"$FLOW_OUT\"", outs))
    assert (outcome.succeeded, outcome.reason, outcome.exit_code) == (False, Reason.BAD_OUTPUT, 0)
    assert sentence in outcome.message


def test_all_problems_are_told_at_once(bench: Bench) -> None:
    outcome = bench.run(bench.script("sh", 'echo "b=x" >> "$FLOW_OUT"', {"a": "int", "b": "int"}))
    assert "`a: int` was not given" in outcome.message
    assert '"x" is not a whole number' in outcome.message


def test_path_output_is_relative_to_the_project(bench: Bench) -> None:
    outcome = bench.run(bench.script("sh", 'mkdir d; touch d/x; echo "file=d/x" >> "$FLOW_OUT"', {"file": "path"}))
    assert outcome.outputs == {"file": "d/x"}


def test_failing_script_gives_no_outputs(bench: Bench) -> None:
    outcome = bench.run(bench.script("sh", 'echo "n=1" >> "$FLOW_OUT"; exit 4', {"n": "int"}))
    assert (outcome.outputs, outcome.exit_code, outcome.reason) == ({}, 4, Reason.ERROR)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('head -c 2000000 /dev/zero | tr "\\0" x >> "$FLOW_OUT"', "is longer than 1.0 MB; write large data to a file"),
        ("printf '\\377=1\\n' >> \"$FLOW_OUT\"", "$FLOW_OUT is not UTF-8 text"),
        ('mkdir "$FLOW_OUT"', "$FLOW_OUT cannot be read"),
    ],
)
def test_unreadable_outputs_are_told(bench: Bench, text: str, sentence: str) -> None:
    outcome = bench.run(bench.script("sh", text, {"n": "int"}))
    assert outcome.reason is Reason.BAD_OUTPUT
    assert sentence in outcome.message


@pytest.mark.parametrize("given", ['{"name": "\\ud800"}', '{"name": {"a": ["\\udcff"]}}'])
def test_half_a_character_is_no_output(bench: Bench, given: str) -> None:
    outcome = bench.run(bench.script("sh", f"printf '%s\\n' '{given}' >> \"$FLOW_OUT\"", {"name": "json"}))
    assert (outcome.succeeded, outcome.reason) == (False, Reason.BAD_OUTPUT)
    assert "which is no character" in outcome.message
