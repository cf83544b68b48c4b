"""The command line itself: mistakes in it, what it loads."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from tests.cli.shop import Shop


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["staus"], "did you mean `status`?\n"),
        (["status", "--jsn"], "--json"),
        (["runs", "--limit", "x"], "'-n': it must be a whole number\n"),
        (["run"], "no flow is named"),
        (["run", "--day", "2026-11-01", "etl.flow"], "the flow comes before its parameters"),
        (["run", "etl.flow", "--jobs", "0"], "jobs"),
        (["ignore"], "TASK"),
        (["--db", "my store", "status", "1"], "options come after the command: flower status 1 --db 'my store'\n"),
        (["--json", "runs"], "options come after the command: flower runs --json\n"),
        (["--db", "x"], "see flower --help\n"),
        (["wake"], "deploy a flow first"),
    ],
)
def test_a_mistake_on_the_command_line_is_a_sentence_and_exit_code_2(
    shop: Shop, words: list[str], message: str
) -> None:
    done = shop.flower(*words)
    assert done.returncode == 2
    assert message in done.stderr
    assert done.stderr.startswith("error: ")
    assert "help: " in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("verb", ["status", "logs"])
def test_help_names_no_type_of_python(shop: Shop, verb: str) -> None:
    told = shop.flower(verb, "--help").stdout
    assert "--help" in told
    assert not re.search(r"<(bool|str|int|path|list)", told)


def test_a_full_disk_is_told_in_a_sentence(seen: Shop) -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            seen.command("flows"), cwd=seen.folder, env=seen.environ(), stdout=full, stderr=subprocess.PIPE, text=True
        )
    assert done.returncode == 1
    assert done.stderr.startswith("error: cannot write: No space left on device\n")


def test_status_loads_nothing_heavy(seen: Shop) -> None:
    program = (
        "import sys; from runtime.cli.entry import run; code = run(['status']);"
        " print(*sorted({name.split('.')[0] for name in sys.modules}), file=sys.stderr);"
        " print(*sorted(name for name in sys.modules if name.startswith('runtime.')), file=sys.stderr); sys.exit(code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=seen.folder,
        env=seen.environ(),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    packages, modules = (set(line.split()) for line in done.stderr.splitlines()[-2:])
    assert not packages & {"networkx", "lark", "rich", "flowc", "stdlib_components", "asyncio", "ssl"}
    assert not modules & {"runtime.engine", "runtime.executor", "runtime.registry", "runtime.expression.evaluator"}


def test_a_misspelt_file_is_answered_with_the_near_one(shop: Shop) -> None:
    for typed in ("etl.flw", "elt.flow", "./etl.flw"):
        refused = shop.flower("run", typed)
        assert refused.returncode == 2
        assert "etl.flow" in refused.stderr.splitlines()[-1], refused.stderr


def test_fields_of_a_question_are_not_called_parameters(shop: Shop) -> None:
    shop.write("ask.flow", 'flow go { task a { ask "sure?"; out n: int } }')
    assert shop.flower("run", "ask.flow").returncode == 3
    refused = shop.flower("answer", "go-1", "a", "--m", "3").stderr
    assert "error: `a` has no field `m`" in refused
    assert "help: its fields: --n" in refused
    assert "error: `a` needs the field `n`" in shop.flower("answer", "go-1", "a").stderr


def test_a_message_that_the_log_repeats_is_shown_once_in_the_box(shop: Shop) -> None:
    shop.write("q.flow", 'flow q { task a { sql("gone.db") "select 1" } }')
    box = shop.flower("run", "q.flow").stdout.partition("q-1 failed")[2]
    assert box.count("there is no database") == 1
