"""What holds of any text whatever: the compiler ends, raises nothing, and points into the text in words of people."""

from __future__ import annotations

import json

from flowc.diagnostics import Diagnostic, Sink
from flowc.diagnostics.json_form import to_json
from flowc.diagnostics.render import render_all
from flowc.driver import Compiled, Input, compile_inputs
from flowc.format.formatter import formatted
from flowc.source import Source
from flowc.syntax.parser import parse
from runtime.model.encode import dumps, flow_from_json, flow_to_json
from runtime.registry import catalog
from tests.flowc.mutants import token_names, words_of

LIBRARY = "type Row = { id: int }\nlet one = 1\ntask step(x: int) {\n    out y: int\n    sh 'echo y=1'\n}\n"
"""What every import finds."""


def check(text: str) -> None:
    """Lexer, parser, checker, lowering and formatter on one text; AssertionError says what does not hold."""
    source = Source("fuzz.flow", text)
    sink = Sink()
    for item in parse(source, sink).items:
        _check_span(item.span, text)
    compiled = compile_inputs([Input(source, catalog(), "fuzz.flow")], sink, _library, hints=True)
    for found in compiled.diagnostics:
        _check_diagnostic(found, text)
    assert len(sink) <= sink.bound
    assert render_all(compiled.diagnostics) or compiled.good
    _check_rows(compiled)
    _check_format(source)


def _library(path: str) -> Source:
    return Source(path, LIBRARY)


def _check_span(span: tuple[int, int], text: str) -> None:
    assert 0 <= span[0] <= span[1] <= len(text), span


def _check_diagnostic(found: Diagnostic, text: str) -> None:
    here = found.source.text if found.source is not None else text
    spans = [*([found.span] if found.span is not None else []), *(fix.span for fix in found.fixes)]
    for span in spans:
        _check_span(span, here)
    for label in found.labels:
        _check_span(label.span, label.source.text if label.source is not None else here)
    assert to_json(found)["message"]
    said = {name for name in token_names() & words_of(found) if name not in text}
    assert not said, f"{found.message}: says {said}"
    assert "flowc." not in found.message.replace("# flowc:", ""), found.message
    assert " object at 0x" not in found.message, found.message


def _check_rows(compiled: Compiled) -> None:
    """Rows are JSON, and read back they are the same."""
    for flow in compiled.flows:
        written = dumps(flow_to_json(flow))
        assert dumps(flow_to_json(flow_from_json(json.loads(written)))) == written


def _check_format(source: Source) -> None:
    """The one spelling of a text is its own spelling."""
    once = formatted(source)
    if not once.mistakes:
        assert formatted(Source(source.path, once.text)).text == once.text
