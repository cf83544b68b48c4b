"""`flowc graph` in real processes."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.flowc.cli.commands import BAD, GOOD, flowc, write

TWO = GOOD + 'flow other {\n    task only { sh "echo" }\n}\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(tmp_path, "hello.flow", GOOD)
    return tmp_path


def test_text_is_what_one_gets_without_asking(folder: Path) -> None:
    ended = flowc("graph", "hello.flow", cwd=folder)
    assert (ended.code, ended.err) == (0, "")
    assert ended.out == (
        "hello   2 tasks   hello.flow:1\n"
        "\n"
        "○  greet  sh\n"
        "●  bye    sh\n"
        "\n"
        "○ ▢ start with their group, ● ▣ wait for what leads to them\n"
    )


@pytest.mark.parametrize(
    ("name", "start"),
    [
        ("hello.svg", "<svg "),
        ("hello.dot", 'digraph "hello" {'),
        ("hello.gv", 'digraph "hello" {'),
        ("hello.mmd", "flowchart TB"),
        ("hello.json", "["),
        ("hello.txt", "hello   2 tasks"),
    ],
)
def test_name_of_the_file_tells_the_format(folder: Path, name: str, start: str) -> None:
    ended = flowc("graph", "hello.flow", "-o", name, cwd=folder)
    assert (ended.code, ended.out, ended.err) == (0, "", f"{name}: written\n")
    assert (folder / name).read_text(encoding="utf-8").startswith(start)


def test_svg_goes_to_stdout_if_asked(folder: Path) -> None:
    ended = flowc("graph", "hello.flow", "--format", "svg", "--direction", "right", cwd=folder)
    assert ElementTree.fromstring(ended.out).tag == "{http://www.w3.org/2000/svg}svg"


def test_json_has_nodes_and_edges(folder: Path) -> None:
    ended = flowc("graph", "hello.flow", "--format", "json", cwd=folder)
    (graph,) = json.loads(ended.out)
    assert [node["path"] for node in graph["nodes"]] == ["greet", "bye"]
    assert graph["edges"] == [
        {"from": "greet", "to": "bye", "origin": "after", "line": 3, "outcome": False, "implied": False}
    ]


def test_file_of_two_flows_gives_both_as_text_and_asks_which_to_draw(folder: Path) -> None:
    write(folder, "two.flow", TWO)
    assert flowc("graph", "two.flow", cwd=folder).out.count("task") == 2
    assert flowc("graph", "two.flow", "--flow", "other", "--format", "mermaid", cwd=folder).code == 0
    ended = flowc("graph", "two.flow", "-o", "two.svg", cwd=folder)
    assert ended.code == 2
    assert ended.err == "error: the file has 2 flows: hello, other\nhelp: name one: --flow hello\n"
    assert not (folder / "two.svg").exists()


def test_unknown_flow_and_unknown_task_get_the_nearest_name(folder: Path) -> None:
    ended = flowc("graph", "hello.flow", "--flow", "helo", cwd=folder)
    assert (ended.code, ended.err) == (2, "error: the file has no flow `helo`\nhelp: did you mean `hello`?\n")
    ended = flowc("graph", "hello.flow", "--why", "greet", "by", cwd=folder)
    assert (ended.code, ended.err) == (2, "error: flow `hello` has no task `by`\nhelp: did you mean `bye`?\n")


def test_file_with_an_error_is_not_drawn(tmp_path: Path) -> None:
    write(tmp_path, "broken.flow", BAD)
    ended = flowc("graph", "broken.flow", "-o", "broken.svg", cwd=tmp_path)
    assert ended.code == 2
    assert "error[F0101]" in ended.err
    assert not (tmp_path / "broken.svg").exists()


def test_picture_that_cannot_be_written_is_a_sentence(folder: Path) -> None:
    ended = flowc("graph", "hello.flow", "-o", "nowhere/hello.svg", cwd=folder)
    assert ended.code == 2
    assert ended.err == "error: nowhere/hello.svg cannot be written: no such file or directory\n"


def test_why_tells_the_place_for_people_and_for_programs(folder: Path) -> None:
    ended = flowc("graph", "hello.flow", "--why", "greet", "bye", cwd=folder)
    assert (ended.code, ended.err) == (0, "")
    assert "hello.flow:3:22: `bye` says that it runs after `greet`\n" in ended.out
    ended = flowc("graph", "hello.flow", "--why", "greet", "bye", "--json", cwd=folder)
    told = json.loads(ended.out)
    assert (told["relation"], told["steps"][0]["line"], told["steps"][0]["column"]) == ("direct", 3, 22)


def test_terminal_without_lines_gets_plain_signs(folder: Path) -> None:
    ended = flowc("graph", "hello.flow", cwd=folder, env={"PYTHONIOENCODING": "ascii"})
    assert "o  greet  sh\n*  bye    sh\n" in ended.out


def test_terminal_gets_colours_and_lines_that_fit(folder: Path) -> None:
    write(
        folder,
        "long.flow",
        'flow long {\n    task x for i in [ITEMS] { sh "echo" }\n}\n'.replace("ITEMS", ", ".join("1" * 60)),
    )
    reader, writer = pty.openpty()
    command = [sys.executable, "-c", "from flowc.cli import main; main()", "graph", "long.flow"]
    environment = os.environ | {"COLUMNS": "40", "TERM": "xterm", "NO_COLOR": ""}
    done = subprocess.run(command, cwd=folder, env=environment, stdout=writer, timeout=60, check=True)
    os.close(writer)
    shown = os.read(reader, 65536).decode()
    os.close(reader)
    assert done.returncode == 0
    assert "\x1b[35mfor i in [1, 1, 1" in shown
    assert "…" in shown


def test_drawing_loads_nothing_heavy_beyond_what_a_check_does(folder: Path) -> None:
    program = (
        "import sys; from flowc.cli.entry import run; run(['check', '--format', 'full', 'hello.flow']);"
        "before = set(sys.modules);"
        "run(['graph', 'hello.flow', '-o', 'hello.svg']);"
        "loaded = {name.split('.')[0] for name in set(sys.modules) - before};"
        "print(sorted(loaded & {'networkx', 'pydantic', 'lark', 'sqlite3', 'rich', 'asyncio', 'importlib'}))"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=folder, capture_output=True, text=True, timeout=60)
    assert done.stdout.splitlines() == ["hello.flow: 1 flow, 2 tasks, no problems", "[]"], done.stderr
