"""ShellCheck on the scripts of a file: its findings stand at their places in the file."""

from __future__ import annotations

from pathlib import Path

import pytest

from flowc.cli import shellcheck
from flowc.cli.compilation import compile_paths
from tests.docs.pages import ROOT
from tests.flowc.cli.commands import write

FLOW = '''flow a {
    param n: int = 3
    param x: str = "a"
    param xs: list[str] = ["a"]
    task b {
        sh """
            y="a b"
        \techo $y {{ x }}
            for i in {{ xs }}; do echo "$i $(( {{ n }} + 1 ))"; done
            [ "{{ x }}" = a ] && cd {{ x }} && echo n=1 >> $FLOW_OUT
        """
    }
    task c { bash "echo {{ x }}; rm -rf $q/*" }
}
'''


def found(file: Path) -> list[str]:
    """Message, line and text of each finding."""
    told = []
    for one in compile_paths([file], hints=True).diagnostics:
        assert one.source is not None
        assert one.span is not None
        told.append(f"{one.message[:6]} {one.source.line(one.span[0])} {one.source.text[slice(*one.span)]}")
    return told


def test_findings_stand_where_the_script_says_it(tmp_path: Path) -> None:
    assert found(write(tmp_path, "a.flow", FLOW)) == ["SC2086 8 $y", "SC2086 13 $q", "SC2115 13 $q/*"]


def test_scripts_that_are_the_same_are_told_of_at_each_place(tmp_path: Path) -> None:
    tasks = "\n".join(f'    task t{number} {{ sh "rm $(ls)" }}' for number in range(80))
    told = found(write(tmp_path, "a.flow", f"flow a {{\n{tasks}\n}}\n"))
    assert told == [f"SC2046 {line} $(ls)" for line in range(2, 82)]


def test_many_scripts_are_read_by_several_processes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shellcheck, "_AT_ONCE", 20)
    tasks = "\n".join(f'    task t{number} {{ sh "rm $(ls {number})" }}' for number in range(80))
    told = found(write(tmp_path, "a.flow", f"flow a {{\n{tasks}\n}}\n"))
    assert told == [f"SC2046 {number + 2} $(ls {number})" for number in range(80)]


def test_finding_is_allowed_as_any_hint(tmp_path: Path) -> None:
    text = 'flow a {\n    # flowc: allow F0816 because it is one word\n    task b { sh "rm $(ls)" }\n}\n'
    assert found(write(tmp_path, "a.flow", text)) == []


def test_examples_have_no_findings() -> None:
    for file in sorted((ROOT / "examples").glob("*.flow")):
        assert found(file) == []


def test_nothing_is_told_where_it_is_not_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(shellcheck.sys, "executable", str(tmp_path / "python"))
    assert found(write(tmp_path, "a.flow", FLOW)) == []
