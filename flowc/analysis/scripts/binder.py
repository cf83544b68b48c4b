"""The entry of the binder: types that cannot enter a script, then the judge of the script's language."""

from __future__ import annotations

import re

from flowc.analysis.scripts.joined import HOLE, Joined
from flowc.analysis.scripts.parts import Bound, Hole, Language, Parts, Problem, Text
from flowc.analysis.scripts.shell.judge import judge_shell
from flowc.analysis.scripts.sql import judge_sql
from runtime.model.types import SECRET, ListOf, MapOf, Optional, Record, Type

_OUR_NAMES = re.compile(r"FLOW_V\d+")


def bind(language: Language, parts: Parts) -> Bound:
    """The use of every hole in order, and the problems of the script; no problems means safe to render."""
    joined = Joined.of(parts)
    broken = _text_problems(parts)
    if broken:
        return Bound((None,) * len(joined.holes), broken)
    bound = _judge(language, joined)
    problems = {(problem.start, problem.end): problem for problem in reversed(bound.problems)}
    for hole in joined.holes:
        problem = _type_problem(language, hole)
        if problem and (hole.type and _holds_secret(hole.type)):
            problems[hole.start, hole.end] = problem
        elif problem:
            problems.setdefault((hole.start, hole.end), problem)
    uses = tuple(
        None if (hole.start, hole.end) in problems else use for hole, use in zip(joined.holes, bound.uses, strict=True)
    )
    return Bound(uses, tuple(problems[span] for span in sorted(problems)))


def _judge(language: Language, joined: Joined) -> Bound:
    match language:
        case "sh" | "bash":
            return judge_shell(joined, bash=language == "bash")
        case "sql":
            return judge_sql(joined)
        case "python":
            # Python's own parser is loaded for the files that have a Python script.
            from flowc.analysis.scripts.python import judge_python

            return judge_python(joined)


def _text_problems(parts: Parts) -> tuple[Problem, ...]:
    """What no script may hold, whatever its language."""
    for part in parts:
        if not isinstance(part, Text):
            continue
        if HOLE in part.text:
            at = part.offset(part.text.index(HOLE))
            return (Problem("syntax", at, at + 1, "a script cannot hold the character NUL", "remove it"),)
        if found := _OUR_NAMES.search(part.text):
            start = part.offset(found.start())
            message = f"`{found.group()}` is the name under which a script receives a value"
            help = "choose another name; names of the form FLOW_V1 are taken"
            return (Problem("unsafe", start, start + len(found.group()), message, help),)
    return ()


def _type_problem(language: Language, hole: Hole) -> Problem | None:
    if hole.type is None:
        return None
    shown = f"`{{{{ {hole.shown} }}}}`"
    label = f"this is `{hole.type}`"
    if _holds_secret(hole.type):
        message = f"{shown} is a secret, and scripts and their logs are no place for one"
        help = f"hand it over in the environment: `env {{ NAME: {hole.shown} }}`, and read `$NAME`"
        return Problem("type", hole.start, hole.end, message, help, label)
    if language in ("sh", "bash") and isinstance(hole.type, Optional):
        message = f"{shown} may be missing, and a shell has no missing value"
        return Problem(
            "type", hole.start, hole.end, message, f"say what stands in: `{{{{ {hole.shown} ?? … }}}}`", label
        )
    if language in ("sh", "bash") and isinstance(hole.type, ListOf) and isinstance(hole.type.item, Optional):
        message = f"items of {shown} may be missing, and a shell has no missing value"
        return Problem(
            "type", hole.start, hole.end, message, f"leave those out: `{{{{ compact({hole.shown}) }}}}`", label
        )
    return None


def _holds_secret(kind: Type) -> bool:
    """Whether a secret is the type or part of it."""
    match kind:
        case Optional(inner) | ListOf(inner) | MapOf(inner):
            return _holds_secret(inner)
        case Record():
            return any(_holds_secret(inner) for _, inner in kind.fields)
        case _:
            return kind == SECRET
