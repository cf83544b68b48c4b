"""The TextMate grammar `source.flow`, for VS Code, Sublime Text, JetBrains and whatever else reads such grammars.

A script of many lines is a `while` rule: it ends at the line of its closing quotes, whatever the grammar of its own
language has open there. A script on one line is coloured within a capture, for the same reason. Holes are injected,
so that they are found inside the texts and comments of the script too.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from grammar.highlighting import CONTEXTS
from grammar.roles import Role
from grammar.rule import Include, Match, Part, Region, Rule
from grammar.words import SCRIPTS

SCOPE: Final = "source.flow"
EMBEDDED_LANGUAGES: Final[Mapping[str, str]] = {
    "meta.embedded.block.shell": "shellscript",
    "meta.embedded.raw.shell": "shellscript",
    "meta.embedded.block.python": "python",
    "meta.embedded.raw.python": "python",
    "meta.embedded.block.sql": "sql",
    "meta.embedded.raw.sql": "sql",
    "meta.embedded.hole": "flow",
}
"""Scopes and the languages that VS Code takes what stands in them for (for comments and brackets)."""

_START: Final = r"((?:^|(?<=[{;]))[ \t]*)"
_CONNECTION: Final = r"(\((?:[^()\"'\n]|\"[^\"\n]*\"|'[^'\n]*'|\([^()\n]*\))*\))?"
_HOLE: Final = r"\{\{(?:[^{}\"']|\"(?:[^\"\\]|\\.)*\"|'[^']*'|\{[^{}]*\})*\}\}"
_LINE_BODIES: Final = {'"': rf"(?:[^\"\\{{]|\\.|{_HOLE}|\{{(?!\{{))*", "'": r"[^']*"}


def textmate_grammar() -> dict[str, Any]:
    """The grammar, for a file `flow.tmLanguage.json`."""
    contexts = {name: {"patterns": _patterns(name)} for name in CONTEXTS if name != "file"}
    return {
        "$schema": "https://raw.githubusercontent.com/martinring/tmlanguage/master/tmlanguage.json",
        "name": "Flow",
        "scopeName": SCOPE,
        "fileTypes": ["flow"],
        "patterns": _patterns("file"),
        "repository": contexts | {region.name: _region(region) for region in _regions()},
        "injections": {
            "L:meta.embedded.block - meta.interpolation": {
                "patterns": [{"include": "#block_text"}],
            },
        },
    }


def _regions() -> list[Region]:
    return [rule for rules in CONTEXTS.values() for rule in rules if isinstance(rule, Region)]


def _patterns(context: str) -> list[dict[str, Any]]:
    return [pattern for rule in CONTEXTS[context] for pattern in _rule(rule)]


def _rule(rule: Rule) -> list[dict[str, Any]]:
    if isinstance(rule, Include | Region):
        return [{"include": f"#{rule.context if isinstance(rule, Include) else rule.name}"}]
    if isinstance(rule, Match):
        return [_match(rule)]
    return [found for language in _words_of_languages() for found in _scripts(*language)]


def _match(rule: Match) -> dict[str, Any]:
    if len(rule.parts) == 1 and not rule.starts and rule.parts[0].role:
        return {"name": _scope(rule.parts[0].role), "match": rule.parts[0].pattern}
    return {"match": _pattern(rule.parts, rule.starts), "captures": _captures(rule.parts, rule.starts)}


def _region(rule: Region) -> dict[str, Any]:
    made: dict[str, Any] = {
        "begin": _pattern(rule.begin, rule.starts),
        "beginCaptures": _captures(rule.begin, rule.starts),
        "end": rule.end.pattern,
    }
    if rule.end.role:
        made["endCaptures"] = {"0": {"name": _scope(rule.end.role, "end")}}
    if rule.content:
        made["name"] = _scope(rule.content, "double" if '"' in rule.begin[0].pattern else "")
    if "hole" in rule.name:
        made |= {"name": "meta.interpolation.flow", "contentName": "meta.embedded.hole.flow"}
    return {**made, "patterns": [{"include": f"#{rule.inside}"}]}


def _pattern(parts: tuple[Part, ...], starts: bool) -> str:
    return (_START if starts else "") + "".join(f"({part.pattern})" for part in parts)


def _captures(parts: tuple[Part, ...], starts: bool) -> dict[str, Any]:
    first = 2 if starts else 1
    return {str(group): {"name": _scope(part.role, "begin")} for group, part in enumerate(parts, first) if part.role}


def _scope(role: Role, end: str = "") -> str:
    middle = f".{end}" if end and role in (Role.QUOTE, Role.HOLE, Role.TEXT) else ""
    return f"{role.value.textmate}{middle}.flow"


def _words_of_languages() -> list[tuple[str, str]]:
    languages = dict.fromkeys(SCRIPTS.values())
    return [("|".join(word for word in SCRIPTS if SCRIPTS[word] == language), language) for language in languages]


def _scripts(words: str, language: str) -> list[dict[str, Any]]:
    head = rf"{_START}({words})\b([ \t]*){_CONNECTION}([ \t]*)"
    captures = {"2": {"name": _scope(Role.KEYWORD)}, "4": {"patterns": [{"include": "#expression"}]}}
    return [
        *(_lines(head, captures, language, quotes) for quotes in ('"""', "'''")),
        *(_line(head, captures, language, quote) for quote in _LINE_BODIES),
    ]


def _lines(head: str, captures: dict[str, Any], language: str, quotes: str) -> dict[str, Any]:
    raw = quotes == "'''"
    line_inside = rf"^(?!.*{quotes})"
    quote = {"name": _scope(Role.QUOTE, "begin")}
    script = {
        "begin": line_inside,
        "while": line_inside,
        "contentName": f"meta.embedded.{'raw' if raw else 'block'}.{language}.flow",
        "patterns": [{"include": f"source.{language}"}],
    }
    return {
        "begin": f"{head}({quotes})",
        "beginCaptures": captures | {"6": quote},
        "end": f"({quotes})",
        "endCaptures": {"1": {"name": _scope(Role.QUOTE, "end")}},
        "patterns": [script, *([] if raw else [{"include": "#block_text"}])],
    }


def _line(head: str, captures: dict[str, Any], language: str, quote: str) -> dict[str, Any]:
    holes = [] if quote == "'" else [{"include": "#line_text"}]
    script = {
        "name": f"meta.embedded.{'raw' if quote == chr(39) else 'block'}.{language}.flow",
        "patterns": [*holes, {"include": f"source.{language}"}],
    }
    quotes = {"6": {"name": _scope(Role.QUOTE, "begin")}, "8": {"name": _scope(Role.QUOTE, "end")}}
    return {"match": f"{head}({quote})({_LINE_BODIES[quote]})({quote})", "captures": captures | quotes | {"7": script}}
