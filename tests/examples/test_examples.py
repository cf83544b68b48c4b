"""Every example does what `expected.toml` says, in a copy of the folder."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest

from tests.examples.conftest import EXAMPLES, Copy

EXPECTED: dict[str, dict[str, Any]] = tomllib.loads((EXAMPLES / "expected.toml").read_text())


@pytest.mark.parametrize("example", [name for name in EXPECTED if "needs" not in EXPECTED[name]])
def test_example_does_what_is_expected(copy: Copy, example: str) -> None:
    for step in EXPECTED[example]["steps"]:
        check_step(copy, step)


def test_every_flow_is_expected_and_told_of() -> None:
    typed = [step["type"] for example in EXPECTED.values() for step in example["steps"]]
    readme = (EXAMPLES / "README.md").read_text()
    for flow in sorted(set(EXAMPLES.glob("*.flow")) - set(EXAMPLES.glob("*_test.flow"))):
        assert any(flow.name in line.split() for line in typed), f"expected.toml does not run {flow.name}"
        assert f"({flow.name})" in readme


def check_step(copy: Copy, step: dict[str, Any]) -> None:
    done = copy.type(step["type"])
    assert done.returncode == step["exit"], done.stdout + done.stderr
    assert step.get("prints", "") in done.stdout
    assert step.get("complains", "") in done.stdout + done.stderr
    if "tasks" in step:
        check_run(copy, step)
    for name, text in step.get("files", {}).items():
        assert (copy.folder / name).read_text() == text


def check_run(copy: Copy, step: dict[str, Any]) -> None:
    tasks = copy.tasks()
    assert {path: task["state"] for path, task in tasks.items()} == step["tasks"]
    for path, outputs in step.get("outputs", {}).items():
        given = tasks[path]["outputs"]
        assert outputs == {name: given[name] for name in outputs}
