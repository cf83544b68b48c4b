"""Scripts as a person writes them, cut into the parts that the binder takes."""

from __future__ import annotations

import re

from flowc.analysis.scripts import Bound, Hole, Language, Problem, Text, bind
from runtime.model.types import INT, JSON, PATH, SECRET, STR, ListOf, Type, optional

TYPES: dict[str, Type] = {
    "text": STR,
    "number": INT,
    "file": PATH,
    "list": ListOf(STR),
    "maybe": optional(STR),
    "gaps": ListOf(optional(STR)),
    "key": SECRET,
    "data": JSON,
}


def parts_of(source: str) -> list[Text | Hole]:
    """`wc {{ text }}` as parts; offsets are those of `source`, and the expression's name tells its type."""
    parts: list[Text | Hole] = []
    position = 0
    for found in re.finditer(r"\{\{ (\w+) \}\}", source):
        if found.start() > position:
            parts.append(Text.at(source[position : found.start()], position))
        parts.append(Hole(TYPES.get(found[1]), found.start(), found.end(), found[1]))
        position = found.end()
    if position < len(source):
        parts.append(Text.at(source[position:], position))
    return parts


def judged(language: Language, source: str) -> Bound:
    return bind(language, parts_of(source))


def only_problem(language: Language, source: str) -> tuple[Problem, str]:
    """The one problem of a script, and the text that it points at."""
    (problem,) = judged(language, source).problems
    return problem, source[problem.start : problem.end]
