"""What an attempt gave as outputs: read, and checked against what its task declares.

A shell writes lines to `$FLOW_OUT`: `name=value`, or a JSON object. A launcher leaves `result`. Anything missing,
unknown or of another type fails the attempt, with a sentence for each.
"""

from __future__ import annotations

import difflib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from runtime.executor.folder import AttemptFolder
from runtime.executor.log import size_text
from runtime.model.types import BOOL, PATH, ListOf, Optional, Record, Type, required
from runtime.model.values import ValueProblem, from_json, from_text, to_json

LIMIT_BYTES: Final = 1024 * 1024
"""Of all outputs of an attempt together: they live in the database. Large data travels by path."""

Outs = Sequence[tuple[str, Type]]


class BadOutput(Exception):
    """Outputs that do not fit what is declared; the message is for a person."""


@dataclass(slots=True)
class Given:
    """Outputs as they were given: texts of `name=value`, or JSON data. A later one replaces an earlier one."""

    texts: dict[str, str] = field(default_factory=dict)
    data: dict[str, Any] = field(default_factory=dict)

    def add_text(self, name: str, text: str) -> None:
        self.data.pop(name, None)
        self.texts[name] = text

    def add_data(self, values: Mapping[str, Any]) -> None:
        for name, value in values.items():
            self.texts.pop(name, None)
            self.data[name] = value


def collect(folder: AttemptFolder, outs: Outs, project: Path) -> dict[str, Any]:
    """JSON values of all outs of a script that ended well; BadOutput if they are not as declared."""
    given = Given()
    read_lines(given, _read(folder.out, "$FLOW_OUT"))
    result = _read(folder.at("result"), "what the script gave")
    if result:
        try:
            add_result(given, _load(result), outs)
        except ValueProblem as problem:
            raise BadOutput(str(problem)) from None
    return check(given, outs, project)


def read_lines(given: Given, text: str) -> None:
    """Add the lines of `$FLOW_OUT`."""
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        if line.lstrip().startswith("{"):
            given.add_data(_object(line, number))
            continue
        name, equals, value = line.partition("=")
        if not equals or not name.strip().isidentifier():
            raise BadOutput(f"line {number} of $FLOW_OUT is neither name=value nor a JSON object: {_short(line)}")
        given.add_text(name.strip(), value.removesuffix("\r"))


def add_result(given: Given, result: Mapping[str, Any], outs: Outs) -> None:
    """Add what a launcher left: outputs, rows, or why there are none."""
    if "problem" in result:
        raise BadOutput(str(result["problem"]))
    if "outputs" in result:
        given.add_data(result["outputs"])
    else:
        given.add_data(from_rows(result["columns"], result["rows"], result["total"], outs))


def from_rows(columns: Sequence[str], rows: Sequence[Sequence[Any]], count: int, outs: Outs) -> dict[str, Any]:
    """Outputs of a query: a single row by the names of its columns, or all rows for a single out that is a list."""
    kinds = dict(outs)
    lists = [(name, kind) for name, kind in outs if isinstance(required(kind), ListOf)]
    if len(outs) == 1 and lists and not (count == 1 and lists[0][0] in columns):
        name, kind = lists[0]
        if count > len(rows):
            raise BadOutput(
                f"the query gave {count} rows, too many for the output `{name}`: write them to a file or table"
            )
        return {name: _list_of_rows(columns, rows, required(kind), f"the output `{name}`")}
    if count != 1:
        names = ", ".join(f"`{name}`" for name in kinds)
        raise BadOutput(f"the last query gave {count} rows, but {names} need{'s' * (len(kinds) == 1)} exactly one row")
    # Columns that are not declared are left alone: a query may show more than the flow needs.
    return {
        name: _cell(kinds[name], value, f"the output `{name}`")
        for name, value in zip(columns, rows[0], strict=True)
        if name in kinds
    }


def check(given: Given, outs: Outs, project: Path) -> dict[str, Any]:
    """The outs in order, as JSON."""
    kinds = dict(outs)
    problems = [_unknown(name, list(kinds)) for name in (*given.texts, *given.data) if name not in kinds]
    values: dict[str, Any] = {}
    for name, kind in outs:
        try:
            values[name] = _value(given, name, kind)
            _check_text(values[name], name)
            if required(kind) == PATH and values[name] is not None and not os.path.exists(project / values[name]):
                problems.append(f"the output `{name}` names {values[name]}, but there is no such file")
        except (ValueProblem, BadOutput) as problem:
            problems.append(str(problem))
    if problems:
        raise BadOutput("; ".join(problems))
    return values


def _check_text(value: Any, name: str) -> None:
    """BadOutput for a text that no file and no database takes as UTF-8."""
    try:
        if isinstance(value, str | list | dict):
            (value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)).encode()
    except UnicodeEncodeError as problem:
        raise BadOutput(
            f"the output `{name}` holds {problem.object[problem.start]!a}, which is no character; "
            "is it the name of a file that is not UTF-8?"
        ) from None


def _value(given: Given, name: str, kind: Type) -> Any:
    where = f"the output `{name}`"
    if name in given.texts:
        return to_json(from_text(kind, given.texts[name], where))
    if name in given.data:
        return to_json(from_json(kind, given.data[name], where))
    if isinstance(kind, Optional):
        return None
    raise BadOutput(f"the output `{name}: {kind}` was not given")


def _unknown(name: str, known: Sequence[str]) -> str:
    close = difflib.get_close_matches(name, known, n=1)
    rest = f"did you mean `{close[0]}`?" if close else f"declare it with `out {name}: …`, or do not give it"
    return f"the output `{name}` is not declared; {rest}"


def _list_of_rows(columns: Sequence[str], rows: Sequence[Sequence[Any]], kind: Type, where: str) -> list[Any]:
    item = required(kind.item) if isinstance(kind, ListOf) else kind
    if isinstance(item, Record):
        kinds = dict(item.fields)
        return [
            {
                name: _cell(kinds[name], value, f"{where}[{index}].{name}") if name in kinds else value
                for name, value in zip(columns, row, strict=True)
            }
            for index, row in enumerate(rows)
        ]
    if len(columns) != 1:
        raise BadOutput(f"the query gave {len(columns)} columns, but a {kind} needs exactly one")
    return [_cell(item, row[0], f"{where}[{index}]") for index, row in enumerate(rows)]


def _cell(kind: Type, value: Any, where: str) -> Any:
    """JSON for a value of SQLite, which has no booleans and keeps lists and records as text."""
    inner = required(kind)
    if inner == BOOL and value in (0, 1):
        return bool(value)
    if isinstance(value, str):
        return to_json(from_text(kind, value, where))
    if isinstance(value, dict):
        raise BadOutput("the query gave a blob, which cannot be an output; write it to a file")
    return value


def _object(line: str, number: int) -> dict[str, Any]:
    data = _load(line, f"line {number} of $FLOW_OUT")
    if not isinstance(data, dict):
        raise BadOutput(f"line {number} of $FLOW_OUT is not a JSON object: {_short(line)}")
    return data


def _load(text: str, what: str = "what the script gave") -> Any:
    try:
        return json.loads(text, parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise BadOutput(f"{what} is not JSON: {_short(text)}") from None


def _no_number(name: str) -> Any:
    raise BadOutput(f"{name} cannot be an output; only finite numbers can")


def _read(path: str, what: str) -> str:
    """The text of a file; empty if there is none."""
    try:
        with open(path, "rb") as file:
            content = file.read(LIMIT_BYTES + 1)
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise BadOutput(f"{what} cannot be read: {error.strerror}") from None
    if len(content) > LIMIT_BYTES:
        limit = size_text(LIMIT_BYTES)
        raise BadOutput(f"{what} is longer than {limit}; write large data to a file and give its path as an output")
    try:
        return content.decode()
    except UnicodeDecodeError:
        raise BadOutput(f"{what} is not UTF-8 text") from None


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:57] + "..."
