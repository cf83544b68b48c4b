"""`flowc fmt` in real processes: what is written, what is told, with which exit code."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.flowc.cli.commands import GOOD, flowc, write

UGLY = 'flow hello{\n  task greet{sh "echo hello"} # first\n  task bye { after greet;sh "echo bye" }\n}\n'
NEAT = 'flow hello {\n    task greet { sh "echo hello" }  # first\n    task bye { after greet; sh "echo bye" }\n}\n'


def fmt_stream(data: bytes, *words: str) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-c", "from flowc.cli import main; main()", "fmt", "-", *words]
    return subprocess.run(command, input=data, capture_output=True, timeout=60)


def test_file_is_rewritten_and_told(tmp_path: Path) -> None:
    file = write(tmp_path, "a.flow", UGLY)
    ended = flowc("fmt", "a.flow", cwd=tmp_path)
    assert (ended.code, ended.out, ended.err) == (0, "a.flow: formatted\n", "")
    assert file.read_text("utf-8") == NEAT
    assert [path.name for path in tmp_path.iterdir()] == ["a.flow"]


def test_file_in_the_one_spelling_is_not_touched(tmp_path: Path) -> None:
    file = write(tmp_path, "a.flow", GOOD)
    before = file.stat()
    ended = flowc("fmt", "a.flow", cwd=tmp_path)
    assert (ended.code, ended.out, ended.err) == (0, "1 file unchanged\n", "")
    assert (file.stat().st_ino, file.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_check_lists_and_writes_nothing(tmp_path: Path) -> None:
    file = write(tmp_path, "flows/ugly.flow", UGLY)
    write(tmp_path, "flows/good.flow", GOOD)
    ended = flowc("fmt", "--check", "flows", cwd=tmp_path)
    assert (ended.code, ended.out) == (1, "flows/ugly.flow: not formatted\n")
    assert "1 file would change" in ended.err
    assert file.read_text("utf-8") == UGLY
    assert flowc("fmt", "--check", "flows/good.flow", cwd=tmp_path).code == 0


def test_diff_shows_and_writes_nothing(tmp_path: Path) -> None:
    file = write(tmp_path, "a.flow", UGLY)
    ended = flowc("fmt", "--diff", "a.flow", cwd=tmp_path)
    assert ended.code == 0
    assert "-flow hello{\n" in ended.out
    assert "+flow hello {\n" in ended.out
    assert file.read_text("utf-8") == UGLY
    assert flowc("fmt", "--diff", "--check", "a.flow", cwd=tmp_path).code == 1


def test_line_ends_of_windows_and_a_byte_order_mark_go(tmp_path: Path) -> None:
    file = tmp_path / "a.flow"
    file.write_bytes(b"\xef\xbb\xbf" + NEAT.replace("\n", "\r\n").encode())
    assert "only its line ends" in flowc("fmt", "--diff", "a.flow", cwd=tmp_path).out
    assert flowc("fmt", "a.flow", cwd=tmp_path).out == "a.flow: formatted\n"
    assert file.read_bytes() == NEAT.encode()


def test_permissions_and_a_symbolic_link_stay(tmp_path: Path) -> None:
    file = write(tmp_path, "a.flow", UGLY)
    file.chmod(0o751)
    (tmp_path / "link.flow").symlink_to("a.flow")
    assert flowc("fmt", "link.flow", cwd=tmp_path).code == 0
    assert (tmp_path / "link.flow").is_symlink()
    assert file.read_text("utf-8") == NEAT
    assert file.stat().st_mode & 0o777 == 0o751


def test_statement_with_a_mistake_stays_and_the_rest_is_formatted(tmp_path: Path) -> None:
    file = write(tmp_path, "a.flow", UGLY.replace("  task greet", "  limit  =  3\n  task greet"))
    ended = flowc("fmt", "a.flow", cwd=tmp_path)
    assert ended.code == 0
    assert ended.err.startswith("a.flow: has 1 mistake, what was not understood stays as it is")
    assert file.read_text("utf-8") == NEAT.replace("    task greet", "    limit  =  3\n    task greet")


def test_file_with_an_open_brace_stays_as_it_is(tmp_path: Path) -> None:
    file = write(tmp_path, "a.flow", UGLY[:-2])
    ended = flowc("fmt", "a.flow", cwd=tmp_path)
    assert (ended.code, ended.out) == (0, "")
    assert "it stays as it is" in ended.err
    assert file.read_text("utf-8") == UGLY[:-2]


def test_standard_input_goes_to_standard_output() -> None:
    done = fmt_stream(UGLY.encode())
    assert (done.returncode, done.stdout, done.stderr) == (0, NEAT.encode(), b"")
    assert fmt_stream(UGLY.encode(), "--check").returncode == 1
    assert fmt_stream(NEAT.encode(), "--check").returncode == 0
    broken = fmt_stream(UGLY[:-2].encode())
    assert (broken.returncode, broken.stdout) == (0, UGLY[:-2].encode())


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("missing.flow",), "there is no file `missing.flow`"),
        (("empty",), "there is no .flow file in the folder `empty`"),
        (("-", "a.flow"), "goes with no other file"),
        ((), "--help"),
    ],
)
def test_what_cannot_be_formatted_is_told_in_a_sentence(words: tuple[str, ...], told: str, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    ended = flowc("fmt", *words, cwd=tmp_path)
    assert ended.code == 2
    assert told in ended.err
    assert "Traceback" not in ended.err


def test_unreadable_file_does_not_keep_the_others_from_being_formatted(tmp_path: Path) -> None:
    write(tmp_path, "a.flow", UGLY)
    (tmp_path / "b.flow").write_bytes(b"\xff\xfe")
    ended = flowc("fmt", ".", cwd=tmp_path)
    assert (ended.code, ended.out) == (2, "a.flow: formatted\n")
    assert "is not UTF-8 text" in ended.err


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    write(tmp_path, "flows/a.flow", UGLY)
    (tmp_path / "flows").chmod(0o555)
    ended = flowc("fmt", "flows", cwd=tmp_path)
    (tmp_path / "flows").chmod(0o755)
    assert ended.code != 0
    assert "cannot be written" in ended.err


def test_loads_nothing_that_it_does_not_need(tmp_path: Path) -> None:
    write(tmp_path, "a.flow", UGLY)
    script = (
        "import sys\nfrom flowc.cli.entry import run\ncode = run(['fmt', 'a.flow'])\n"
        "heavy = {'networkx', 'lark', 'rich', 'sqlite3', 'asyncio', 'flowc.analysis', 'flowc.driver'}\n"
        "print(sorted(heavy & set(sys.modules)), code)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert done.stdout.splitlines()[-1] == "[] 0", done.stdout + done.stderr
