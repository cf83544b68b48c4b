"""`flowc check` in real processes: what is told, where, with which exit code."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.flowc.cli.commands import BAD, GOOD, flowc, write


def test_good_file_gets_one_line_and_code_0(tmp_path: Path) -> None:
    write(tmp_path, "hello.flow", GOOD)
    ended = flowc("check", "hello.flow", cwd=tmp_path)
    assert (ended.code, ended.out, ended.err) == (0, "hello.flow: 1 flow, 2 tasks, no problems\n", "")


def test_bad_file_gets_its_problems_on_stderr_and_code_2(tmp_path: Path) -> None:
    write(tmp_path, "broken.flow", BAD)
    ended = flowc("check", "broken.flow", cwd=tmp_path)
    assert (ended.code, ended.out) == (2, "")
    assert "error[F0101]: there is nothing called `nmae` here\n --> broken.flow:2:30\n" in ended.err
    assert ended.err.endswith("1 error in broken.flow; `flowc explain F0101` tells more\n")


def test_short_format_is_one_line_a_problem(tmp_path: Path) -> None:
    write(tmp_path, "broken.flow", BAD)
    ended = flowc("check", "--format", "short", "broken.flow", cwd=tmp_path)
    assert ended.err.splitlines()[0] == "broken.flow:2:30: error[F0101]: there is nothing called `nmae` here"


def test_json_has_places_for_machines_on_stdout(tmp_path: Path) -> None:
    write(tmp_path, "broken.flow", BAD)
    ended = flowc("check", "--format", "json", "broken.flow", cwd=tmp_path)
    (problem,) = json.loads(ended.out)
    assert ended.code == 2
    assert ended.err == ""
    wanted = {"code": "F0101", "severity": "error", "file": "broken.flow", "line": 2, "column": 30, "end_column": 34}
    assert wanted.items() <= problem.items()
    assert {"message", "help", "labels", "notes"} <= problem.keys()


def test_json_of_a_good_file_is_an_empty_list(tmp_path: Path) -> None:
    write(tmp_path, "hello.flow", GOOD)
    ended = flowc("check", "--format", "json", "hello.flow", cwd=tmp_path)
    assert (ended.code, json.loads(ended.out)) == (0, [])


def test_folder_is_checked_with_all_files_below_but_hidden_ones(tmp_path: Path) -> None:
    write(tmp_path, "flows/a.flow", GOOD)
    write(tmp_path, "flows/deep/b.flow", GOOD.replace("hello {", "other {"))
    write(tmp_path, "flows/.old/c.flow", BAD)
    ended = flowc("check", "flows", cwd=tmp_path)
    assert ended.code == 0
    assert [line.split(":")[0] for line in ended.out.splitlines()] == ["flows/a.flow", "flows/deep/b.flow"]


def test_flows_of_one_name_in_two_files_are_told_with_both_places(tmp_path: Path) -> None:
    write(tmp_path, "a.flow", GOOD)
    write(tmp_path, "b.flow", GOOD)
    ended = flowc("check", "a.flow", "b.flow", cwd=tmp_path)
    assert ended.code == 2
    assert "there are two flows called `hello`" in ended.err
    assert "a.flow:1:6" in ended.err
    assert "b.flow:1:6" in ended.err


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("missing.flow", None, "F0001"),
        ("empty.flow", b"", "F0006"),
        ("latin.flow", 'flow a { task b { sh "echo \xe9" } }'.encode("latin-1"), "F0005"),
        ("azkaban.flow", b"nodes:\n  - name: a\n", "F0007"),
        ("line.flow", b"flow a { " + b"x " * 500_000, None),
        ("deep.flow", b"{" * 10_000, None),
        ("nul.flow", b"flow a\0 {}", None),
    ],
)
def test_absurd_file_gets_a_short_sentence_with_a_code(
    name: str, content: bytes | None, code: str | None, tmp_path: Path
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    ended = flowc("check", name, cwd=tmp_path)
    assert ended.code == 2
    assert "Traceback" not in ended.err
    assert len(ended.err) < 4_000
    assert f"error[{code or 'F0'}" in ended.err


def test_empty_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "flows").mkdir()
    ended = flowc("check", "flows", cwd=tmp_path)
    assert ended.code == 2
    assert "there is no .flow file in the folder `flows`" in ended.err


def test_unreadable_file_does_not_hide_the_others(tmp_path: Path) -> None:
    write(tmp_path, "broken.flow", BAD)
    ended = flowc("check", "missing.flow", "broken.flow", cwd=tmp_path)
    assert "error[F0001]" in ended.err
    assert "error[F0101]" in ended.err
    assert "2 errors" in ended.err


def test_component_of_the_project_is_known_from_flow_toml(tmp_path: Path) -> None:
    write(tmp_path, "flow.toml", '[project]\ncomponents = ["sales.py"]\n')
    component = "from runtime.component import component\n\n\n@component\ndef clean(day: str) -> int:\n    return 1\n"
    write(tmp_path, "sales.py", component)
    write(tmp_path, "flows/a.flow", 'flow a {\n    task c = sales.clean(day: "x")\n    out n: int = c.result\n}\n')
    write(tmp_path, "flows/b.flow", "flow b {\n    task c = sales.clean(dya: 1)\n}\n")
    assert flowc("check", "flows/a.flow", cwd=tmp_path).code == 0
    ended = flowc("check", "b.flow", cwd=tmp_path / "flows")
    assert "`sales.clean` has no parameter called `dya`" in ended.err


def test_component_module_that_fails_is_the_problem_and_not_the_call(tmp_path: Path) -> None:
    write(tmp_path, "flow.toml", '[project]\ncomponents = ["sales.py"]\n')
    write(tmp_path, "sales.py", "raise RuntimeError('no licence')\n")
    write(tmp_path, "a.flow", "flow a {\n    task c = sales.clean()\n}\n")
    ended = flowc("check", "a.flow", cwd=tmp_path)
    assert ended.code == 2
    assert "error[F0605]: sales.py" in ended.err
    assert "no licence" in ended.err
    assert "F0601" not in ended.err


def test_hint_does_not_make_a_file_bad(tmp_path: Path) -> None:
    write(tmp_path, "a.flow", 'flow a {\n    task b { when false; sh "echo b" }\n}\n')
    ended = flowc("check", "a.flow", cwd=tmp_path)
    assert ended.code == 0
    assert "warning[F0801]" in ended.err
    assert ended.out == "a.flow: 1 flow, 1 task, 1 hint\n"


@pytest.mark.parametrize("words", [("chekc", "a.flow"), ("check",), ("check", "--formt", "short", "a.flow")])
def test_wrong_command_line_is_told_in_a_sentence(words: tuple[str, ...], tmp_path: Path) -> None:
    ended = flowc(*words, cwd=tmp_path)
    assert ended.code == 2
    assert ended.err.startswith("error: ")
    assert "help: see flowc" in ended.err or "help: did you mean `check`?" in ended.err
    assert ended.out == ""


def test_colour_is_for_terminals_only(tmp_path: Path) -> None:
    write(tmp_path, "broken.flow", BAD)
    assert "\x1b" not in flowc("check", "broken.flow", cwd=tmp_path).err


def test_help_and_version_work_in_any_folder(tmp_path: Path) -> None:
    assert flowc("--version", cwd=tmp_path).out.startswith("flowc ")
    told = flowc("--help", cwd=tmp_path).out
    assert all(verb in told for verb in ("check", "deploy", "rows", "explain"))


@pytest.mark.parametrize("verb", ["check", "graph"])
def test_help_names_no_type_of_python(verb: str, tmp_path: Path) -> None:
    told = flowc(verb, "--help", cwd=tmp_path).out
    assert "--help" in told
    assert not re.search(r"<(bool|str|int|path|list)", told)


def test_reader_that_goes_away_is_no_error(tmp_path: Path) -> None:
    write(tmp_path, "hello.flow", GOOD)
    read_end, write_end = os.pipe()
    os.close(read_end)
    command = [sys.executable, "-c", "from flowc.cli import main; main()", "rows", "--json", "hello.flow"]
    done = subprocess.run(command, cwd=tmp_path, stdout=write_end, stderr=subprocess.PIPE, text=True, timeout=60)
    os.close(write_end)
    assert (done.returncode, done.stderr) == (0, "")


def test_check_loads_nothing_that_it_does_not_need(tmp_path: Path) -> None:
    write(tmp_path, "hello.flow", GOOD)
    script = (
        "import sys\n"
        "from flowc.cli.entry import run\n"
        "code = run(['check', 'hello.flow'])\n"
        "heavy = {'networkx', 'lark', 'rich', 'sqlite3', 'asyncio', 'runtime.registry', 'runtime.service'}\n"
        "print(sorted(heavy & set(sys.modules)), code)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert done.stdout.splitlines()[-1] == "[] 0", done.stdout + done.stderr


def test_check_without_options_loads_only_the_compiler(tmp_path: Path) -> None:
    write(tmp_path, "hello.flow", "flow hello { task wait_a_bit { wait 1s } }\n")
    program = (
        "import sys; from flowc.cli.entry import run; code = run(['check', 'hello.flow'])\n"
        "heavy = {'typer', 'rich', 'pydantic', 'networkx', 'lark', 'dataclasses', 'zoneinfo', 'importlib.metadata'}\n"
        "print(code, *sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "0"


@pytest.mark.parametrize(
    "words", [["--format=short", "bad.flow"], ["bad.flow", "--fix"], ["--", "bad.flow"], ["bad.flow"]]
)
def test_check_is_the_same_with_and_without_options(tmp_path: Path, words: list[str]) -> None:
    write(tmp_path, "bad.flow", BAD)
    assert flowc("check", *words, cwd=tmp_path).code == 2


def test_links_that_lead_round_and_what_cannot_be_listed_are_passed_over(tmp_path: Path) -> None:
    write(tmp_path, "flows/a.flow", GOOD)
    (tmp_path / "flows" / "round").symlink_to(tmp_path / "flows")
    (tmp_path / "flows" / "gone.flow").symlink_to(tmp_path / "nothing")
    assert flowc("check", "/proc/self/task", cwd=tmp_path).code == 2
    ended = flowc("check", "flows", cwd=tmp_path)
    assert (ended.code, len(ended.out.splitlines())) == (0, 1)


def test_file_that_is_no_flow_gets_few_problems_and_a_line_that_says_so(tmp_path: Path) -> None:
    rows = "".join(f"user{number}:x:{number}:{number}:user:/home:/bin/sh\n" for number in range(1, 10))
    write(tmp_path, "users.flow", rows)
    ended = flowc("check", "--format", "short", "users.flow", cwd=tmp_path)
    first, *others = ended.err.splitlines()
    assert first == "users.flow: error[F0006]: `users.flow` declares no flow, and no line of it begins as in one"
    assert len([line for line in others if "error[" in line]) == 3
    assert flowc("check", "--fix", "users.flow", cwd=tmp_path).code == 2
    assert (tmp_path / "users.flow").read_text() == rows


def test_file_of_bytes_that_happen_to_be_text_is_told_once(tmp_path: Path) -> None:
    write(tmp_path, "bytes.flow", "\x7fELF\x02\x01\0\0\n\x03\0>\0\x01\0\n\x10`\x01@\0\n" * 30)
    ended = flowc("check", "--format", "short", "bytes.flow", cwd=tmp_path)
    assert "declares no flow" in ended.err
    assert len(ended.err.splitlines()) <= 6


def test_broken_file_with_a_flow_keeps_all_its_problems(tmp_path: Path) -> None:
    write(tmp_path, "broken.flow", "flow a {\n" + '    comand "x"\n' * 5 + "}\n")
    assert "5 errors in broken.flow" in flowc("check", "broken.flow", cwd=tmp_path).err
