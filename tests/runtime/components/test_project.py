"""`flow.toml`: found above, read, and told what is wrong with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from runtime.project import Project, ProjectProblem, find_project, read_project


def written(folder: Path, text: str | bytes) -> Path:
    (folder / "flow.toml").write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder


def test_nearest_file_at_or_above_counts(tmp_path: Path) -> None:
    written(tmp_path, '[project]\nname = "shop"\ncomponents = ["components.py", "shop.steps"]\n')
    inner = tmp_path / "flows" / "daily"
    inner.mkdir(parents=True)
    assert find_project(inner) == Project(tmp_path, "shop", ("components.py", "shop.steps"))
    written(inner, "")
    assert find_project(inner) == Project(inner)


def test_no_file_is_no_project(tmp_path: Path) -> None:
    found = find_project(tmp_path)
    assert found is None or found.folder in tmp_path.parents


@pytest.mark.parametrize(
    ("text", "sentence", "help"),
    [
        ("[project]\ncomponnents = []\n", "`project.componnents` has no meaning", "did you mean `components`?"),
        ("[projekt]\n", "`projekt` has no meaning", "did you mean `project`?"),
        ("[project]\nzone = 1\n", "`project.zone` has no meaning", "there is: project.name, project.components"),
        ("project = 1\n", "`project` is a table", "write it as [project]"),
        ('[project]\ncomponents = "a.py"\n', "must be a list of modules", 'write it as components = ["components.py"]'),
        ("[project]\nname = 5\n", "`project.name` must be a text", 'write it as name = "shop"'),
        ("[project\n", "is not TOML: Expected ']'", None),
        (b"\xff\xfe", "is not UTF-8", "save it as UTF-8"),
    ],
)
def test_mistake_is_told_with_the_way_out(tmp_path: Path, text: str | bytes, sentence: str, help: str | None) -> None:
    with pytest.raises(ProjectProblem) as raised:
        read_project(written(tmp_path, text))
    assert str(tmp_path / "flow.toml") in str(raised.value)
    assert sentence in str(raised.value)
    assert raised.value.help == help
