"""The parser's tables: made from `grammar/flow.lark` by Lark in strict mode, shipped beside it, loaded without Lark.

    python -m flowc.syntax.tables      # after a change of the grammar

If the shipped tables belong to another grammar they are made again in memory, which takes a tenth of a second.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import grammar
from runtime.model.slotted import dataclass

_ROOM: Final = Path(grammar.__file__).parent
STARTS: Final = ("file", "expr")
_FORMAT: Final = "1"


@dataclass(frozen=True, slots=True)
class Rule:
    """`origin` becomes `size` symbols; `action` names the builder's method, None passes the one value on."""

    origin: str
    size: int
    action: str | None


@dataclass(frozen=True, slots=True)
class Tables:
    """`actions[state][symbol]` is a state to go to, or `~n` to reduce by `rules[n]`."""

    rules: list[Rule]
    actions: list[dict[str, int]]
    starts: dict[str, int]
    ends: dict[str, int]


def load() -> Tables:
    """The tables of the grammar as it is now."""
    text = (_ROOM / "flow.lark").read_text("utf-8")
    try:
        data = json.loads((_ROOM / "flow.tables.json").read_text("utf-8"))
    except (OSError, ValueError):
        data = {}
    return _tables(data if data.get("key") == _key(text) else make(text))


def make(text: str) -> dict[str, Any]:
    """The tables as JSON data. A conflict in the grammar raises Lark's GrammarError."""
    table = _lalr(text)
    states = _in_order(table)
    number = {state: index for index, state in enumerate(states)}
    rules: dict[Any, int] = {}
    actions = []
    for state in states:
        row = {}
        for symbol, (action, arg) in sorted(table.states[state].items()):
            row[symbol] = number[arg] if action.name == "Shift" else ~rules.setdefault(arg, len(rules))
        actions.append(row)
    return {
        "key": _key(text),
        "rules": [[rule.origin.name, len(rule.expansion), rule.alias] for rule in rules],
        "actions": actions,
        "starts": {name: number[state] for name, state in table.start_states.items()},
        "ends": {name: number[state] for name, state in table.end_states.items()},
    }


def _lalr(text: str) -> Any:
    from lark import Lark
    from lark.lexer import Lexer

    class NoLexer(Lexer):
        def __init__(self, _conf: Any) -> None: ...

        def lex(self, _lexer_state: Any, _parser_state: Any) -> Iterator[Any]:
            return iter(())

    parser: Any = Lark(text, parser="lalr", lexer=NoLexer, strict=True, start=list(STARTS))
    return parser.parser.parser._parse_table


def _in_order(table: Any) -> list[Any]:
    """The states as they are reached from the starts: the same grammar gives the same bytes."""
    found = dict.fromkeys(state for _, state in sorted(table.start_states.items()))
    queue = list(found)
    for state in queue:
        for _, (action, target) in sorted(table.states[state].items()):
            if action.name == "Shift" and target not in found:
                found[target] = None
                queue.append(target)
    return queue


def _key(text: str) -> str:
    return hashlib.sha256(f"{_FORMAT}\n{text}".encode()).hexdigest()


def _tables(data: dict[str, Any]) -> Tables:
    return Tables([Rule(*rule) for rule in data["rules"]], data["actions"], data["starts"], data["ends"])


def main() -> None:
    data = make((_ROOM / "flow.lark").read_text("utf-8"))
    text = json.dumps(data, separators=(",", ":"), sort_keys=True)
    (_ROOM / "flow.tables.json").write_text(text + "\n", "utf-8")


if __name__ == "__main__":
    main()
