"""Completion scripts: real shells read them, and the tab key gives what is expected."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from flowc.cli.app import VERBS
from tests.flowc.cli.commands import GOOD, flowc, write

BIN = Path(sys.executable).parent
TAB = """
source "$1"; shift
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
"_$1_complete"
printf '%s\\n' "${COMPREPLY[@]}"
"""


def tab(folder: Path, *words: str) -> list[str]:
    """What bash offers at the end of the words."""
    env = os.environ | {"PATH": f"{BIN}:{os.environ['PATH']}"}
    made = subprocess.run([BIN / words[0], "completion", "bash"], capture_output=True, text=True, check=True, env=env)
    file = write(folder, ".script", made.stdout)
    command = ["bash", "-c", TAB, "bash", str(file), *words]
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=True, timeout=60)
    assert done.stderr == ""
    return sorted(line for line in done.stdout.splitlines() if line)


def test_verbs_and_options_are_completed(tmp_path: Path) -> None:
    assert tab(tmp_path, "flowc", "de") == ["deploy"]
    assert tab(tmp_path, "flowc", "test", "--j") == ["--json", "--junit"]
    assert tab(tmp_path, "flowc", "completion", "") == ["bash", "fish", "zsh"]
    assert set(VERBS) <= set(tab(tmp_path, "flowc", ""))


def test_files_are_flows_and_the_value_of_an_option_may_be_any_file(tmp_path: Path) -> None:
    write(tmp_path, "a flow.flow", GOOD)
    write(tmp_path, "report.xml", "")
    assert tab(tmp_path, "flowc", "check", "") == ["a flow.flow"]
    assert tab(tmp_path, "flowc", "test", "--junit", "r") == ["report.xml"]


def test_flower_knows_the_flows_and_runs_of_the_store(tmp_path: Path) -> None:
    write(tmp_path, "hello.flow", GOOD)
    assert tab(tmp_path, "flower", "why", "") == []
    assert flowc("deploy", "hello.flow", cwd=tmp_path).code == 0
    register = [sys.executable, "-c", "from runtime.cli import main; main()", "register", "hello"]
    subprocess.run(register, cwd=tmp_path, check=True, capture_output=True, timeout=60)
    assert "hello" in tab(tmp_path, "flower", "run", "he")
    assert tab(tmp_path, "flower", "why", "") == ["hello-1"]


@pytest.mark.parametrize("command", ["flowc", "flower"])
@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shell_understands_its_script(shell: str, command: str, tmp_path: Path) -> None:
    made = subprocess.run([BIN / command, "completion", shell], capture_output=True, text=True, check=True, timeout=60)
    script = write(tmp_path, "script", made.stdout)
    assert "completion" in made.stdout
    if shutil.which(shell) is None:
        pytest.skip(f"there is no {shell} here")
    assert subprocess.run([shell, "-n", script], capture_output=True, text=True, check=True).stderr == ""


def test_names_are_listed_without_what_makes_a_command_slow(tmp_path: Path) -> None:
    code = (
        "import sys; from runtime.cli.entry import run; code = run(['completion', 'runs']);"
        " sys.exit(code or bool({'typer', 'rich', 'pydantic', 'lark'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
