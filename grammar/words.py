"""The words of the language by what they do, for colouring. The compiler's own list is `flowc.syntax.words`; a test
holds the two together.

Only the reserved words are keywords everywhere. The others are names wherever a name may stand, so each list says
where its words are keywords.
"""

from __future__ import annotations

from typing import Final

OPERATORS: Final = ("and", "or", "not", "in")
"""Reserved, between or before values."""

BRANCHES: Final = ("if", "then", "else")
"""Reserved, in conditional values and as statements."""

CONSTANTS: Final = ("true", "false", "null")
"""Reserved, values."""

NODES: Final = ("flow", "task", "parallel", "sequence")
"""At the start of a statement, before the name of something that runs."""

VALUES: Final = ("param", "out", "let")
"""At the start of a statement, before the name of a value."""

TYPES: Final = ("type", "enum")
"""At the start of a statement, before the name of a type."""

OTHER_DECLARATIONS: Final = ("pool", "test")
"""At the start of a statement, before a name or a text."""

MODULES: Final = ("from", "import")
"""At the start of a statement, before the text that names a file."""

SETTINGS: Final = (
    "after",
    "allow_failure",
    "allow_failures",
    "ask",
    "cache",
    "cwd",
    "deadline",
    "detached",
    "enough",
    "ensure",
    "expect",
    "fail_fast",
    "given",
    "idempotent",
    "limit",
    "match",
    "owner",
    "priority",
    "rate",
    "retry",
    "tags",
    "timeout",
    "tz",
    "until",
    "use",
    "wait",
    "when",
)
"""At the start of a statement."""

BLOCKS: Final = ("defaults", "env")
"""At the start of a statement, before `{`."""

CHOICES: Final = {
    "catchup": ("none", "last", "all"),
    "on": ("crash", "done", "failure", "late", "retry", "skip", "start", "success", "timeout"),
    "overlap": ("allow", "cancel", "queue", "skip"),
    "schedule": ("cron", "daily", "every", "weekly"),
    "trigger": ("after", "file", "webhook"),
}
"""At the start of a statement, before one of the words behind it, which is then a keyword too."""

OUTCOMES_OF_A_CRASH: Final = ("rerun", "suspend")
"""After `on crash`."""

SCRIPTS: Final = {"sh": "shell", "bash": "shell", "python": "python", "sql": "sql"}
"""At the start of a statement, before a script in the language behind it."""

CLAUSES: Final = ("as", "at", "by", "catchup", "default", "for", "of", "on", "per", "tz", "when", "where", "with")
"""Inside a statement, before a value or a name. No two of those stand beside each other, so this is never a name."""

AFTER_NUMBERS: Final = ("runs",)
"""After a number and a space."""

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
"""After `weekly on`."""

STATES: Final = ("succeeded", "skipped", "failed", "done", "error")
"""After a dot: how a task ended."""

BUILTIN_TYPES: Final = (
    "bool",
    "date",
    "datetime",
    "duration",
    "float",
    "int",
    "json",
    "list",
    "map",
    "path",
    "percent",
    "secret",
    "size",
    "str",
    "time",
)
"""Where a type stands."""

_FUNCTIONS: Final = (
    "abs all any as_bool as_float as_int as_list as_map as_str basename ceil coalesce compact contains count date "
    "datetime day days dirname div ends_with enumerate ext first flatten float floor format get hash hour hours int "
    "items join json keys last len lower matches max min mod month now parts path range raw replace reverse round "
    "seconds slice slug sorted split starts_with str sum time to_json today trim unique upper values weekday year zip"
)
FUNCTIONS: Final = tuple(_FUNCTIONS.split())
"""Before `(`."""
