"""Conditions on the outcomes of tasks, in three values: true, false, or not known yet (None).

A tree of `TaskDefinition.awaits`: `["state", PATH, STATE]`, `["any", PATH, COUNT]`, `["and", …]`, `["or", …]`,
`["not", A]`; of hooks `["event", PATH, OCCASION]` (`runtime.model.occasion`) and `["late", PATH, DURATION]`, so long
after the start of the node. It is decided as soon as the outcomes that are known allow no other answer.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Lookup = Callable[[str, str], bool | None]
"""Whether the node of a path has a state; None if that is not known yet."""

Count = Callable[[str], tuple[int, int]]
"""(how many items of a mapped node have succeeded, how many still may)."""

Occasion = Callable[[str, str, Any], bool | None]
"""Whether something has happened to the node of a path: `start`, `retry`, `timeout`, or `late` after a duration (a
tree, else None); None if it still may."""


def decide(tree: Any, state: Lookup, count: Count, occasion: Occasion) -> bool | None:
    """Whether the condition holds; None if it depends on what is not known yet."""
    if isinstance(tree, bool):
        return tree
    match tree:
        case ["state", path, name]:
            return state(path, name)
        case ["any", path, int(wanted)]:
            succeeded, possible = count(path)
            return True if succeeded >= wanted else False if succeeded + possible < wanted else None
        case ["event", path, name]:
            return occasion(path, name, None)
        case ["late", path, after]:
            return occasion(path, "late", after)
        case ["not", inner]:
            value = decide(inner, state, count, occasion)
            return None if value is None else not value
        case ["and", *parts]:
            return _all([decide(part, state, count, occasion) for part in parts])
        case ["or", *parts]:
            negated = _all([_not(decide(part, state, count, occasion)) for part in parts])
            return _not(negated)
    raise ValueError(f"not a condition on outcomes: {tree!r}")


def subject_of(tree: Any) -> str:
    """The path of the node that a hook reports on: the first that its condition names."""
    while tree and tree[0] == "and":
        tree = tree[1]
    return str(tree[1])


def _all(values: list[bool | None]) -> bool | None:
    if False in values:
        return False
    return None if None in values else True


def _not(value: bool | None) -> bool | None:
    return None if value is None else not value
