"""Every command in the documents exists, with the options it is shown with, and every verb is told of."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from tests.docs.pages import PAGES, ROOT, Block, blocks

BIN = Path(sys.executable).parent
OWN = ("flower", "flowc")
PARAMETERS_OF_SHOWN_FLOWS = {"--regions", "--min-flights", "--at-least", "--patience"}


def lines() -> list[tuple[Block, list[str]]]:
    shown = [
        (block, line.removeprefix("$ "))
        for block in blocks("console")
        for line in block.text.splitlines()
        if line.startswith("$ ")
    ]
    return [(block, shlex.split(line, comments=True)) for block, line in shown]


@cache
def help_of(*words: str) -> str:
    env = os.environ | {"COLUMNS": "200", "NO_COLOR": "1"}
    told = subprocess.run(
        [BIN / words[0], *words[1:], "--help"], capture_output=True, text=True, check=False, timeout=60, env=env
    )
    assert told.returncode == 0, told.stderr
    return told.stdout


@pytest.mark.parametrize(
    ("block", "words"), lines(), ids=lambda value: " ".join(value) if isinstance(value, list) else ""
)
def test_command_exists(block: Block, words: list[str]) -> None:
    if words[0] == "make":
        assert re.search(rf"^{words[1]}:", (ROOT / "Makefile").read_text(), re.MULTILINE)
    elif words[0] in OWN:
        told = help_of(*words[:2])
        for option in [word for word in words[2:] if word.startswith("--")]:
            assert option in told or option in PARAMETERS_OF_SHOWN_FLOWS, f"{block}: {option}"
    else:
        assert words[0] in ("git", "pip", "python3", "sed", "cat"), f"{block}: {words[0]}"


@pytest.mark.parametrize("tool", OWN)
def test_every_verb_is_told_of_and_no_other(tool: str) -> None:
    verbs = set(re.findall(r"^│ (\w+)  ", help_of(tool), re.MULTILINE))
    told = {verb for page in PAGES for verb in re.findall(rf"`{tool} (\w+)", page.read_text(encoding="utf-8"))}
    in_readme = {verb for row in table_rows() for verb in re.findall(rf"`{tool} (\w+)", row)}
    assert verbs
    assert verbs <= told
    assert in_readme <= verbs


def table_rows() -> list[str]:
    return [row for row in (ROOT / "README.md").read_text(encoding="utf-8").splitlines() if row.startswith("| `")]
