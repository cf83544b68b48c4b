"""The registry: finds components by name. The standard ones, the project's own, those of installed packages.

The compiler asks for the catalog of a project, the executor for one component at a time. Modules are imported when
they are first needed and kept; a call costs one look-up.
"""

from __future__ import annotations

import contextlib
import importlib
import sys
import threading
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Final

from runtime.component.call import Component, component_of
from runtime.component.declaration import Declaration, declaration_of
from runtime.component.errors import ComponentProblem
from runtime.model.names import nearest
from runtime.model.signature import Catalog, Signature
from runtime.project import Project, find_project

STANDARD: Final = {
    "echo": "stdlib_components.echo",
    "sleep": "stdlib_components.sleep",
    "http.get": "stdlib_components.http_get",
    "files.copy": "stdlib_components.files_copy",
    "files.glob": "stdlib_components.files_glob",
    "files.unzip": "stdlib_components.files_unzip",
}
"""Components that come with the engine, and the module of each."""

ENTRY_POINTS: Final = "flower.components"
"""The entry point group by which an installed package offers a module of components."""

_lock = threading.RLock()
_standard: dict[str, Component] = {}
_of_projects: dict[Path, dict[str, Component]] = {}
_modules_of: dict[Path, set[str]] = {}
_of_packages: dict[str, Component] | None = None
_found: dict[tuple[str, Path | None], Component] = {}


def find(name: str, project: Path | None = None) -> Component:
    """The component of that name, for a task of the project in that folder. ComponentProblem if there is none."""
    known = _found.get((name, project))
    if known is None:
        with _lock:
            known = _found[name, project] = _find(name, project)
    return known


def catalog(project: Project | None = None) -> Catalog:
    """The signatures of all components that flows of the project may call.

    ComponentProblem if a module of the project or of an installed package cannot be loaded.
    """
    with _lock:
        components = [*_project_components(project).values()] if project is not None else []
        components += _package_components().values()
        clashing = [_standard_component(component.name) for component in components if component.name in STANDARD]
        others = _distinct([*clashing, *components])
        return _Signatures({name: component.signature for name, component in others.items()})


class _Signatures(Mapping[str, Signature]):
    """Signatures by name. The module of a standard component is loaded when its signature is asked for."""

    def __init__(self, others: Mapping[str, Signature]) -> None:
        self._others = others

    def __getitem__(self, name: str) -> Signature:
        if name not in STANDARD:
            return self._others[name]
        with _lock:
            return _standard_component(name).signature

    def __contains__(self, name: object) -> bool:
        return name in STANDARD or name in self._others

    def __iter__(self) -> Iterator[str]:
        return iter((*STANDARD, *self._others))

    def __len__(self) -> int:
        return len(STANDARD) + len(self._others)


def forget(project: Project) -> None:
    """Load the project's modules anew the next time; for tools that stay while files change."""
    with _lock:
        _of_projects.pop(project.folder, None)
        for key in [key for key in _found if key[1] == project.folder]:
            del _found[key]
        for name in _modules_of.pop(project.folder, set()):
            sys.modules.pop(name, None)


def _find(name: str, folder: Path | None) -> Component:
    if name in STANDARD:
        return _standard_component(name)
    project = None if folder is None else find_project(folder)
    own = {} if project is None else _project_components(project)
    if name in own:
        return own[name]
    packages = _package_components()
    if name in packages:
        return packages[name]
    where = "" if project is None else f" in {project.file}"
    raise ComponentProblem(
        f"there is no component `{name}`",
        nearest(name, [*STANDARD, *own, *packages]) or f"list the module that defines it under `components`{where}",
    )


def _standard_component(name: str) -> Component:
    if name not in _standard:
        module = importlib.import_module(STANDARD[name])
        (component,) = _components_in(module, name)
        _standard[name] = component
    return _standard[name]


def _project_components(project: Project) -> dict[str, Component]:
    if project.folder not in _of_projects:
        found = [component for entry in project.components for component in _load_entry(project, entry)]
        _of_projects[project.folder] = _distinct(found)
    return _of_projects[project.folder]


def _load_entry(project: Project, entry: str) -> list[Component]:
    name = _module_name(project, entry)
    module = _import_from(project, name, entry)
    components = _components_in(module, name.rpartition(".")[2])
    if not components:
        raise ComponentProblem(
            f"{entry}, listed in {project.file}, defines no component",
            "put `@component` (from runtime.component) above a function of it",
        )
    return components


def _module_name(project: Project, entry: str) -> str:
    """The dotted name of a file (`shop/steps.py`) or module (`shop.steps`) of the project."""
    if not entry.endswith(".py"):
        name = entry
    else:
        path = Path(entry)
        if path.is_absolute() or ".." in path.parts:
            raise ComponentProblem(f"{project.file}: {entry} does not lie in the project's folder", "give a path in it")
        if not (project.folder / path).is_file():
            raise ComponentProblem(
                f"{project.file} lists {entry}, but there is no such file",
                nearest(entry, [str(file.relative_to(project.folder)) for file in _sources(project)]),
            )
        name = ".".join(path.with_suffix("").parts)
    if not all(part.isidentifier() for part in name.split(".")):
        raise ComponentProblem(
            f"{project.file}: {entry} cannot be imported, because `{name}` is no name of a Python module",
            "use letters, digits and underscores only",
        )
    return name


def _sources(project: Project) -> Iterable[Path]:
    return [*project.folder.glob("*.py"), *project.folder.glob("*/*.py")]


def _import_from(project: Project, name: str, entry: str) -> ModuleType:
    folder = str(project.folder)
    if sys.path[:1] != [folder]:
        sys.path[:] = [folder, *(path for path in sys.path if path != folder)]
    _make_room(project)
    importlib.invalidate_caches()
    before = set(sys.modules)
    module = _imported(name, f"{entry}, listed in {project.file},")
    imported = {key for key in set(sys.modules) - before if _lies_in(sys.modules[key], project.folder)}
    _modules_of.setdefault(project.folder, set()).update(imported)
    if entry.endswith(".py") and not _lies_in(module, project.folder):
        raise ComponentProblem(
            f"{entry} has the name of another module, {getattr(module, '__file__', None) or 'one of Python itself'}",
            "rename the file",
        )
    return module


def _make_room(project: Project) -> None:
    """Let modules of other projects go, so that equal names do not meet; their components stay usable."""
    for folder in [folder for folder in _modules_of if folder != project.folder]:
        for name in _modules_of.pop(folder):
            sys.modules.pop(name, None)


def _lies_in(module: ModuleType, folder: Path) -> bool:
    """Whether the module's source is in the folder, and not in a virtual environment there."""
    places = [Path(place) for place in [getattr(module, "__file__", None), *getattr(module, "__path__", ())] if place]
    return any(place.is_relative_to(folder) and "site-packages" not in place.parts for place in places)


def _imported(name: str, what: str) -> ModuleType:
    """Import a module of somebody else. What it prints goes to stderr: stdout is for the command's own data."""
    try:
        with contextlib.redirect_stdout(sys.stderr):
            return importlib.import_module(name)
    except ModuleNotFoundError as problem:
        if problem.name == name or name.startswith(f"{problem.name}."):
            raise ComponentProblem(f"{what} is not there: there is no module `{name}`") from None
        raise ComponentProblem(f"{what} needs the module `{problem.name}`, which is not installed") from None
    except (Exception, SystemExit) as problem:  # noqa: BLE001 - anything may be raised by an import
        raise ComponentProblem(f"{what} cannot be imported: {_last_place(problem)}") from None


def _last_place(problem: BaseException) -> str:
    """The error, and where in the author's file it was raised."""
    import traceback

    told = "".join(traceback.format_exception_only(problem)).strip().splitlines()[-1]
    if isinstance(problem, SyntaxError):
        return f"{told} ({problem.filename}:{problem.lineno})"
    frames = [frame for frame in traceback.extract_tb(problem.__traceback__) if "importlib" not in frame.filename]
    place = f" ({frames[-1].filename}:{frames[-1].lineno})" if frames else ""
    return told + place


def _components_in(module: ModuleType, prefix: str) -> list[Component]:
    """The components that the module itself defines; a name without a dot is put behind the prefix."""
    marked = [(key, value, declaration_of(value)) for key, value in vars(module).items()]
    return [
        component_of(value, declaration, _full_name(declaration, prefix, key))
        for key, value, declaration in marked
        if declaration is not None and getattr(value, "__module__", None) == module.__name__
    ]


def _full_name(declaration: Declaration, prefix: str, key: str) -> str:
    return declaration.name or f"{prefix}.{key}"


def _package_components() -> dict[str, Component]:
    global _of_packages
    if _of_packages is None:
        _of_packages = _distinct(_load_packages()) if _some_package_offers() else {}
    return _of_packages


def _some_package_offers() -> bool:
    """Whether any installed package names our entry point group; looked up in its files, which is quick."""
    declared = (file for path in sys.path for file in Path(path or ".").glob("*-info/entry_points.txt"))
    return any(ENTRY_POINTS.encode() in file.read_bytes() for file in declared)


def _load_packages() -> list[Component]:
    from importlib.metadata import entry_points

    found: list[Component] = []
    for point in entry_points(group=ENTRY_POINTS):
        module = _imported(point.module, f"the module `{point.module}` of an installed package")
        found += _components_in(module, point.name)
    return found


def _distinct(components: Iterable[Component]) -> dict[str, Component]:
    """By name; ComponentProblem if two have the same."""
    known: dict[str, Component] = {}
    for component in components:
        other = known.setdefault(component.name, component)
        if other is not component:
            raise ComponentProblem(
                f"two components are called `{component.name}`: in {_file(other)} and in {_file(component)}",
                'rename one of the functions, or give it a name: @component(name="…")',
            )
    return known


def _file(component: Component) -> str:
    code = component.function.__code__
    return f"{code.co_filename}:{code.co_firstlineno}"
