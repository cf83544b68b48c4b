"""`flowc history`, `flowc diff` and `flowc rollback` in real processes, on a real store."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.flowc.cli.commands import GOOD, flowc, write

WORDS = ("echo bye", "echo goodbye", "echo farewell")


@pytest.fixture
def three(tmp_path: Path) -> Path:
    """A folder with three versions of `hello`, each with another word."""
    for word in WORDS:
        write(tmp_path, "hello.flow", GOOD.replace("echo bye", word))
        assert flowc("deploy", "hello.flow", cwd=tmp_path).code == 0
    return tmp_path


def test_history_lists_versions_with_what_was_new(three: Path) -> None:
    lines = flowc("history", "hello", cwd=three).out.splitlines()
    assert lines[0].split() == ["VERSION", "DEPLOYED", "TASKS", "RUNS", "UNDER", "WAY", "CHANGES", "FILE"]
    assert [re.sub(r" +\d{4}-\d\d-\d\d \d\d:\d\d:\d\d +", " ", line).split() for line in lines[1:]] == [
        ["3", "2", "0", "~1", "tasks", "hello.flow"],
        ["2", "2", "0", "~1", "tasks", "hello.flow"],
        ["1", "2", "0", "new", "hello.flow"],
    ]


def test_history_is_as_long_as_asked_for(three: Path) -> None:
    entries = json.loads(flowc("history", "hello", "-n", "2", "--json", cwd=three).out)
    assert [(each["version"], each["news"]) for each in entries] == [(3, "~1 tasks"), (2, "~1 tasks")]
    assert set(entries[0]) >= {"flow", "deployed", "file", "project", "hash", "tasks", "runs", "under_way"}


@pytest.mark.parametrize(
    ("versions", "told"),
    [((), (2, 3)), (("1",), (1, 3)), (("1", "2"), (1, 2)), (("3", "1"), (3, 1))],
)
def test_diff_tells_what_differs_between_two_versions(
    versions: tuple[str, ...], told: tuple[int, int], three: Path
) -> None:
    before, after = told
    assert flowc("diff", "hello", *versions, cwd=three).out == (
        f"~ flow hello: version {before} → {after}\n"
        "  tasks\n"
        "    ~ bye\n"
        f"        ~ script  {WORDS[before - 1]} → {WORDS[after - 1]}\n"
    )


def test_diff_of_equal_versions_has_code_0_and_others_3_where_asked_for(three: Path) -> None:
    same = flowc("diff", "hello", "2", "2", "--exit-code", cwd=three)
    assert (same.code, same.out) == (0, "= flow hello: versions 2 and 2 are the same\n")
    assert flowc("diff", "hello", "--exit-code", cwd=three).code == 3
    assert flowc("diff", "hello", cwd=three).code == 0


def test_rollback_deploys_an_older_version_as_a_new_one(three: Path) -> None:
    ended = flowc("rollback", "hello", "1", cwd=three)
    assert (ended.code, ended.out) == (0, "hello: version 4, which does what version 1 did (was 3)\n")
    assert flowc("diff", "hello", "1", "4", cwd=three).out == "= flow hello: versions 1 and 4 are the same\n"


def test_rollback_without_a_version_goes_back_by_one(three: Path) -> None:
    assert flowc("rollback", "hello", cwd=three).out == "hello: version 4, which does what version 2 did (was 3)\n"


def test_rollback_to_what_is_deployed_changes_nothing(three: Path) -> None:
    assert flowc("rollback", "hello", "3", cwd=three).out == "hello: unchanged, version 3 is what version 3 was\n"


@pytest.mark.parametrize(
    ("words", "message", "help"),
    [
        (("diff", "helo"), "no flow `helo` is deployed here", "did you mean `hello`?"),
        (("history", "helo"), "no flow `helo` is deployed here", "did you mean `hello`?"),
        (("rollback", "hello", "9"), "flow `hello` has no version 9", "its versions are 1 to 3: flowc history hello"),
        (("diff", "hello", "0"), "flow `hello` has no version 0", "its versions are 1 to 3: flowc history hello"),
    ],
)
def test_what_is_not_there_is_told_with_what_is(words: tuple[str, ...], message: str, help: str, three: Path) -> None:
    ended = flowc(*words, cwd=three)
    assert (ended.code, ended.out, ended.err) == (2, "", f"error: {message}\nhelp: {help}\n")


def test_first_version_has_nothing_to_be_compared_with(tmp_path: Path) -> None:
    write(tmp_path, "hello.flow", GOOD)
    flowc("deploy", "hello.flow", cwd=tmp_path)
    for verb in ("diff", "rollback"):
        ended = flowc(verb, "hello", cwd=tmp_path)
        assert ended.code == 2
        assert ended.err.startswith("error: flow `hello` has no version before version 1\n")


def test_no_store_is_told_in_a_sentence(tmp_path: Path) -> None:
    ended = flowc("history", "hello", cwd=tmp_path)
    assert ended.code == 2
    assert ended.err.startswith("error: there is no store at ")
