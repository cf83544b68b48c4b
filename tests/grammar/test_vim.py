"""The files for vim: in vim itself the same colours as in Pygments, and indentation that follows the brackets."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from pygments.token import string_to_tokentype

from grammar.pygments_lexer import FlowLexer
from grammar.roles import Role
from grammar.vim import roles_of_groups, vim_files
from grammar.vim_pattern import translated
from tests.grammar.samples import ROOT, samples

SCRIPT = re.compile(r"flow(Shell|Python|Sql)(Line|RawLine|Lines|RawLines)|(?!flow)[A-Za-z]")
RAW_SCRIPT = re.compile(r"\b(?:sh|bash|python|sql\([^)\n]*\)) ('{3}.*?'{3}|'[^'\n]*')", re.DOTALL)
"""Not compared: vim takes `{{ }}` for a hole in the texts of these too."""
ROLES = roles_of_groups() | {f"flowAs{role.name.title().replace('_', '')}": role for role in Role}


@pytest.mark.parametrize(
    ("pattern", "vim"),
    [
        (r"(?<![.\w])task\b", r"%([.0-9A-Za-z_])@1<!task%(<|>)"),
        (r"(?=[ \t]*=)|$", r"%([ \t]*\=)@=|$"),
        (r"[0-9]{4}-(?:a|b)?", r"[0-9]{4}-%(a|b)?"),
        (r"\{\{", r"\{\{"),
        (r"[\w\"'(\[{]", r"""[0-9A-Za-z_"'([{]"""),
        (r"[()\[\]{}]", r"[()[\]{}]"),
    ],
)
def test_pattern_is_translated(pattern: str, vim: str) -> None:
    assert translated(pattern) == vim


@cache
def vim_has_syntax() -> bool:
    vim = shutil.which("vim")
    return bool(vim) and "+syntax" in subprocess.run([vim, "--version"], capture_output=True, text=True).stdout


needs_vim = pytest.mark.skipif(not vim_has_syntax(), reason="there is no vim with syntax colours here")


@pytest.fixture
def packages(tmp_path: Path) -> Path:
    for name, text in vim_files().items():
        file = tmp_path / "packages" / "pack" / "flower" / "start" / "flow" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
    return tmp_path / "packages"


def vim(script: Path, packages: Path, files: list[Path]) -> None:
    env = os.environ | {"FLOW_PACKAGES": str(packages), "FLOW_FILES": "\n".join(map(str, files)), "HOME": str(packages)}
    command = ["vim", "-e", "-s", "-N", "-u", "NONE", "-i", "NONE", "-S", str(script)]
    done = subprocess.run(command, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, done.stdout + done.stderr


@needs_vim
def test_colours_are_those_of_pygments_outside_of_scripts(packages: Path, tmp_path: Path) -> None:
    texts = [sample for sample in samples() if sample.text.isascii()]
    files = [tmp_path / f"sample_{number}.flow" for number in range(len(texts))]
    for sample, file in zip(texts, files, strict=True):
        file.write_text(sample.text, "utf-8")
    vim(Path(__file__).parent / "groups.vim", packages, files)
    for sample, file in zip(texts, files, strict=True):
        head, *lines = file.with_name(f"{file.name}.groups").read_text("utf-8").splitlines()
        assert head == "filetype flow # %s"
        groups = [group for line in lines for group in [*line.split(), "newline"]]
        kinds = [kind for _, kind, value in FlowLexer().get_tokens_unprocessed(sample.text) for _ in value]
        raw = {at for found in RAW_SCRIPT.finditer(sample.text) for at in range(*found.span(1))}
        for at, (sign, kind, group) in enumerate(zip(sample.text, kinds, groups, strict=False)):
            if sign.strip() and at not in raw and not SCRIPT.match(group):
                place = f"line {sample.text.count(chr(10), 0, at) + 1} of {sample.name}: {sample.text[at : at + 20]!r}"
                assert group in ROLES, place
                assert string_to_tokentype(ROLES[group].value.pygments) is kind, f"{place} {group}"


def without_indentation(text: str) -> str:
    """The text with its lines at the left, but for those of scripts."""
    pieces = text.split('"""')
    return '"""'.join(re.sub(r"(?m)^ +", "", piece) if place % 2 == 0 else piece for place, piece in enumerate(pieces))


@needs_vim
@pytest.mark.parametrize("start", [str, without_indentation])
def test_examples_are_indented_as_they_are_written(start: Callable[[str], str], packages: Path, tmp_path: Path) -> None:
    texts = {file.name: file.read_text("utf-8") for file in (ROOT / "examples").glob("*.flow")}
    for name, text in texts.items():
        (tmp_path / name).write_text(start(text), "utf-8")
    vim(Path(__file__).parent / "indent.vim", packages, [tmp_path / name for name in texts])
    for name, text in texts.items():
        assert (tmp_path / name).read_text("utf-8") == text
