"""`files.glob`: sorted files of a folder, and a count that can be asked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from runtime.component import Failed
from tests.stdlib_components.conftest import Caller


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name in ("b.csv", "a.csv", "c.txt", ".hidden.csv", "deep/er/d.csv", ".git/e.csv"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")
    return tmp_path


@pytest.mark.parametrize(
    ("pattern", "files"),
    [
        ("*.csv", ["a.csv", "b.csv"]),
        ("**/*.csv", ["a.csv", "b.csv", "deep/er/d.csv"]),
        (".*.csv", [".hidden.csv"]),
        ("deep", []),
        ("[ab].csv", ["a.csv", "b.csv"]),
    ],
)
def test_files_are_sorted_and_relative_to_the_project(call: Caller, tree: Path, pattern: str, files: list[str]) -> None:
    assert call("files.glob", pattern=pattern) == {"files": files, "count": len(files)}


def test_within_another_folder_paths_are_whole(call: Caller, tree: Path) -> None:
    assert call("files.glob", pattern="*.csv", within=tree / "deep" / "er")["files"] == [str(tree / "deep/er/d.csv")]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"pattern": "*.csv", "at_least": 3}, "2 files in .* fit `\\*.csv`, but at least 3 are needed"),
        ({"pattern": "/etc/*"}, "`/etc/\\*` leaves the folder; give another folder by `within`"),
        ({"pattern": "../*"}, "leaves the folder"),
        ({"pattern": ""}, "leaves the folder"),
        ({"pattern": "a**b"}, "`a\\*\\*b` cannot be used"),
        ({"pattern": "*", "within": "/nothing/here"}, "there is no folder /nothing/here"),
    ],
)
def test_what_cannot_be_found_is_told(call: Caller, tree: Path, arguments: dict[str, object], sentence: str) -> None:
    with pytest.raises(Failed, match=sentence):
        call("files.glob", **arguments)
