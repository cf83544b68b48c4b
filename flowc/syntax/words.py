"""The words of the language: which are reserved, and which are keywords only where the grammar takes no name."""

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
    "from": "FROM",
    "import": "IMPORT",
    "as": "AS",
    "pool": "POOL",
    "test": "TEST",
    "defaults": "DEFAULTS",
    "match": "MATCH",
    "on": "ON",
    "retry": "RETRY",
    "until": "UNTIL",
    "timeout": "SETTING",
    "deadline": "SETTING",
    "priority": "SETTING",
    "owner": "SETTING",
    "tags": "SETTING",
    "cwd": "SETTING",
    "allow_failures": "SETTING",
    "enough": "SETTING",
    "limit": "LIMIT",
    "runs": "RUNS",
    "idempotent": "FLAG",
    "allow_failure": "FLAG",
    "fail_fast": "FLAG",
    "detached": "FLAG",
    "when": "WHEN",
    "after": "AFTER",
    "env": "ENV",
    "cache": "CACHE",
    "ensure": "ENSURE",
    "overlap": "OVERLAP",
    "use": "USE",
    "rate": "RATE",
    "per": "PER",
    "schedule": "SCHEDULE",
    "daily": "DAILY",
    "weekly": "WEEKLY",
    "every": "EVERY",
    "cron": "CRON",
    "at": "AT",
    "tz": "TZ",
    "catchup": "CATCHUP",
    "trigger": "TRIGGER",
    "file": "FILE",
    "webhook": "WEBHOOK",
    "of": "OF",
    "with": "WITH",
    "given": "GIVEN",
    "expect": "EXPECT",
    "ask": "ASK",
    "wait": "WAIT",
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

ITEM_WORDS: Final = ("flow", "task", "type", "enum", "let", "from", "import", "pool", "test", "defaults")

CLAUSE_WORDS: Final = frozenset(
    (
        "as",
        "runs",
        "per",
        "daily",
        "weekly",
        "every",
        "cron",
        "at",
        "catchup",
        "file",
        "webhook",
        "of",
        "with",
        "for",
        "by",
        "default",
        "where",
    )
)
"""Words that stand inside a statement and begin none."""

FILE_WORDS: Final = frozenset(("flow", "type", "enum", "from", "import", "pool", "test"))
"""Words that begin parts of a file and stand in no block."""

STATEMENT_WORDS: Final = ("if", *(word for word in SOFT if word not in CLAUSE_WORDS | FILE_WORDS))

DECLARING: Final = frozenset(("flow", "task", "parallel", "sequence", "param", "out", "let", "type", "enum", "pool"))
"""Words that a declared name follows."""

KINDS: Final = {**RESERVED, **SOFT}
