"""`python` scripts: a function body with typed values, returned outputs, and tracebacks of the user's own lines."""

from __future__ import annotations

from typing import Any

import pytest

from runtime.model.definition import Hole
from runtime.model.state import Reason
from tests.runtime.executor.attempts import LINE, Bench

RECORD = {"record": {"name": "Source", "fields": {"name": "str", "since": "date"}, "defaults": {}}}


def test_returned_dict_gives_the_outputs(bench: Bench) -> None:
    attempt = bench.script(
        "python", "rows = [1, 2]\nreturn {'rows': rows, 'n': len(rows)}", {"rows": {"list": "int"}, "n": "int"}
    )
    assert bench.run(attempt).outputs == {"rows": [1, 2], "n": 2}


@pytest.mark.parametrize(
    ("kind", "data", "shown"),
    [
        ("int", 3, "int 3"),
        ("bool", True, "bool True"),
        ("float", 2.5, "float 2.5"),
        ("str", "a'b\"\n", "str a'b\"\n"),
        ("path", "/data/x.csv", "PosixPath /data/x.csv"),
        ("date", "2026-11-23", "date 2026-11-23"),
        ("time", "06:30", "time 06:30:00"),
        ("datetime", "2026-11-23T06:30:00Z", "datetime 2026-11-23 06:30:00+00:00"),
        ("duration", "1h30m", "timedelta 1:30:00"),
        ("size", 4000, "int 4000"),
        ("percent", 0.1, "float 0.1"),
        ({"optional": "int"}, None, "NoneType None"),
        ({"list": "path"}, ["/a"], "list [PosixPath('/a')]"),
        ({"map": {"list": "int"}}, {"list": [1]}, "dict {'list': [1]}"),
        (RECORD, {"name": "x", "since": "2026-01-02"}, "dict {'name': 'x', 'since': datetime.date(2026, 1, 2)}"),
        ("json", [1, ["date", "x"]], "list [1, ['date', 'x']]"),
    ],
)
def test_values_are_python_objects(bench: Bench, kind: Any, data: Any, shown: str) -> None:
    v = Hole("FLOW_V1", "name")
    attempt = bench.bound("python", ["print(type(", v, ").__name__, ", v, ", end='')"], {"FLOW_V1": (data, kind)})
    assert bench.run(attempt).succeeded
    assert bench.log(attempt) == shown


def test_values_are_seen_in_nested_functions_and_comprehensions(bench: Bench) -> None:
    v = Hole("FLOW_V1", "name")
    parts: list[str | Hole] = [
        "def f():\n    return [",
        v,
        " for _ in range(2)]\nclass C:\n    x = [",
        v,
        "]\nreturn {'n': sum(f()) + C.x[0]}",
    ]
    attempt = bench.bound("python", parts, {"FLOW_V1": (7, "int")}, outs=())
    assert "`n` is not declared" in bench.run(attempt).message
    assert (attempt.folder / "result").read_text() == '{"outputs": {"n": 21}}'


@pytest.mark.parametrize(
    ("expression", "kind", "stored"),
    [
        ("__import__('datetime').date(2026, 1, 2)", "date", "2026-01-02"),
        ("__import__('datetime').timedelta(hours=1, seconds=5)", "duration", "1h5s"),
        ("__import__('datetime').datetime(2026, 1, 2, 3)", "datetime", "2026-01-02T03:00:00Z"),
        ("__import__('pathlib').Path('here')", "path", "here"),
        ("{1, 2} and (1, 2)", {"list": "int"}, [1, 2]),
        (
            "__import__('dataclasses').make_dataclass('D', ['name', 'parts'])('x', 2)",
            {"map": "json"},
            {"name": "x", "parts": 2},
        ),
        ("__import__('enum').IntEnum('E', 'a b').b", "int", 2),
    ],
)
def test_returned_objects_become_values(bench: Bench, expression: str, kind: Any, stored: Any) -> None:
    (bench.project / "here").write_text("")
    assert bench.run(bench.script("python", f"return {{'x': {expression}}}", {"x": kind})).outputs == {"x": stored}


def test_returned_dataclass_gives_the_outputs(bench: Bench) -> None:
    text = "from dataclasses import dataclass\n@dataclass\nclass Out:\n    n: int\nreturn Out(3)"
    assert bench.run(bench.script("python", text, {"n": "int"})).outputs == {"n": 3}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("return 3", "a script returns its outputs as a dict"),
        ("return {'n': object()}", "the script returned a object, which cannot be stored"),
        ("return {'n': float('nan')}", "NaN cannot be an output"),
        ("x = {}\nx['x'] = x\nreturn {'n': x}", "contains itself"),
        ("pass", "the output `n: int` was not given"),
    ],
)
def test_result_that_cannot_be_outputs_is_told(bench: Bench, text: str, sentence: str) -> None:
    outcome = bench.run(bench.script("python", text, {"n": "int"}))
    assert outcome.reason is Reason.BAD_OUTPUT
    assert sentence in outcome.message


def test_traceback_starts_at_the_script_and_names_its_lines_of_the_file(bench: Bench) -> None:
    attempt = bench.script("python", "def half(n):\n    return n / 0\n\nhalf(3)")
    outcome = bench.run(attempt)
    assert (outcome.reason, outcome.exit_code) == (Reason.ERROR, 1)
    assert outcome.message == f"ZeroDivisionError: division by zero (etl.flow:{LINE + 3})"
    lines = bench.log(attempt).splitlines()
    assert lines[:3] == [
        "Traceback (most recent call last):",
        f'  File "etl.flow", line {LINE + 3}, in load',
        "    half(3)",
    ]
    assert f'  File "etl.flow", line {LINE + 1}, in half' in lines
    assert "launch_python" not in bench.log(attempt)


@pytest.mark.parametrize(
    ("text", "place"),
    [("x = 1\nx = = 3", LINE + 1), ("x = 1\n\nclass C:\n    return 3", LINE + 3), ("def f(:\n  pass", LINE)],
)
def test_syntax_error_names_its_line_of_the_file(bench: Bench, text: str, place: int) -> None:
    attempt = bench.script("python", text)
    outcome = bench.run(attempt)
    assert outcome.message.startswith("SyntaxError: ")
    assert outcome.message.endswith(f"(etl.flow:{place})")
    assert f'File "etl.flow", line {place}' in bench.log(attempt)
    assert "Traceback" not in bench.log(attempt)


def test_sys_exit_is_the_exit_code(bench: Bench) -> None:
    assert bench.run(bench.script("python", "import sys\nsys.exit(5)")).exit_code == 5


def test_modules_of_the_project_come_first_and_ours_are_not_in_the_way(bench: Bench) -> None:
    for name in ("shop", "runtime", "process", "log"):
        (bench.project / f"{name}.py").write_text(f"who = 'my {name}'\n")
    attempt = bench.script(
        "python", "import shop, runtime, process, log\nprint(shop.who, runtime.who, process.who, log.who)"
    )
    assert bench.run(attempt).succeeded
    assert bench.log(attempt) == "my shop my runtime my process my log\n"


def test_prints_are_in_the_log_while_the_script_runs(bench: Bench) -> None:
    text = 'import os\nprint("now")\nprint(open(os.environ["FLOW_TMP"] + "/../log").read(), end="")'
    attempt = bench.script("python", text)
    assert bench.run(attempt).succeeded
    assert bench.log(attempt) == "now\nnow\n"


@pytest.mark.parametrize("text", ["", "# nothing", "pass"])
def test_empty_script_succeeds(bench: Bench, text: str) -> None:
    assert bench.run(bench.script("python", text)).succeeded
