"""Every case of `tests/golden/graph`: a flow and its exact pictures and pages.

FLOWER_GOLDEN=write writes the expected texts anew, to be looked at.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable

import pytest

from flowc.export.dot import dot
from flowc.export.graph import graph_of
from flowc.export.graph_json import graph_json
from flowc.export.mermaid import mermaid
from flowc.export.page.content import flow_part
from flowc.export.page.html import html
from flowc.export.page.markdown import markdown
from flowc.export.svg.svg import svg
from flowc.export.text.outline import outline
from runtime.model.definition import FlowDefinition
from tests.flowc.export.graphs import GOLDEN, golden

WRITE = os.environ.get("FLOWER_GOLDEN") == "write"
CASES = sorted(folder.name for folder in GOLDEN.iterdir())
FORMS: dict[str, Callable[[FlowDefinition], str]] = {
    "graph.txt": lambda flow: outline(graph_of(flow)) + "\n",
    "all.txt": lambda flow: outline(graph_of(flow), all_links=True, columns=60) + "\n",
    "graph.dot": lambda flow: dot(graph_of(flow)),
    "graph.mmd": lambda flow: mermaid(graph_of(flow), direction="right"),
    "graph.json": lambda flow: json.dumps(graph_json(graph_of(flow)), ensure_ascii=False, indent=1) + "\n",
    "graph.svg": lambda flow: svg(graph_of(flow)),
    "page.md": lambda flow: markdown("case.flow", [flow_part(flow)]),
    "page.html": lambda flow: html("case.flow", [flow_part(flow)]),
}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("name", FORMS)
def test_picture_is_as_expected(case: str, name: str) -> None:
    made = FORMS[name](golden(case))
    expected = GOLDEN / case / name
    if WRITE:
        expected.write_text(made, encoding="utf-8")
    assert made == expected.read_text(encoding="utf-8")
