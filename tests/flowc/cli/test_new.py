"""`flowc new` in real processes: what it makes works, what it says is true, what is there stays."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.flowc.cli.commands import flowc, write

BIN = Path(sys.executable).parent


def test_printed_steps_work_as_printed(tmp_path: Path) -> None:
    ended = flowc("new", "shop", cwd=tmp_path)
    assert (ended.code, ended.err) == (0, "")
    steps = [line.strip() for line in ended.out.splitlines() if line.startswith("    ")]
    assert steps[0] == "cd shop"
    assert [step.split("#")[0].split() for step in steps[1:]] == [
        ["flower", "run", "shop.flow"],
        ["flowc", "graph", "shop.flow"],
        ["flowc", "check", "shop.flow"],
    ]
    environment = os.environ | {"PATH": f"{BIN}:{os.environ['PATH']}"}
    script = "set -e\n" + "\n".join(steps)
    done = subprocess.run(
        ["sh", "-c", script], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    report = (tmp_path / "shop" / "out" / "report.txt").read_text(encoding="utf-8")
    assert report.startswith("4 files; the largest of each kind:\n")
    assert "py: steps.py, " in report


def test_commands_of_its_readme_work(tmp_path: Path) -> None:
    flowc("new", "shop", cwd=tmp_path)
    readme = (tmp_path / "shop" / "README.md").read_text(encoding="utf-8")
    commands = [line.split("`")[1] for line in readme.splitlines() if "| `flow" in line and ".toml" not in line]
    assert len(commands) == 5
    environment = os.environ | {"PATH": f"{BIN}:{os.environ['PATH']}"}
    done = subprocess.run(
        ["sh", "-c", "set -e\n" + "\n".join(commands)],
        cwd=tmp_path / "shop", env=environment, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def test_folder_that_is_there_is_filled_if_nothing_is_in_the_way(tmp_path: Path) -> None:
    place = tmp_path / "My-Shop"
    place.mkdir()
    write(place, "notes.txt", "mine")
    assert flowc("new", ".", cwd=place).code == 0
    assert (place / "my_shop.flow").exists()
    assert (place / "notes.txt").read_text() == "mine"


def test_nothing_is_written_if_a_file_is_in_the_way(tmp_path: Path) -> None:
    write(tmp_path, "shop/README.md", "mine")
    ended = flowc("new", "shop", cwd=tmp_path)
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith("error: shop has README.md already; nothing was written\n")
    assert [file.name for file in (tmp_path / "shop").iterdir()] == ["README.md"]
    assert (tmp_path / "shop" / "README.md").read_text() == "mine"


@pytest.mark.parametrize(
    ("name", "offered"),
    [
        ("9lives", "my_9lives"),
        ("if", "my_if"),
        ("caf\xe9", "cafe"),
        ("Übung", "ubung"),
        ("a+b", "a_b"),
        ("++", "my_flow"),
    ],
)
def test_folder_whose_name_is_no_name_of_a_flow_gets_an_offer_that_works(
    tmp_path: Path, name: str, offered: str
) -> None:
    ended = flowc("new", name, cwd=tmp_path)
    assert (ended.code, list(tmp_path.iterdir())) == (2, [])
    assert ended.err.endswith(f"flowc new {offered}\n")
    assert flowc("new", offered, cwd=tmp_path).code == 0


def test_file_of_that_name_is_told(tmp_path: Path) -> None:
    write(tmp_path, "shop", "mine")
    ended = flowc("new", "shop", cwd=tmp_path)
    assert (ended.code, ended.err) == (2, "error: shop is a file\nhelp: choose another name\n")


@pytest.mark.parametrize("name", ["test", "flow", "task", "schedule", "steps_2", "echo", "run", "files"])
def test_words_of_the_language_that_may_be_names_give_a_project_that_checks(tmp_path: Path, name: str) -> None:
    assert flowc("new", name, cwd=tmp_path).code == 0
    ended = flowc("check", f"{name}.flow", cwd=tmp_path / name)
    assert (ended.code, ended.err) == (0, "")
