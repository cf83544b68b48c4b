"""Diagnostics: problems as data, the sink that collects them, and the ways to show them.

    sink = Sink()
    sink.error(codes.UNKNOWN_NAME, source, span, "there is no task called `enrihc`", help="did you mean `enrich`?")

The text of a diagnostic stands beside the check that reports it; nothing in this package knows any of them.
`render`, `json_form` and `suggestion` are modules of their own, imported by whoever shows or suggests.
"""

from __future__ import annotations

from flowc.diagnostics import codes
from flowc.diagnostics.codes import Code
from flowc.diagnostics.data import Diagnostic, Fix, Label
from flowc.diagnostics.sink import Sink
from flowc.diagnostics.suggestion import nearest

__all__ = ["Code", "Diagnostic", "Fix", "Label", "Sink", "codes", "nearest"]
