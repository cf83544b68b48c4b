"""Renders accepted scripts: holes become variables, names or parameters, never the value's own text.

The compiler has judged every hole (`flowc.analysis.scripts`); what is written here for each `use` is what that
judgement relies on. Values travel beside the text: in the environment for shells, and from there by file where
they are large; as objects for Python; as parameters for SQL.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from runtime.model.definition import Hole, Script
from runtime.model.values import Percent, to_json, to_text

VALUES_FOLDER: Final = "FLOW_VALUES"
"""Environment variable that names the folder of the values that go by file."""

LARGE_BYTES: Final = 32 * 1024
"""A value longer than this goes by file; one environment string holds at most 128 KiB on Linux."""

TOTAL_BYTES: Final = 256 * 1024
"""All values of a script that go by environment; arguments and environment of a process share one space."""

_ENTRY_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class ShellText:
    """A shell script to run and the values it reads.

    `variables` go into its environment. Each of `files` (a name and its content) is written, as UTF-8 and without a
    newline added, into a private folder named by the environment variable `FLOW_VALUES`; the text reads them.
    """

    text: str
    variables: dict[str, str] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)


def render_shell(script: Script, values: Mapping[str, Any]) -> ShellText:
    """The text of an `sh` or `bash` script and its variables; `values` are Python objects by binding name.

    Line numbers of the text are those of the script. TypeError for a missing value or a secret.
    """
    bound = {part.binding for part in script.parts if isinstance(part, Hole) and part.use != "raw"}
    kinds = {binding.name: binding.type for binding in script.bindings if binding.name in bound}
    as_words = {part.binding for part in script.parts if isinstance(part, Hole) and part.use == "word"}
    texts: dict[str, str] = {}
    words: dict[str, list[str]] = {}
    for name, kind in kinds.items():
        value = values[name]
        if _is_list(kind) and name in as_words:
            items = [_shell_text(item, kind["list"]) for item in value]
            words[name] = [f"{name}_{number}" for number in range(1, len(items) + 1)]
            texts.update(zip(words[name], items, strict=True))
        else:
            texts[name] = _shell_text(value, kind)
    variables, files = _share_out(texts)
    body = "".join(_shell_part(part, words) for part in _pasted(script, values))
    return ShellText("".join(_readers(files)) + body, variables, files)


def render_python(script: Script, values: Mapping[str, Any]) -> str:
    """The body of a Python script, with the binding's name for each hole: `return f(FLOW_V1)`."""
    return "".join(part if isinstance(part, str) else part.binding for part in _pasted(script, values))


def render_sql(script: Script, values: Mapping[str, Any]) -> str:
    """The SQL with named parameters: `:FLOW_V1`. Their values are `to_sql` of the bindings' values."""
    return "".join(part if isinstance(part, str) else f":{part.binding}" for part in _pasted(script, values))


def _pasted(script: Script, values: Mapping[str, Any]) -> list[str | Hole]:
    """The parts of the script with the text of what its author wanted pasted."""
    return [
        to_text(values[part.binding]) if isinstance(part, Hole) and part.use == "raw" else part for part in script.parts
    ]


def to_sql(value: Any) -> int | float | str | None:
    """The value as SQLite stores it: numbers and None as they are, true as 1, the rest as its text; lists, maps and
    records as JSON for `json_each`. TypeError for a secret."""
    match value:
        case None:
            return None
        case bool() | int():
            return int(value)
        case float():
            return float(value)
        case _:
            return to_text(value)


def _is_list(kind: Any) -> bool:
    return isinstance(kind, Mapping) and "list" in kind


def _shell_text(value: Any, kind: Any) -> str:
    if kind == "json":
        return json.dumps(to_json(value), ensure_ascii=False, separators=(",", ":"))
    return to_text(Percent(value) if kind == "percent" else value)


def _shell_part(part: str | Hole, words: Mapping[str, list[str]]) -> str:
    if isinstance(part, str):
        return part
    match part.use:
        case "word":
            return " ".join(f'"${{{name}}}"' for name in words.get(part.binding, [part.binding]))
        case "arith":
            # The parentheses keep `5-{{ n }}` a subtraction when n is negative.
            return f"(${{{part.binding}}})"
        case "inner":
            return f"${{{part.binding}}}"
    raise ValueError(f"a shell script has no use `{part.use}`")


def _share_out(texts: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """Values for the environment, and those for files: each that is large, and all that come when it is full."""
    variables: dict[str, str] = {}
    files: dict[str, str] = {}
    left = TOTAL_BYTES
    for name, text in texts.items():
        size = len(text.encode())
        if size > LARGE_BYTES or size + _ENTRY_BYTES > left:
            files[name] = text
        else:
            variables[name] = text
            left -= size + _ENTRY_BYTES
    return variables, files


def _readers(files: Mapping[str, str]) -> Iterator[str]:
    """Assignments before the first line. The `x` keeps newlines at the end, which `$( )` would drop; a value that
    cannot be read stops the script before its first command."""
    for name in files:
        yield f'{name}=$(cat "${VALUES_FOLDER}/{name}" && printf x) || exit 125; {name}=${{{name}%x}}; '
