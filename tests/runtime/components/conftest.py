"""Projects on disk, and a process that forgets what a test has imported."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from runtime.project import Project, read_project


class Folder:
    """A project's folder, written file by file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.mkdir(exist_ok=True)

    def write(self, name: str, text: str) -> Path:
        file = self.path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        return file

    def project(self, *components: str) -> Project:
        listed = ", ".join(f'"{entry}"' for entry in components)
        self.write("flow.toml", f"[project]\ncomponents = [{listed}]\n")
        return read_project(self.path)


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "project")


@pytest.fixture(autouse=True)
def imports_are_undone() -> Iterator[None]:
    path, modules = list(sys.path), set(sys.modules)
    yield
    sys.path[:] = path
    for name in set(sys.modules) - modules:
        if not name.startswith(("runtime", "stdlib_components", "importlib", "email")):
            del sys.modules[name]
