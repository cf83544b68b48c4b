"""`flowc check --fix` and `--diff` on real files."""

from __future__ import annotations

from pathlib import Path

import pytest

from flowc.cli.telling import Format
from flowc.cli.verbs.check import check
from tests.flowc.cli.commands import GOOD, write

SLIPS = """flow my-flow {
    param n: int = 3
    schedule daily at 6:30
    task greet { when n = 3; timeout 5 minutes; sh "echo {{ nn }}" }
    task bye { after gret; sh "echo {{ n }}" }
}
"""
MENDED = """flow my_flow {
    param n: int = 3
    schedule daily at 06:30
    task greet { when n == 3; timeout 5m; sh "echo {{ n }}" }
    task bye { after greet; sh "echo {{ n }}" }
}
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def fixed(*files: str, diff: bool = False) -> int:
    return check([Path(file) for file in files], Format.short, fix=not diff, diff=diff)


def test_slips_with_one_meaning_are_mended_and_nothing_is_left_to_do(folder: Path) -> None:
    write(folder, "a.flow", SLIPS)
    assert fixed("a.flow") == 0
    assert (folder / "a.flow").read_text() == MENDED
    before = (folder / "a.flow").stat().st_ino
    assert fixed("a.flow") == 0
    assert (folder / "a.flow").stat().st_ino == before


def test_diff_shows_and_writes_nothing(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(folder, "a.flow", SLIPS)
    assert fixed("a.flow", diff=True) == 0
    told = capsys.readouterr()
    assert "-flow my-flow {\n+flow my_flow {\n" in told.out
    assert told.err.startswith("a.flow: 6 fixes possible")
    assert (folder / "a.flow").read_text() == SLIPS


def test_line_ends_and_the_mark_at_the_start_stay(folder: Path) -> None:
    (folder / "a.flow").write_bytes(b"\xef\xbb\xbf" + SLIPS.replace("\n", "\r\n").encode())
    assert fixed("a.flow") == 0
    assert (folder / "a.flow").read_bytes() == b"\xef\xbb\xbf" + MENDED.replace("\n", "\r\n").encode()


def test_what_may_have_been_meant_otherwise_is_left(folder: Path) -> None:
    text = 'flow a {\n    param aa: int = 1\n    param ab: int = 2\n    task b { sh "echo {{ ac }} {{ aa }}" }\n}\n'
    write(folder, "a.flow", text)
    assert fixed("a.flow") == 2
    assert (folder / "a.flow").read_text() == text


def test_files_that_are_only_imported_are_not_touched(folder: Path) -> None:
    library = 'task greet(name: str) { timeout 5 minutes; sh "echo {{ name }}" }\n'
    write(folder, "lib.flow", library)
    write(folder, "a.flow", 'from "./lib.flow" import greet\nflow a { task b = greet(name: "x") }\n')
    assert fixed("a.flow") == 2
    assert (folder / "lib.flow").read_text() == library


def test_permissions_stay(folder: Path) -> None:
    file = write(folder, "a.flow", SLIPS)
    file.chmod(0o640)
    fixed("a.flow")
    assert file.stat().st_mode & 0o777 == 0o640


def test_a_good_file_is_left_alone(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(folder, "a.flow", GOOD)
    assert fixed("a.flow") == 0
    assert capsys.readouterr().err == ""
