"""The judge of Python: a hole becomes a name, so it must stand where Python reads a value.

The script is parsed and compiled as the body of a function, with this interpreter; nothing of it runs.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
import warnings
from typing import Final

from flowc.analysis.scripts.joined import HOLE, Joined
from flowc.analysis.scripts.parts import Bound, Hole, Problem, Use

_PLACES: Final = {
    "text": (
        "{hole} stands inside a text of Python, where it is no value",
        'close the quotes and join: `"…" + str({hole})`, or use an f-string: `f"… {{ {hole} }} …"`',
    ),
    "code": ("a value cannot be a name, a parameter or a pattern, as {hole} would be", "write a fixed name here"),
}


def judge_python(joined: Joined) -> Bound:
    """The uses of all holes of a `python` script and its problems."""
    text, columns = _named(joined)
    problem = _syntax_problem(joined, text, columns)
    if problem:
        return Bound((None,) * len(joined.holes), (problem,))
    names = _read_names(text)
    lost = [number for number in range(len(joined.holes)) if names.get(_name(number), 0) != 1]
    places = _places(text) if lost else {}
    refused = {number: place for number in lost if (place := places.get(_name(number), "code")) != "comment"}
    problems = [_problem(joined.holes[number], place) for number, place in refused.items()]
    uses: list[Use | None] = [None if number in refused else "name" for number in range(len(joined.holes))]
    return Bound(tuple(uses), tuple(problems))


def _name(number: int) -> str:
    return f"FLOW_V{number + 1}"


def _named(joined: Joined) -> tuple[str, list[int]]:
    """The text with a name for each hole, and for every character of it its position in the joined text."""
    pieces, columns, number = [], [], 0
    for position, char in enumerate(joined.text):
        piece = _name(number) if char == HOLE else char
        number += char == HOLE
        pieces.append(piece)
        columns += [position] * len(piece)
    return "".join(pieces), [*columns, len(joined.text)]


def _syntax_problem(joined: Joined, text: str, columns: list[int]) -> Problem | None:
    error = _compile_error(text)
    if not error:
        return None
    final = len(joined.text) - 1
    first = min(columns[min(_index(text, error.lineno, error.offset), len(text))], final)
    last = columns[min(_index(text, error.end_lineno, error.end_offset), len(text))]
    start, end = joined.span(first, min(max(last, first + 1), final + 1))
    reason = (error.msg or "it does not parse").replace("FLOW_V", "value ")
    return Problem("syntax", start, end, f"this is not valid Python: {reason}", _help(error))


def _compile_error(text: str) -> SyntaxError | None:
    """The error of the script as the body of a function, None if it has none."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            module = ast.parse(text)
            function = ast.parse("def script(): pass")
            assert isinstance(function.body[0], ast.FunctionDef)
            function.body[0].body = module.body or function.body[0].body
            compile(function, "<script>", "exec")
        except SyntaxError as error:
            return error
        except (RecursionError, MemoryError, ValueError) as error:
            return SyntaxError(str(error) or "it is nested too deep", ("<script>", 1, 1, None, 1, 2))
    return None


def _index(text: str, line: int | None, column: int | None) -> int:
    """The position of a line and column, both counted from 1; columns count characters."""
    starts = [0, *(found.end() for found in re.finditer("\n", text))]
    return starts[min(max(line or 1, 1), len(starts)) - 1] + max(column or 1, 1) - 1


def _help(error: SyntaxError) -> str:
    if isinstance(error, IndentationError):
        return "check the spaces at the beginning of the line"
    return "correct it here; the script is the body of a function, and `return { … }` gives its outputs"


def _read_names(text: str) -> dict[str, int]:
    """How often each name is read as a value."""
    counts: dict[str, int] = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            counts[node.id] = counts.get(node.id, 0) + 1
    return counts


def _places(text: str) -> dict[str, str]:
    """For names that are not read as values: whether they stand in a text, in a comment or in code."""
    places: dict[str, str] = {}
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        kind = "comment" if token.type == tokenize.COMMENT else "text" if _is_text(token) else "code"
        for name in re.findall(r"FLOW_V\d+", token.string):
            places[name] = kind
    return places


def _is_text(token: tokenize.TokenInfo) -> bool:
    return token.type == tokenize.STRING or tokenize.tok_name[token.type].startswith("FSTRING")


def _problem(hole: Hole, place: str) -> Problem:
    message, help = _PLACES[place]
    shown = f"{{{{ {hole.shown} }}}}"
    return Problem("unsafe", hole.start, hole.end, message.format(hole=f"`{shown}`"), help.format(hole=shown))
