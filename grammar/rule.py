"""The shapes of a rule of colouring. Each editor's grammar is made from rules of these shapes.

A pattern is written in what the regular expressions of Python, Oniguruma and (translated) vim have in common: no
capturing groups, no flags, no lazy or possessive repetition, look-behind of one width, `.` `^` `$` by lines.
"""

from __future__ import annotations

from dataclasses import dataclass

from grammar.roles import Role


@dataclass(frozen=True, slots=True)
class Part:
    """One piece of a rule; the parts of a rule follow each other without a gap."""

    pattern: str
    role: Role | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """Parts on one line. `starts`: only at the start of a statement: of a line, or after `{` or `;`."""

    name: str
    parts: tuple[Part, ...]
    starts: bool = False


@dataclass(frozen=True, slots=True)
class Region:
    """From the parts of `begin` to `end`, over lines. `inside` is the context between them, `content` its role."""

    name: str
    begin: tuple[Part, ...]
    end: Part
    inside: str
    content: Role | None = None
    starts: bool = False


@dataclass(frozen=True, slots=True)
class Include:
    """All rules of another context, at this place."""

    context: str


@dataclass(frozen=True, slots=True)
class Scripts:
    """The place of the scripts, which each editor treats in its own way."""


Rule = Match | Region | Include | Scripts
