"""The words of the language: which are reserved, which are keywords where the grammar takes no name, and which
belong to the language but not yet to this version."""

from __future__ import annotations

from typing import Final

RESERVED: Final = {
    "and": "AND",
    "or": "OR",
    "not": "NOT",
    "in": "IN",
    "if": "IF",
    "then": "THEN",
    "else": "ELSE",
    "true": "LITERAL",
    "false": "LITERAL",
    "null": "LITERAL",
}

SOFT: Final = {
    "flow": "FLOW",
    "task": "TASK",
    "parallel": "GROUP",
    "sequence": "GROUP",
    "param": "PARAM",
    "out": "OUT",
    "let": "LET",
    "type": "TYPE",
    "enum": "ENUM",
    "retry": "RETRY",
    "timeout": "SETTING",
    "limit": "SETTING",
    "priority": "SETTING",
    "when": "WHEN",
    "after": "AFTER",
    "env": "ENV",
    "idempotent": "IDEMPOTENT",
    "sh": "LANGUAGE",
    "bash": "LANGUAGE",
    "python": "LANGUAGE",
    "sql": "LANGUAGE",
    "for": "FOR",
    "by": "BY",
    "default": "DEFAULT",
    "where": "WHERE",
}

SOFT_KINDS: Final = frozenset(SOFT.values())

ITEM_WORDS: Final = ("flow", "task", "type", "enum", "let")

STATEMENT_WORDS: Final = tuple(
    word for word in SOFT if word not in ("flow", "type", "enum", "for", "by", "default", "where")
)

DECLARING: Final = frozenset(("flow", "task", "parallel", "sequence", "param", "out", "let", "type", "enum"))
"""Words that a declared name follows."""

LATER_ITEMS: Final = frozenset(("from", "import", "pool", "test"))
"""Items of the language that this version does not compile."""

LATER_STATEMENTS: Final = frozenset(
    (
        "allow_failure",
        "allow_failures",
        "ask",
        "cache",
        "catchup",
        "cwd",
        "deadline",
        "defaults",
        "detached",
        "enough",
        "ensure",
        "fail_fast",
        "if",
        "match",
        "on",
        "overlap",
        "owner",
        "schedule",
        "trigger",
        "until",
        "use",
        "wait",
    )
)
"""Statements of the language that this version does not compile."""

KINDS: Final = {**RESERVED, **SOFT}
