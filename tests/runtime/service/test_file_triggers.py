"""Which files a pattern names, and when one of them is complete and new."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from runtime.model.definition import TriggerDefinition
from runtime.model.rows import TriggeredFlow
from runtime.service.file_patterns import matching
from runtime.service.watching import FileLooks

FILES = ("a.csv", "b.txt", "in/a.csv", "in/.b.csv", "in/deep/c.csv", ".hidden/d.csv")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in FILES:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
    return tmp_path


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("*.csv", ["a.csv"]),
        ("in/*.csv", ["in/a.csv"]),
        ("in/.*.csv", ["in/.b.csv"]),
        ("**/*.csv", ["a.csv", "in/a.csv", "in/deep/c.csv"]),
        ("in/**/*.csv", ["in/a.csv", "in/deep/c.csv"]),
        ("*/[ab].csv", ["in/a.csv"]),
        (".hidden/*", [".hidden/d.csv"]),
        ("none/*.csv", []),
        ("in", []),
    ],
)
def test_a_pattern_names_files(folder: Path, pattern: str, found: list[str]) -> None:
    assert sorted(path for path, _ in matching(folder, pattern)) == found


def test_a_link_that_leads_in_a_circle_is_not_followed(folder: Path) -> None:
    (folder / "in" / "circle").symlink_to(folder)
    assert sorted(path for path, _ in matching(folder, "**/a.csv")) == ["a.csv", "in/a.csv"]


def flow(folder: Path, since: int = 0) -> TriggeredFlow:
    return TriggeredFlow("load", 1, str(folder), (TriggerDefinition("file", "in/*.csv"),), since, 0, None)


def paths(looks: FileLooks, watched: TriggeredFlow) -> list[str]:
    """What a look finds complete; the engine is told of it."""
    found = looks.complete(watched)
    for pattern, event, version in found:
        looks.told(watched.flow, pattern, event["path"], version)
    return [event["path"] for _, event, _ in found]


def test_a_file_is_complete_when_two_looks_find_it_the_same(folder: Path) -> None:
    looks, watched = FileLooks(), flow(folder)
    assert [paths(looks, watched) for _ in range(3)] == [[], ["in/a.csv"], []]


def test_a_file_that_grows_is_waited_for(folder: Path) -> None:
    looks, watched = FileLooks(), flow(folder)
    assert paths(looks, watched) == []
    (folder / "in" / "a.csv").write_text("more")
    assert [paths(looks, watched) for _ in range(2)] == [[], ["in/a.csv"]]


def test_a_file_that_changes_counts_again(folder: Path) -> None:
    looks, watched = FileLooks(), flow(folder)
    assert [paths(looks, watched) for _ in range(2)] == [[], ["in/a.csv"]]
    os.utime(folder / "in" / "a.csv", ns=(1, 1))
    assert [paths(looks, watched) for _ in range(2)] == [[], ["in/a.csv"]]


def test_an_event_tells_path_size_and_time(folder: Path) -> None:
    os.utime(folder / "in" / "a.csv", (1_700_000_000.9, 1_700_000_000.9))
    looks, watched = FileLooks(), flow(folder)
    looks.complete(watched)
    ((_, event, _),) = looks.complete(watched)
    assert event == {"path": "in/a.csv", "size": 1, "modified": "2023-11-14T22:13:20Z"}


def test_a_file_that_was_there_before_the_deployment_is_not_new(folder: Path) -> None:
    changed = (folder / "in" / "a.csv").stat().st_ctime_ns // 1000
    looks, watched = FileLooks(), flow(folder, since=changed + 1)
    assert [paths(looks, watched) for _ in range(2)] == [[], []]


def test_an_old_file_that_is_moved_in_is_new(folder: Path) -> None:
    old = folder / "b.txt"
    os.utime(old, (1, 1))
    looks, watched = FileLooks(), flow(folder, since=old.stat().st_ctime_ns // 1000 - 1)
    old.rename(folder / "in" / "b.csv")
    looks.complete(watched)
    assert "in/b.csv" in paths(looks, watched)


def test_of_files_that_are_gone_nothing_is_remembered(folder: Path) -> None:
    looks, watched = FileLooks(), flow(folder)
    assert [paths(looks, watched) for _ in range(2)] == [[], ["in/a.csv"]]
    (folder / "in" / "a.csv").unlink()
    assert paths(looks, watched) == []
    assert looks._told == {}
