"""Habits from Python: its types, its prefixes of texts, its classes. Rules like those of `habits`."""

from __future__ import annotations

import re
from typing import Final

from flowc.diagnostics import codes
from flowc.syntax.misfit import Finding, Misfit, Rule, word_of

_GENERIC: Final = {
    "list": "list[{}]",
    "sequence": "list[{}]",
    "set": "list[{}]",
    "optional": "{}?",
    "dict": "map[{}]",
    "map": "map[{}]",
}


def _type_of_python(misfit: Misfit) -> Finding | None:
    """`List[str]`, `Optional[int]`."""
    if misfit.bad[0] != "LSQB" or misfit.before[0] != "TYPE_NAME" or misfit.first[0] not in ("PARAM", "OUT", "TYPE"):
        return None
    name = str(misfit.before[1])
    shape = _GENERIC.get(name.lower())
    found = re.compile(r"\[([^\[\]\n]*)\]").match(misfit.source.text, misfit.bad[2])
    if shape is None:
        return None
    better = shape.format(found[1] if found else "…")
    span = (misfit.before[2], misfit.before[3])
    return Finding(codes.UNKNOWN_TYPE, f"there is no type called `{name}`", f"write `{better}`", span=span)


def _prefixed_text(misfit: Misfit) -> Finding | None:
    """`sh f"echo {{ x }}"`."""
    follows = misfit.tokens[misfit.at + 1] if misfit.at + 1 < len(misfit.tokens) else misfit.bad
    if (
        follows[0] != "TEXT"
        or follows[2] != misfit.bad[3]
        or word_of(misfit.bad).lower() not in ("f", "r", "b", "rf", "fr")
    ):
        return None
    written = misfit.bad[1]
    message = f"a text stands without `{written}` before it"
    help = f"remove the `{written}`; `{{{{ }}}}` in it holds a value, and '…' is taken as it is"
    return Finding(codes.SYNTAX, message, help, fix="")


def _class_of_python(misfit: Misfit) -> Finding | None:
    """`task a = BashOperator(…)`."""
    if misfit.first[0] != "TASK" or misfit.before[0] != "EQUAL" or misfit.bad[0] != "TYPE_NAME":
        return None
    name = misfit.tokens[misfit.start + 1][1]
    message = f"a task calls a component, another task or a flow, and `{misfit.bad[1]}` is none of these"
    help = f'a script is written `task {name} {{ sh "…" }}`, a call `task {name} = http.get(url: …)`'
    return Finding(codes.SYNTAX, message, help)


RULES: Final[tuple[Rule, ...]] = (_type_of_python, _prefixed_text, _class_of_python)
