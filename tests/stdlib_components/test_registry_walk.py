"""Every standard component has its page, an example that compiles, and its tests."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from flowc.driver import Input, compile_inputs
from flowc.source import Source
from runtime.model.definition import Call
from runtime.registry import STANDARD, catalog

ROOT = Path(__file__).parents[2]
FLOW = re.compile(r"^```flow\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def page(name: str) -> str:
    return (ROOT / "docs" / "components" / f"{name}.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", STANDARD)
def test_page_names_every_parameter_with_its_type_and_every_output(name: str) -> None:
    signature, text = catalog()[name], page(name)
    assert text.startswith(f"# {name}\n")
    for parameter in signature.parameters:
        assert f"| `{parameter.name}` | `{parameter.type}` |" in text
    for out, kind in signature.outs:
        assert f"| `{out}` | `{kind}` |" in text


@pytest.mark.parametrize("name", STANDARD)
def test_example_on_the_page_compiles_and_calls_it(name: str) -> None:
    (example,) = FLOW.findall(page(name))
    compiled = compile_inputs([Input(Source(f"{name}.flow", example), catalog(), f"{name}.flow")])
    assert [found.message for found in compiled.diagnostics] == []
    called = [task.action.component for flow in compiled.flows for task in flow.tasks if isinstance(task.action, Call)]
    assert name in called


@pytest.mark.parametrize("name", STANDARD)
def test_it_is_documented_and_tested_by_itself(name: str) -> None:
    signature = catalog()[name]
    assert signature.doc
    assert all(parameter.doc for parameter in signature.parameters)
    assert (Path(__file__).parent / f"test_{name.replace('.', '_')}.py").is_file()


def test_overview_lists_them_all() -> None:
    overview = (ROOT / "docs" / "components.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| \[`(.+)`\]\(components/\1\.md\)", overview, re.MULTILINE) == list(STANDARD)
