"""Which scripts run in the gate's own shell, and that their ends are recorded as those of others."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from runtime.executor.plain import is_plain
from runtime.model.state import Reason
from tests.runtime.executor.attempts import Bench, await_fifo, fifo

PLAIN = [
    "true",
    "\n  make all\n",
    "curl -fsS https://example.org/a.json -o a.json",
    'python load.py --day "$DAY" 2>>errors >out.txt',
    "sort <in | uniq -c >counts && echo done || exit 3",
    "cp a \\\n  b",
    "cd data; ls 'it has exec and trap in it'",
    "export MODE=fast\nprog",
]
NOT_PLAIN = [
    "exec true",
    "trap '' TERM",
    "true\ntrap true EXIT",
    "true && exec true",
    "true | exec true",
    "eval $X",
    "$X now",
    '"exec" true',
    "ex'ec' true",
    "\\exec true",
    "X=1 exec true",
    "X=1",
    ". ./lib.sh",
    "ulimit -f 0",
    "set -n",
    "echo() { true; }",
    "alias echo=true",
    "echo $(exec true)",
    "echo `true`",
    'echo "$(true)"',
    "if true; then exec true; fi",
    "while true; do true; done",
    "{ exec true; }",
    "(true)",
    "sleep 600 &",
    "! true",
    "cat <<X\nexec\nX",
    "exec 3>&1",
    "true 3>x",
    "true 1>&-",
    "echo $_flower",
    "true # exec",
    "echo 'open",
    "x" * 5000,
]


@pytest.mark.parametrize("text", PLAIN)
def test_commands_and_words_are_plain(text: str) -> None:
    assert is_plain(text)


@pytest.mark.parametrize("text", NOT_PLAIN)
def test_what_could_change_the_shell_is_not_plain(text: str) -> None:
    assert not is_plain(text)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("true", 0),
        ("false\ntrue", 1),
        ("exit 3", 3),
        ("no-such-tool", 127),
        ("false || exit 7", 7),
        ("false && true", 1),
    ],
)
def test_end_of_a_plain_script_stands_in_its_mark(bench: Bench, text: str, code: int) -> None:
    attempt = bench.script("sh", text)
    assert is_plain(text)
    assert bench.run(attempt).exit_code == code
    assert (attempt.folder / "mark").read_text() == f"{code}\n"


def test_plain_script_that_is_cancelled_leaves_how_it_ended(bench: Bench, tmp_path: Path) -> None:
    ready = fifo(tmp_path / "ready")
    attempt = bench.script("sh", f"sh -c 'echo up >{ready}; exec sleep 600'; echo on")
    bench.executor.submit(attempt, bench)
    await_fifo(ready)
    bench.executor.cancel(attempt.id)
    outcome = bench.wait(attempt)
    assert (outcome.reason, outcome.exit_code) == (Reason.CANCELLED, 143)
    assert (attempt.folder / "mark").read_text() == "143\n"
    assert "on" not in bench.log(attempt).split()


def test_plain_script_ended_by_somebody_else_leaves_how_it_ended(bench: Bench, tmp_path: Path) -> None:
    ready = fifo(tmp_path / "ready")
    attempt = bench.script("sh", f"sh -c 'echo up >{ready}; exec sleep 600'")
    bench.executor.submit(attempt, bench)
    await_fifo(ready)
    os.killpg(bench.marks[attempt.id].pid, signal.SIGTERM)
    assert bench.wait(attempt).exit_code == 143
    assert (attempt.folder / "mark").read_text() == "143\n"
