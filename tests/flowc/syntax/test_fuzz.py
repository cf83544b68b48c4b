"""Whatever the text, the parser ends, raises nothing, says a bounded number of things and points into the text."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from flowc.diagnostics import Sink
from flowc.diagnostics.json_form import to_json
from flowc.diagnostics.render import render_all
from flowc.source import Source
from flowc.syntax.parser import parse

SAMPLES = [path.read_text("utf-8") for path in (Path(__file__).parents[2] / "golden" / "syntax").glob("*/case.flow")]
PIECES = [
    *"{}()[],.:;=?-+*/<>\n \"'#\\",
    '"""', "'''", "{{", "}}", "->", "??", "task ", "flow ", "param ", "sh ", "x", "X", "for ", "in ", "by ", "if ",
    "then ", "else ", "not ", "12", "30s", "6:30", "retry ", "after ", "env ", "out ", "type ", "a: int", "## d\n", "é",
    "if a { ", "match m { ", "on late ", "schedule ", "daily ", "at ", "until ", "trigger ", "webhook ", "import ",
    "from ", "as ", "given ", "use ", "wait ", "defaults { ", "limit ", "runs", "cache ", "ensure ", "pool ", "test ",
]  # fmt: skip


def check(text: str) -> None:
    source, sink = Source("fuzz.flow", text), Sink()
    file = parse(source, sink)
    for item in file.items:
        assert 0 <= item.span[0] <= item.span[1] <= len(text)
    for found in sink.diagnostics():
        if found.span is not None:
            assert 0 <= found.span[0] <= found.span[1] <= len(text)
        assert to_json(found)["message"]
    assert len(sink) <= sink.bound
    assert render_all(sink.diagnostics()) or file.complete


@given(st.text(max_size=200))
@settings(max_examples=150, deadline=None)
def test_any_text(text: str) -> None:
    check(text)


@given(st.lists(st.sampled_from(PIECES), max_size=60).map("".join))
@settings(max_examples=400, deadline=None)
def test_any_pieces_of_the_language(text: str) -> None:
    check("flow f {\n" + text)
    check(text)


@given(st.sampled_from(SAMPLES), st.data())
@settings(max_examples=300, deadline=None)
def test_samples_with_something_lost_doubled_or_put_in(sample: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(sample)))
    end = data.draw(st.integers(start, min(start + 30, len(sample))))
    middle = data.draw(st.sampled_from(["", sample[start:end] * 2, *PIECES]))
    check(sample[:start] + middle + sample[end:])
