"""Safe scripts: decides for every `{{ }}` of a script how its value is bound, or why it cannot be.

    bind("sh", [Text.at("wc -l ", 120), Hole(STR, 126, 136, "file")]) -> Bound(uses=("word",), problems=())

Pure: no shell, no database and no Python of the script is executed. `runtime.executor.script_text` is the
run-time half, which renders what was accepted here.
"""

from __future__ import annotations

from flowc.analysis.scripts.binder import bind
from flowc.analysis.scripts.parts import (
    Bound,
    Hole,
    Label,
    Language,
    Parts,
    Problem,
    Text,
    Use,
)

__all__ = [
    "Bound",
    "Hole",
    "Label",
    "Language",
    "Parts",
    "Problem",
    "Text",
    "Use",
    "bind",
]
