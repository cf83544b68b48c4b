"""Parameters of a flow from the words of a command line: typed options, `--param NAME=VALUE`, and what does not fit.

Pure: words and parameter definitions in, JSON values or problems out. Whether the values satisfy `where` is checked
where a run is registered.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from runtime.cli.suggestion import nearest
from runtime.cli.type_words import fitting, placeholder, what
from runtime.model.definition import FlowDefinition, ParameterDefinition
from runtime.model.types import (
    BOOL,
    SECRET,
    Enum,
    ListOf,
    Type,
    required,
    type_from_json,
)
from runtime.model.values import ValueProblem, from_json, from_text, to_json

_REFERENCE = re.compile(r"(env|file|keyring):.+", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Problem:
    """A word that does not fit. `word`: its index, or None where one is missing. `start` and `length`: the wrong part
    of the word (to its end if None). `label`: what to say under it. `meant`: the parameter that was probably meant."""

    message: str
    word: int | None = None
    start: int = 0
    label: str = ""
    help: str = ""
    parameter: ParameterDefinition | None = None
    meant: str = ""
    length: int | None = None


@dataclass(frozen=True, slots=True)
class Speech:
    """How to speak of what takes the values, and of a value: a flow has parameters, a task that asks has fields."""

    owner: str = "flow "
    thing: str = "parameter"


OF_A_FLOW: Final = Speech()
OF_A_FORM: Final = Speech("", "field")


@dataclass(slots=True)
class Given:
    """What was understood: JSON values by parameter, where each was given (word, start in it), and the problems.

    `hidden`: where values of secrets were typed, by word; they are not shown again.
    """

    values: dict[str, Any] = field(default_factory=dict)
    places: dict[str, tuple[int, int]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    hidden: dict[int, int] = field(default_factory=dict)
    speech: Speech = OF_A_FLOW


@dataclass(frozen=True, slots=True)
class _Text:
    """A value as it was typed, and where."""

    text: str
    word: int
    start: int = 0


def option_of(name: str) -> str:
    """The option that sets a parameter: `--min-rows` for `min_rows`."""
    return "--" + name.replace("_", "-")


def parse_parameters(flow: FlowDefinition, words: Sequence[str], speech: Speech = OF_A_FLOW) -> Given:
    """Values for the parameters of a flow from the words after its name.

    `--name VALUE`, `--name=VALUE`, `--flag`, `--no-flag`, `--param NAME=VALUE`. A list takes one item each time its
    option is given, or all as JSON; records and maps are JSON. All problems are reported, not only the first.
    """
    given = Given(speech=speech)
    texts: dict[str, list[_Text]] = {}
    index = 0
    while index < len(words):
        index = _word(flow, words, index, texts, given)
    kinds = {parameter.name: parameter for parameter in flow.parameters}
    for name, values in texts.items():
        _convert(kinds[name], values, given)
    told = {problem.parameter.name for problem in given.problems if problem.parameter}
    meant = {problem.meant for problem in given.problems}
    for parameter in flow.parameters:
        if not parameter.has_default and parameter.name not in {*texts, *told, *meant}:
            given.problems.append(_missing(flow, parameter, speech))
    given.problems.sort(key=lambda problem: len(words) if problem.word is None else problem.word)
    return given


def _word(flow: FlowDefinition, words: Sequence[str], index: int, texts: dict[str, list[_Text]], given: Given) -> int:
    """Reads one option with its value; gives the index of the next word."""
    word = words[index]
    if not word.startswith("--") or word == "--":
        before = words[index - 1] if index else ""
        given.problems.append(_after_flag(flow, before, index) or _stray(flow, word, index, given.speech))
        return index + 1
    head, equals, value = word.partition("=")
    if head == "--param":
        return _explicit(flow, words, index, texts, given)
    parameter, negated = _meant(flow, head)
    if parameter is None:
        given.problems.append(_unknown(flow, head, index, given.speech))
        return index + 1 if equals or index + 1 == len(words) or words[index + 1].startswith("--") else index + 2
    found = texts.setdefault(parameter.name, [])
    if negated and equals:
        given.problems.append(Problem(f"`{head}` takes no value", index, len(head), "remove this", parameter=parameter))
    elif negated or (_kind(parameter) == BOOL and not equals):
        found.append(_Text("false" if negated else "true", index))
    elif equals:
        found.append(_Text(value, index, len(head) + 1))
    elif index + 1 < len(words):
        found.append(_Text(words[index + 1], index + 1))
        return index + 2
    else:
        given.problems.append(_valueless(parameter, head, index))
    return index + 1


def _explicit(
    flow: FlowDefinition, words: Sequence[str], index: int, texts: dict[str, list[_Text]], given: Given
) -> int:
    """`--param NAME=VALUE` and `--param=NAME=VALUE`."""
    joined = words[index].startswith("--param=")
    place = index if joined else index + 1
    start = len("--param=") if joined else 0
    text = words[place][start:] if place < len(words) else ""
    name, equals, value = text.partition("=")
    parameter = next((p for p in flow.parameters if p.name == name or p.name == name.replace("-", "_")), None)
    if not equals:
        help = "write the name, `=` and the value: --param name=value"
        given.problems.append(
            Problem("`--param` takes NAME=VALUE", min(place, len(words) - 1), start, "no `=` here", help)
        )
    elif parameter is None:
        given.problems.append(_unknown(flow, name, place, given.speech, start))
    else:
        texts.setdefault(parameter.name, []).append(_Text(value, place, start + len(name) + 1))
    return place + 1


def _kind(parameter: ParameterDefinition) -> Type:
    return required(type_from_json(parameter.type))


def _meant(flow: FlowDefinition, head: str) -> tuple[ParameterDefinition | None, bool]:
    """The parameter of an option, and whether it is the `--no-` form of a flag."""
    names = {parameter.name: parameter for parameter in flow.parameters}
    name = head.removeprefix("--").replace("-", "_")
    if name in names:
        return names[name], False
    positive = names.get(name.removeprefix("no_"))
    if name.startswith("no_") and positive is not None and _kind(positive) == BOOL:
        return positive, True
    return None, False


def _convert(parameter: ParameterDefinition, texts: Sequence[_Text], given: Given) -> None:
    if not texts:
        return
    last = texts[-1]
    kind = type_from_json(parameter.type)
    wanted = required(kind)
    if wanted in (SECRET, ListOf(SECRET)):
        given.hidden.update({text.word: text.start for text in texts if not _REFERENCE.fullmatch(text.text)})
    if len(texts) > 1 and not isinstance(wanted, ListOf):
        message = f"`{option_of(parameter.name)}` is given {len(texts)} times, and takes one value"
        given.problems.append(
            Problem(message, last.word, last.start, "given again here", "keep one of them", parameter)
        )
        return
    try:
        if isinstance(wanted, ListOf):
            given.values[parameter.name] = _list(wanted, texts, parameter, given)
        else:
            given.values[parameter.name] = to_json(_value(kind, last.text))
        given.places[parameter.name] = (last.word, last.start)
    except ValueProblem as problem:
        given.problems.append(_misfit(parameter, last, str(problem)))


def _value(kind: Type, text: str) -> Any:
    value = from_text(kind, text, "")
    if required(kind) == SECRET and value is not None and not _REFERENCE.fullmatch(text):
        raise ValueProblem("a secret is never given as it is, only where to find it")
    return value


def _list(kind: ListOf, texts: Sequence[_Text], parameter: ParameterDefinition, given: Given) -> list[Any]:
    """All items as JSON in one value, or one item each time."""
    if len(texts) == 1 and (data := _json_list(texts[0].text)) is not None:
        return [to_json(item) for item in from_json(kind, data, "")]
    items = []
    for text in texts:
        try:
            items.append(to_json(_value(kind.item, text.text)))
        except ValueProblem as problem:
            broken = _broken_json(text.text)
            told = (broken, kind) if broken else (str(problem), kind.item)
            given.problems.append(_misfit(parameter, text, *told))
    return items


def _broken_json(text: str) -> str:
    """What is wrong with a text that was meant as a JSON list; nothing if it was not, or if it is one."""
    if not text.lstrip().startswith("["):
        return ""
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        return f"begins as JSON, and is broken at character {error.pos + 1}"
    return ""


def _json_list(text: str) -> list[Any] | None:
    if not text.lstrip().startswith("["):
        return None
    try:
        data = json.loads(text)
    except ValueError:
        return None
    return data if isinstance(data, list) else None


def _misfit(parameter: ParameterDefinition, text: _Text, problem: str, kind: Type | None = None) -> Problem:
    kind = kind or type_from_json(parameter.type)
    told = problem.removeprefix(": ").removeprefix(".").partition(" such as ")[0]
    if isinstance(required(kind), Enum):
        told = told.partition(":")[0]
    message = f"`{parameter.name}` takes {what(kind)}"
    return Problem(message, text.word, text.start, told, f"give {fitting(kind)}", parameter)


def _missing(flow: FlowDefinition, parameter: ParameterDefinition, speech: Speech) -> Problem:
    kind = _kind(parameter)
    option = option_of(parameter.name)
    example = f" or --no-{option.removeprefix('--')}" if kind == BOOL else f" {placeholder(kind)}"
    return Problem(
        f"{speech.owner}`{flow.name}` needs the {speech.thing} `{parameter.name}`",
        help=f"add {option}{example}",
        parameter=parameter,
    )


def _valueless(parameter: ParameterDefinition, head: str, index: int) -> Problem:
    kind = type_from_json(parameter.type)
    return Problem(f"`{head}` has no value", index, 0, f"takes {what(kind)}", f"give {fitting(kind)}", parameter)


def _after_flag(flow: FlowDefinition, before: str, index: int) -> Problem | None:
    """Of a word that follows a flag: that a flag takes none."""
    parameter = _meant(flow, before)[0] if before.startswith("--") else None
    if parameter is None or _kind(parameter) != BOOL:
        return None
    option = option_of(parameter.name)
    help = f"`{option}` alone is true, `--no-{option.removeprefix('--')}` is false"
    return Problem(f"`{before}` takes no value", index, 0, "remove this", help)


def _stray(flow: FlowDefinition, word: str, index: int, speech: Speech) -> Problem:
    name = word.lstrip("-").partition("=")[0].replace("-", "_")
    if any(parameter.name == name for parameter in flow.parameters):
        return Problem(f"`{word}` is not an option", index, 0, "no option", f"did you mean `{option_of(name)}`?")
    help = (
        f"{speech.thing}s are given by name: --name VALUE"
        if flow.parameters
        else f"{speech.owner}`{flow.name}` takes no {speech.thing}s"
    )
    return Problem(f"`{word}` belongs to no {speech.thing}", index, 0, "not expected here", help)


def _unknown(flow: FlowDefinition, head: str, index: int, speech: Speech, start: int = 0) -> Problem:
    name = head.removeprefix("--").replace("-", "_")
    known = [parameter.name for parameter in flow.parameters]
    close = nearest(name, known) or (nearest(name.removeprefix("no_"), known) if name.startswith("no_") else None)
    is_option = head.startswith("--")
    if close:
        help = f"did you mean `{option_of(close) if is_option else close}`?"
    elif known:
        help = f"its {speech.thing}s: " + ", ".join(option_of(k) if is_option else k for k in known)
    else:
        help = f"it takes no {speech.thing}s"
    message = f"{speech.owner}`{flow.name}` has no {speech.thing} `{name}`"
    return Problem(message, index, start, "not found", help, meant=close or "", length=len(head))
