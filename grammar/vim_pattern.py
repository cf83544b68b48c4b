"""A pattern of the table in the words of vim's regular expressions (`\\v`, very magic)."""

from __future__ import annotations

import re
from typing import Final

_PIECE: Final = re.compile(
    r"(?P<group>\(\?(?:<?[=!]|:))|(?P<count>\{[0-9]+\})|(?P<escape>\\.)|(?P<class>\[(?:\\.|[^\]\\])+\])|(?P<plain>.)"
)
_AFTER_GROUPS: Final = {"(?:": "", "(": "", "(?=": "@=", "(?!": "@!", "(?<=": "@9<=", "(?<!": "@1<!"}
_ESCAPES: Final = {"b": "%(<|>)", '"': '"'}
_MAGIC: Final = frozenset("<>=@%&~{}")
"""Signs that have a meaning in vim and none in the table."""
_DELIMITER: Final = "`"


def vim_pattern(pattern: str, before: str = "", after: str = "") -> str:
    """The pattern between delimiters. `before` and `after` are in vim's words already."""
    return f"{_DELIMITER}\\v{before}{translated(pattern)}{after}{_DELIMITER}"


def translated(pattern: str) -> str:
    """The pattern without delimiters."""
    made: list[str] = []
    groups: list[str] = []
    for piece in _PIECE.finditer(pattern):
        text = piece[0]
        if piece["group"] or text == "(":
            made.append("%(")
            groups.append(_AFTER_GROUPS[text])
        elif text == ")":
            made.append(")" + groups.pop())
        elif piece["escape"]:
            made.append(_ESCAPES.get(text[1], text))
        elif piece["class"]:
            made.append(_class(text))
        else:
            made.append(f"\\{text}" if text in _MAGIC else text)
    return "".join(made)


def _class(text: str) -> str:
    """In vim's brackets a backslash is a character like others, but for a few."""
    return re.sub(r"\\([^\]\\tw])", r"\1", text).replace(r"\w", "0-9A-Za-z_")
