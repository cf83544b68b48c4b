"""What is written for an accepted hole, and how values travel beside the text; on real shells and SQLite."""

from __future__ import annotations

import datetime as dt
import os
import sqlite3
import subprocess
from pathlib import Path, PurePosixPath
from typing import Any

import pytest

from runtime.executor.script_text import LARGE_BYTES, TOTAL_BYTES, render_python, render_shell, render_sql, to_sql
from runtime.model.definition import Binding, Hole, Script
from runtime.model.values import Percent, Secret

SHELLS = ["dash", "bash"]


def script_of(*parts: str | Hole, types: dict[str, Any]) -> Script:
    return Script("sh", parts, tuple(Binding(name, None, kind) for name, kind in types.items()))


def run(shell: str, script: Script, values: dict[str, Any], folder: Path) -> bytes:
    rendered = render_shell(script, values)
    for name, text in rendered.files.items():
        (folder / name).write_bytes(text.encode())
    (folder / "script").write_text(rendered.text)
    env = {**os.environ, **rendered.variables, "FLOW_VALUES": str(folder)}
    return subprocess.run([shell, folder / "script"], env=env, stdout=subprocess.PIPE, check=True, timeout=30).stdout


def test_each_use_has_its_text() -> None:
    parts = ("ls ", Hole("FLOW_V1", "word"), ' "', Hole("FLOW_V1", "inner"), '" $((', Hole("FLOW_V2", "arith"), "))")
    rendered = render_shell(
        script_of(*parts, types={"FLOW_V1": "str", "FLOW_V2": "int"}), {"FLOW_V1": "a", "FLOW_V2": -3}
    )
    assert rendered.text == 'ls "${FLOW_V1}" "${FLOW_V1}" $(((${FLOW_V2})))'
    assert rendered.variables == {"FLOW_V1": "a", "FLOW_V2": "-3"}


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("items", [[], [""], ["a b", "", "*", "-n", "é\n"]])
def test_list_arrives_as_that_many_words(shell: str, items: list[str], tmp_path: Path) -> None:
    script = script_of(
        "printf '<%s>' \"$#\"; set -- ",
        Hole("FLOW_V1", "word"),
        '; printf \'%s|\' "$#" "$@"',
        types={"FLOW_V1": {"list": "str"}},
    )
    assert run(shell, script, {"FLOW_V1": items}, tmp_path) == "|".join(["<0>" + str(len(items)), *items, ""]).encode()


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize(
    "text", ["x" * LARGE_BYTES, "x" * (LARGE_BYTES + 1), "é\n'\"$(x)\\" * 40_000 + "\n\n\n", "\n" * 300_000]
)
def test_value_of_any_size_arrives_whole(shell: str, text: str, tmp_path: Path) -> None:
    script = script_of("cat <<EOF\n", Hole("FLOW_V1", "inner"), "\nEOF\n", types={"FLOW_V1": "str"})
    assert run(shell, script, {"FLOW_V1": text}, tmp_path) == text.encode() + b"\n"


@pytest.mark.parametrize("shell", SHELLS)
def test_values_beyond_the_space_of_the_environment_go_by_file(shell: str, tmp_path: Path) -> None:
    items = ["x" * 20_000 + str(number) for number in range(30)]
    script = script_of("printf '%s\\n' ", Hole("FLOW_V1", "word"), types={"FLOW_V1": {"list": "str"}})
    rendered = render_shell(script, {"FLOW_V1": items})
    assert sum(map(len, rendered.variables.values())) <= TOTAL_BYTES
    assert rendered.files
    assert run(shell, script, {"FLOW_V1": items}, tmp_path).decode().split() == items


@pytest.mark.parametrize("shell", SHELLS)
def test_value_whose_file_is_gone_stops_the_script_before_its_first_command(shell: str, tmp_path: Path) -> None:
    script = script_of("echo started ", Hole("FLOW_V1", "word"), types={"FLOW_V1": "str"})
    text = render_shell(script, {"FLOW_V1": "x" * 100_000}).text
    env = {**os.environ, "FLOW_VALUES": str(tmp_path)}
    done = subprocess.run([shell, "-c", text], env=env, capture_output=True, timeout=30)
    assert (done.returncode, done.stdout) == (125, b"")


@pytest.mark.parametrize(("shell", "place"), [("dash", b": 3: no-such-program"), ("bash", b"line 3: no-such-program")])
def test_line_numbers_are_those_of_the_script(shell: str, place: bytes, tmp_path: Path) -> None:
    script = script_of("# first\n: ", Hole("FLOW_V1", "word"), "\nno-such-program", types={"FLOW_V1": "str"})
    rendered = render_shell(script, {"FLOW_V1": "x" * 100_000})
    (tmp_path / "FLOW_V1").write_text(rendered.files["FLOW_V1"])
    env = {**os.environ, "FLOW_VALUES": str(tmp_path)}
    done = subprocess.run([shell, "-c", rendered.text], env=env, capture_output=True, timeout=30)
    assert place in done.stderr


@pytest.mark.parametrize("shell", SHELLS)
def test_negative_number_stays_one_operand(shell: str, tmp_path: Path) -> None:
    script = script_of("echo $((5-", Hole("FLOW_V1", "arith"), "*2))", types={"FLOW_V1": "int"})
    assert run(shell, script, {"FLOW_V1": -3}, tmp_path) == b"11\n"


def test_values_have_the_texts_of_the_language() -> None:
    values = {
        "bool": True,
        "float": 0.5,
        "path": PurePosixPath("/a b"),
        "date": dt.date(2026, 11, 23),
        "duration": dt.timedelta(minutes=90),
        "percent": Percent(0.1),
        "json": None,
    }
    parts = [Hole(f"FLOW_V{number}", "word") for number in range(1, len(values) + 1)]
    types = {part.binding: kind for part, kind in zip(parts, values, strict=True)}
    rendered = render_shell(script_of(*parts, types=types), dict(zip(types, values.values(), strict=True)))
    assert list(rendered.variables.values()) == ["true", "0.5", "/a b", "2026-11-23", "1h30m", "10%", "null"]


@pytest.mark.parametrize("value", [None, Secret("env:KEY")])
def test_missing_value_and_secret_are_never_rendered(value: Any) -> None:
    with pytest.raises(TypeError):
        render_shell(script_of(Hole("FLOW_V1", "word"), types={"FLOW_V1": "str"}), {"FLOW_V1": value})


def test_python_reads_names() -> None:
    script = Script("python", ("return f(", Hole("FLOW_V1", "name"), ")"), (Binding("FLOW_V1", None, "str"),))
    assert render_python(script, {"FLOW_V1": 1}) == "return f(FLOW_V1)"


def test_sqlite_receives_values_as_parameters() -> None:
    script = Script(
        "sql", ("select ", Hole("FLOW_V1", "parameter"), ", value from json_each(", Hole("FLOW_V2", "parameter"), ")")
    )
    values = {"FLOW_V1": "'; drop table t; --", "FLOW_V2": [dt.date(2026, 11, 23), "b"]}
    rows = sqlite3.connect(":memory:").execute(
        render_sql(script, values), {name: to_sql(value) for name, value in values.items()}
    )
    assert rows.fetchall() == [("'; drop table t; --", "2026-11-23"), ("'; drop table t; --", "b")]


@pytest.mark.parametrize(
    ("value", "stored"),
    [
        (None, None),
        (True, 1),
        (7, 7),
        (0.5, 0.5),
        (Percent(0.1), 0.1),
        (dt.timedelta(hours=2), "2h"),
        ({"a": [1]}, '{"a":[1]}'),
    ],
)
def test_sqlite_stores_plain_values(value: Any, stored: Any) -> None:
    assert to_sql(value) == stored


def test_raw_text_becomes_part_of_the_script_and_no_variable() -> None:
    parts = ("echo ", Hole("FLOW_V1", "raw"), " ", Hole("FLOW_V2", "word"))
    rendered = render_shell(
        script_of(*parts, types={"FLOW_V1": "str", "FLOW_V2": "str"}), {"FLOW_V1": "$(pwd)", "FLOW_V2": "$(pwd)"}
    )
    assert rendered.text == 'echo $(pwd) "${FLOW_V2}"'
    assert rendered.variables == {"FLOW_V2": "$(pwd)"}


def test_raw_text_of_python_and_sql() -> None:
    parts = ("f(", Hole("FLOW_V1", "raw"), ")")
    assert render_python(Script("python", parts), {"FLOW_V1": "1 + 1"}) == "f(1 + 1)"
    assert render_sql(Script("sql", parts), {"FLOW_V1": "a, b"}) == "f(a, b)"
