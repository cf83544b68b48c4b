"""Where components are found: the standard ones, a project's modules, installed packages; and why one is not."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from runtime import registry
from runtime.component.errors import ComponentProblem
from runtime.registry import STANDARD, catalog, find, forget
from tests.runtime.components.conftest import Folder

ONE = "from runtime.component import component\n\n\n@component\ndef one() -> int:\n    return {}\n"


def problem(call: Any, *arguments: Any) -> ComponentProblem:
    with pytest.raises(ComponentProblem) as raised:
        call(*arguments)
    return raised.value


def test_standard_components_are_there_without_a_project() -> None:
    assert set(catalog()) >= set(STANDARD)
    assert all(find(name).name == name for name in STANDARD)


def test_project_modules_are_named_by_their_last_part(folder: Folder) -> None:
    folder.write("sales.py", ONE.format(1))
    folder.write(
        "shop/steps.py", ONE.format(2) + '\n\n@component(name="shop.clean")\ndef two() -> int:\n    return 3\n'
    )
    folder.write("shop/more.py", ONE.format(4))
    project = folder.project("sales.py", "shop/steps.py", "shop.more")
    assert {"sales.one", "steps.one", "shop.clean", "more.one"} <= set(catalog(project))
    assert find("steps.one", folder.path).invoke({}) == {"result": 2}
    assert find("shop.clean", folder.path).invoke({}) == {"result": 3}


def test_project_folder_is_first_on_the_path(folder: Folder) -> None:
    folder.write("colorsys.py", "NAME = 'ours'\n")
    folder.write("steps.py", "import colorsys\n" + ONE.format("colorsys.NAME").replace("int", "str"))
    folder.project("steps.py")
    sys.modules.pop("colorsys", None)
    assert find("steps.one", folder.path).invoke({}) == {"result": "ours"}


def test_modules_of_the_same_name_in_two_projects_stay_apart(tmp_path: Path) -> None:
    first, second = Folder(tmp_path / "first"), Folder(tmp_path / "second")
    for number, each in enumerate((first, second), start=1):
        each.write("parts/__init__.py", "")
        each.write("parts/number.py", f"NUMBER = {number}\n")
        each.write("steps.py", "from parts.number import NUMBER\n" + ONE.format("NUMBER"))
        each.project("steps.py")
    results = [find("steps.one", each.path).invoke({}) for each in (first, second, first)]
    assert results == [{"result": 1}, {"result": 2}, {"result": 1}]


def test_imported_components_are_not_counted_twice(folder: Folder) -> None:
    folder.write("sales.py", ONE.format(1))
    folder.write("more.py", "from sales import one\n" + ONE.format(1).replace("def one", "def other"))
    names = set(catalog(folder.project("sales.py", "more.py")))
    assert {"sales.one", "more.other"} <= names
    assert "more.one" not in names


def test_forget_reads_changed_modules_anew(folder: Folder) -> None:
    folder.write("steps.py", ONE.format(1))
    project = folder.project("steps.py")
    assert find("steps.one", folder.path).invoke({}) == {"result": 1}
    folder.write("steps.py", ONE.format("1 + 41"))
    forget(project)
    assert find("steps.one", folder.path).invoke({}) == {"result": 42}


def test_what_a_module_prints_does_not_reach_stdout(folder: Folder, capfd: pytest.CaptureFixture[str]) -> None:
    folder.write("steps.py", "print('hello')\n" + ONE.format(1))
    catalog(folder.project("steps.py"))
    assert capfd.readouterr() == ("", "hello\n")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("x = 1\n", "steps.py, listed in {folder}/flow.toml, defines no component"),
        ("import nothing_like_it\n", "needs the module `nothing_like_it`, which is not installed"),
        ("1 / 0\n", "cannot be imported: ZeroDivisionError: division by zero ({folder}/steps.py:1)"),
        ("def f(:\n", "cannot be imported: SyntaxError: invalid syntax ({folder}/steps.py:1)"),
        ("raise SystemExit(3)\n", "cannot be imported: SystemExit: 3 ({folder}/steps.py:1)"),
        (ONE.format(1).replace("-> int", ""), "the component `one` ({folder}/steps.py:4) cannot be called from flows"),
        (ONE.format(1).replace("@component", "@component(name='echo')"), "two components are called `echo`: in "),
    ],
)
def test_module_that_cannot_be_used_is_told_with_its_place(folder: Folder, text: str, sentence: str) -> None:
    folder.write("steps.py", text)
    project = folder.project("steps.py")
    assert sentence.format(folder=folder.path) in str(problem(catalog, project))


@pytest.mark.parametrize(
    ("entry", "sentence", "help"),
    [
        ("stepps.py", "lists stepps.py, but there is no such file", "did you mean `steps.py`?"),
        ("shop.nothing", "shop.nothing, listed in", None),
        ("../steps.py", "../steps.py does not lie in the project's folder", "give a path in it"),
        ("my-steps.py", "`my-steps` is no name of a Python module", "use letters, digits and underscores only"),
        ("json.py", "json.py has the name of another module, ", "rename the file"),
    ],
)
def test_entry_that_names_no_module_is_refused(folder: Folder, entry: str, sentence: str, help: str | None) -> None:
    for name in ("steps.py", "my-steps.py", "json.py"):
        folder.write(name, ONE.format(1))
    found = problem(catalog, folder.project(entry))
    assert sentence in str(found)
    assert found.help == help


def test_unknown_component_is_a_problem_with_the_nearest_name(folder: Folder) -> None:
    folder.write("sales.py", ONE.format(1))
    folder.project("sales.py")
    assert problem(find, "sales.oen", folder.path).help == "did you mean `sales.one`?"
    assert problem(find, "http.got").help == "did you mean `http.get`?"
    assert str(problem(find, "zzz", folder.path)) == "there is no component `zzz`"


def test_installed_package_offers_components_by_entry_point(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    site = Folder(tmp_path / "site")
    site.write("acme_flow.py", ONE.format(7))
    site.write("acme-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: acme\nVersion: 1.0\n")
    site.write("acme-1.0.dist-info/entry_points.txt", "[flower.components]\nacme = acme_flow\n")
    monkeypatch.syspath_prepend(str(site.path))
    monkeypatch.setattr(registry, "_of_packages", None)
    assert find("acme.one").invoke({}) == {"result": 7}
    assert "acme.one" in catalog()


def test_catalog_loads_nothing_heavy() -> None:
    script = (
        "import sys; from runtime.registry import catalog; catalog(); "
        "print([name for name in ('pydantic', 'urllib.request', 'zipfile', 'http.client', 'lark', 'networkx', 'rich') "
        "if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout == "[]\n"
