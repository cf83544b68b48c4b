"""Whatever stands in a flow, a picture of it stays one: texts are never read as parts of the drawing."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache

from hypothesis import example, given
from hypothesis import strategies as st

from flowc.export.dot import dot
from flowc.export.graph import Graph, graph_of
from flowc.export.mermaid import mermaid
from flowc.export.text.outline import outline
from tests.flowc.export.graphs import golden

QUOTED = re.compile(r'"(?:[^"\\\n]|\\.)*"')
TEXTS = st.text(st.characters(exclude_categories=["Cs"]))


@cache
def drawn() -> Graph:
    return graph_of(golden("groups"))


def with_text(text: str) -> Graph:
    """The graph with a task whose condition is this text."""
    graph = drawn()
    return replace(graph, nodes=(graph.nodes[0], replace(graph.nodes[1], condition=text), *graph.nodes[2:]))


def printable(text: str) -> str:
    return "".join(char if char.isprintable() else " " for char in text)


@given(TEXTS)
@example('"]; evil [label="x')
@example("\\")
@example("&quot;\\N")
def test_dot_has_the_text_in_one_quoted_string(text: str) -> None:
    written = dot(with_text(text))
    if text:
        label = QUOTED.search(written, written.index("n1 [label="))
        assert label is not None
        read = label[0][1:-1].replace("\\\\", "\0").replace("\\n", "\n").replace('\\"', '"').replace("\0", "\\")
        shown = read.replace("&amp;", "&").removeprefix("start\nsh\n")
        assert printable(shown.replace("\n", "\r")) == printable(text.replace("\n", "\r"))
    assert len(written.splitlines()) == len(dot(drawn()).splitlines())
    assert QUOTED.sub("", written).count('"') == 0


@given(TEXTS)
@example('"] --> n1; click n1 "javascript:alert(1)"')
@example("end")
def test_mermaid_has_nothing_of_the_text_but_plain_characters(text: str) -> None:
    written = mermaid(with_text(text))
    assert len(written.splitlines()) == len(mermaid(drawn()).splitlines())
    line = written.splitlines()[1]
    inside = line.partition('"')[2].rpartition('"')[0].replace("<br>", "")
    assert not set(inside) & set('"<>`{}\\')
    assert re.fullmatch(r"(?:[^#&]|#(?:\d+|amp|quot|lt|gt);)*", inside)


@given(TEXTS)
@example("\x1b[2Jgone")
def test_terminal_gets_no_control_characters(text: str) -> None:
    graph = with_text(text)
    shown = outline(replace(graph, doc=text))
    assert shown.replace("\n", "").isprintable()
