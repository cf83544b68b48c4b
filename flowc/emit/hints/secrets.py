"""Hints on values that seem to be secret and are kept and shown as any other."""

from __future__ import annotations

import re
from typing import Final

from flowc.analysis.model import Flow
from flowc.diagnostics import codes
from flowc.emit.hints.hints import Hints
from flowc.syntax import nodes
from flowc.syntax.inside import everything
from runtime.model.types import STR, required

_SECRET: Final = re.compile(
    r"(?:^|_)(?:password|passwd|passphrase|secret|token|api_?key|private_?key|access_?key|credentials?)$", re.IGNORECASE
)


def hint_secrets(flows: list[Flow], tree: nodes.File, hints: Hints) -> None:
    """Parameters of type `str` that are named like a secret, and such variables with a text written out."""
    for flow in flows:
        for parameter in flow.parameters.values():
            if _SECRET.search(parameter.name) and required(parameter.type) == STR:
                hints.hint(
                    codes.PLAIN_SECRET,
                    parameter.span,
                    f"`{parameter.name}` seems to be a secret, but as a `str` it is stored and shown",
                    f'write `param {parameter.name}: secret = "env:{parameter.name.upper()}"`',
                )
    for part in everything(tree.items):
        if isinstance(part, nodes.Env):
            for entry in part.entries:
                _entry(entry, hints)


def _entry(entry: nodes.RecordEntry, hints: Hints) -> None:
    name = entry.key.text
    written = isinstance(entry.value, nodes.Text) and not any(
        isinstance(piece, nodes.Hole) for piece in entry.value.parts
    )
    empty = written and entry.value.span[1] - entry.value.span[0] <= 2
    if written and not empty and _SECRET.search(name):
        hints.hint(
            codes.PLAIN_SECRET,
            entry.value.span,
            f"a secret seems to be written out here, for the variable `{name}`",
            f'take it from a parameter: `param {name.lower()}: secret = "env:{name.upper()}"`',
        )
