"""Puts quoting, demands of commands and types together: the use of every hole, or the problem with it."""

from __future__ import annotations

from collections import defaultdict
from functools import lru_cache
from typing import Final

from flowc.analysis.scripts.joined import Joined
from flowc.analysis.scripts.parts import Bound, Hole, Label, Problem, Use
from flowc.analysis.scripts.shell.commands import Command, Lost, Place, PlaceKind
from flowc.analysis.scripts.shell.reader import read_script
from flowc.analysis.scripts.shell.rules import Demand, demands
from runtime.model.slotted import dataclass
from runtime.model.types import INT, PATH, SIZE, ListOf

_USES: Final[dict[PlaceKind, Use]] = {
    "bare": "word",
    "double": "inner",
    "heredoc": "inner",
    "arithmetic": "arith",
    "offset": "arith",
    "subscript": "inner",
    "comment": "inner",
}

_REFUSALS: Final[dict[PlaceKind, tuple[str, str, str]]] = {
    "single": (
        "single quotes keep {hole} from being a value",
        "close the quotes around it: `'…'{hole}'…'`",
        "the quotes open here",
    ),
    "ansi": (
        "the quotes `$'…'` keep {hole} from being a value",
        "close the quotes around it: `$'…'{hole}$'…'`",
        "the quotes open here",
    ),
    "backquote": (
        "between backquotes nobody can tell how {hole} would be quoted",
        "write `$( … )` in place of the backquotes",
        "the backquotes open here",
    ),
    "parameter": (
        "inside `${{ }}` the value of {hole} would be read as a pattern or expanded",
        "give it to a variable first: `value={hole}`, and use `$value` here",
        "",
    ),
    "quoted heredoc": (
        "the quotes around the end word keep {hole} from being a value in this text",
        "write the word after `<<` without quotes, and `\\$` for a plain dollar sign in the text",
        "this text is taken as it stands",
    ),
    "escaped": ("the backslash before {hole} would undo its quotes", "remove the backslash", ""),
    "dollar": ("the `$` before {hole} changes how it is quoted", "remove the `$`", ""),
    "glued": (
        "in arithmetic {hole} must stand by itself; joined to what is beside it, it would be another number",
        "put a space or an operator beside it, and no quotes",
        "",
    ),
    "group": (
        "in a pattern such as `@( )` nobody can tell how {hole} would be read",
        "use `case` or several tests",
        "",
    ),
    "quoted arithmetic": ("a number in arithmetic stands without quotes", "remove the quotes around {hole}", ""),
}

_BASH_ONLY: Final = {"subscript": "subscripts", "offset": "`${ : }` with an offset"}


def judge_shell(joined: Joined, *, bash: bool) -> Bound:
    """The uses of all holes of an `sh` or `bash` script and its problems."""
    reading = _reading(joined.text, bash)
    if reading.lost:
        return Bound((None,) * len(joined.holes), _lost_problem(joined, reading.lost))
    uses: list[Use | None] = []
    problems: list[Problem] = []
    for hole, position in zip(joined.holes, joined.positions, strict=True):
        place, wanted = reading.places[position], reading.wanted.get(position, [])
        problem = (
            (_demand_problem(hole, wanted) if place.kind == "single" else None)
            or _place_problem(joined, hole, place)
            or _demand_problem(hole, wanted)
            or (_other_shell(hole, "`[[ ]]`") if position in reading.in_condition else None)
            or (None if bash else _bash_problem(joined, hole, place))
            or _type_problem(hole, place, wanted)
        )
        if problem:
            problems.append(problem)
        uses.append(None if problem else _USES[place.kind])
    return Bound(tuple(uses), tuple(problems))


@dataclass(frozen=True, slots=True)
class _Reading:
    """What stands where in a script, whatever the holes are. By position: the places of holes, what commands want."""

    lost: Lost | None
    places: dict[int, Place]
    wanted: dict[int, list[Demand]]
    in_condition: set[int]


@lru_cache(maxsize=1_000)
def _reading(text: str, bash: bool) -> _Reading:
    """The reading of a joined script; scripts that differ in their holes alone, as those of many tasks do, share it."""
    scan, lost = read_script(text, bash=bash)
    if lost:
        return _Reading(lost, {}, {}, set())
    wanted: dict[int, list[Demand]] = defaultdict(list)
    for demand in demands(scan.commands, text):
        wanted[demand.position].append(demand)
    return _Reading(None, scan.places, dict(wanted), _conditions(scan.commands) if not bash else set())


def _written(hole: Hole) -> str:
    return f"`{{{{ {hole.shown} }}}}`"


def _lost_problem(joined: Joined, lost: Lost) -> tuple[Problem, ...]:
    start, end = joined.span(lost.at, lost.at + 1)
    if lost.broken:
        return (Problem("syntax", start, end, lost.reason, lost.help, "opens here"),)
    if not joined.holes:
        return ()
    after = [hole for hole, at in zip(joined.holes, joined.positions, strict=True) if at >= lost.at]
    hole = (after or list(joined.holes))[0]
    message = f"whether {_written(hole)} is safe in this script cannot be told: {lost.reason}"
    return (Problem("unsafe", start, end, message, lost.help, labels=(Label(hole.start, hole.end, "this value"),)),)


def _place_problem(joined: Joined, hole: Hole, place: Place) -> Problem | None:
    if place.kind not in _REFUSALS:
        return None
    message, help, story = _REFUSALS[place.kind]
    shown = _written(hole)
    label = Label(*joined.span(place.opened, place.opened + 1), story)
    return Problem(
        "unsafe",
        hole.start,
        hole.end,
        message.format(hole=shown),
        help.format(hole=shown.strip("`")),
        labels=(label,) if story else (),
    )


def _demand_problem(hole: Hole, wanted: list[Demand]) -> Problem | None:
    for demand in wanted:
        misfit = (demand.kind == "int" and hole.type not in (INT, SIZE, None)) or (
            demand.kind == "path" and hole.type not in (PATH, INT, None)
        )
        if demand.kind == "refused" or misfit:
            message = f"{_written(hole)} cannot stand here: {demand.reason}"
            label = f"this is `{hole.type}`" if misfit else ""
            return Problem("unsafe", hole.start, hole.end, message, demand.help.format(shown=hole.shown), label)
    return None


def _conditions(commands: list[Command]) -> set[int]:
    return {
        hole for command in commands if command.kind == "condition" for word in command.words for hole in word.holes
    }


def _bash_problem(joined: Joined, hole: Hole, place: Place) -> Problem | None:
    """What only bash has; a machine's `sh` may be bash or not, so nobody can tell what it would do."""
    if place.kind in _BASH_ONLY:
        return _other_shell(hole, _BASH_ONLY[place.kind])
    opened = joined.text[place.opened : place.opened + 2]
    if place.kind == "arithmetic" and opened != "$(":
        return _other_shell(hole, f"arithmetic in `{opened}`")
    return None


def _other_shell(hole: Hole, construct: str) -> Problem:
    message = f"{_written(hole)} stands in what not every `sh` has: {construct}"
    return Problem("unsafe", hole.start, hole.end, message, "write `bash` in place of `sh`")


def _type_problem(hole: Hole, place: Place, wanted: list[Demand]) -> Problem | None:
    if hole.type is None or place.kind == "comment":
        return None
    if _USES[place.kind] == "arith" or place.kind == "subscript":
        if hole.type in (INT, SIZE):
            return None
        message = f"arithmetic takes an `int`, and {_written(hole)} is `{hole.type}`"
        help = "a shell runs code that it finds in such a value, so give it an `int`"
        return Problem("type", hole.start, hole.end, message, help, f"this is `{hole.type}`")
    kinds = {demand.kind for demand in wanted}
    if not isinstance(hole.type, ListOf) or ("list" in kinds and "one" not in kinds and place.kind == "bare"):
        return None
    message = f"{_written(hole)} is a list, and one text is needed here"
    help = f'write it outside of quotes as an argument by itself, or join it: `{{{{ join({hole.shown}, " ") }}}}`'
    return Problem("type", hole.start, hole.end, message, help, f"this is `{hole.type}`")
