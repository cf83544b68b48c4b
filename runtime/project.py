"""The project: the folder of the nearest `flow.toml`, and what that file says."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from runtime.model.errors import FlowerError
from runtime.model.names import nearest
from runtime.model.slotted import dataclass, field

PROJECT_FILE: Final = "flow.toml"

_TABLES: Final = ("project", "runner")
_KEYS: Final = ("name", "components")
_RUNNER_KEYS: Final = ("wakeup", "poll", "gate")


class ProjectProblem(FlowerError):
    """`flow.toml` cannot be read or holds something that has no meaning."""


@dataclass(frozen=True, slots=True)
class Project:
    """`components`: the modules that hold the project's components, as files or dotted names, in order. `runner`:
    settings of whoever works on the project's store, as written."""

    folder: Path
    name: str | None = None
    components: tuple[str, ...] = ()
    runner: Mapping[str, str] = field(default_factory=dict)

    @property
    def file(self) -> Path:
        return self.folder / PROJECT_FILE


def find_project(start: Path) -> Project | None:
    """The project that the folder (or file) is in; None if no folder above has a `flow.toml`."""
    folder = find_folder(start)
    return read_project(folder) if folder else None


def find_folder(start: Path) -> Path | None:
    """The nearest folder at or above `start` that has a `flow.toml`; the file itself is not read."""
    here = start.absolute()
    return next((folder for folder in (here, *here.parents) if (folder / PROJECT_FILE).is_file()), None)


def read_project(folder: Path) -> Project:
    """The project of a folder that has a `flow.toml`; ProjectProblem says what is wrong with the file."""
    import tomllib

    file = folder / PROJECT_FILE
    try:
        data = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as problem:
        raise ProjectProblem(f"{file} cannot be read: {problem.strerror}") from None
    except UnicodeDecodeError:
        raise ProjectProblem(f"{file} is not UTF-8", "save it as UTF-8") from None
    except tomllib.TOMLDecodeError as problem:
        raise ProjectProblem(f"{file} is not TOML: {problem}") from None
    _check_known(file, "", data, _TABLES)
    table = data.get("project", {})
    if not isinstance(table, dict):
        raise ProjectProblem(f"{file}: `project` is a table", "write it as [project]")
    _check_known(file, "project.", table, _KEYS)
    return Project(folder, _name(file, table), _components(file, table), _runner(file, data.get("runner", {})))


def _runner(file: Path, table: Any) -> dict[str, str]:
    if not isinstance(table, dict):
        raise ProjectProblem(f"{file}: `runner` is a table", "write it as [runner]")
    _check_known(file, "runner.", table, _RUNNER_KEYS)
    wrong = next((key for key, value in table.items() if not isinstance(value, str)), None)
    if wrong is not None:
        raise ProjectProblem(f"{file}: `runner.{wrong}` must be a text", f'write it as {wrong} = "…"')
    return dict(table)


def _check_known(file: Path, prefix: str, table: dict[str, Any], known: tuple[str, ...]) -> None:
    for key in table:
        if key not in known:
            listed = ", ".join(prefix + name for name in known)
            raise ProjectProblem(
                f"{file}: `{prefix}{key}` has no meaning", nearest(key, known) or f"there is: {listed}"
            )


def _name(file: Path, table: dict[str, Any]) -> str | None:
    name = table.get("name")
    if name is not None and not isinstance(name, str):
        raise ProjectProblem(f"{file}: `project.name` must be a text", 'write it as name = "shop"')
    return name


def _components(file: Path, table: dict[str, Any]) -> tuple[str, ...]:
    listed = table.get("components", [])
    if not isinstance(listed, list) or not all(isinstance(entry, str) and entry for entry in listed):
        raise ProjectProblem(
            f"{file}: `project.components` must be a list of modules", 'write it as components = ["components.py"]'
        )
    return tuple(listed)


def components_hash(folder: Path) -> str:
    """A digest of the files that hold the project's own components; empty if it has none, or they cannot be read."""
    import hashlib

    try:
        project = read_project(folder) if (folder / PROJECT_FILE).is_file() else None
        digest = hashlib.sha256()
        for file in _component_files(project) if project is not None else ():
            digest.update(f"{file.relative_to(folder)}\0".encode())
            digest.update(file.read_bytes())
    except (FlowerError, OSError, ValueError):
        return ""
    return digest.hexdigest()[:16] if project is not None and project.components else ""


def _component_files(project: Project) -> list[Path]:
    """The Python files of the modules that lie in the project folder, sorted."""
    found: set[Path] = set()
    for name in project.components:
        place = project.folder / (name if name.endswith(".py") else name.replace(".", "/"))
        for candidate in (place, place.with_suffix(".py")):
            if candidate.is_file():
                found.add(candidate)
        if place.is_dir():
            found |= set(place.rglob("*.py"))
    return sorted(found)
