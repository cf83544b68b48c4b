"""Comments and the tokens that they belong to: the next one, or, on the line of the one before, that."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from flowc.syntax.lexer import Lexed, Token

_BLANK_BEFORE: Final = re.compile(r"\n[ \t\f]*\n[ \t\f]*\Z")
_BLANK_LINE: Final = re.compile(r"[ \t\f;]*(?:#[^\n]*)?\n[ \t\f]*\n")


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment as written, without blanks at its end, and whether an empty line is before it and after it."""

    text: str
    blank_before: bool = False
    blank_after: bool = False


@dataclass(slots=True)
class Comments:
    """`leading`: those on lines of their own, by the start of the next token. `trailing`: those at the end of
    a line, by the end of the token before."""

    leading: dict[int, list[Comment]] = field(default_factory=dict)
    trailing: dict[int, Comment] = field(default_factory=dict)


def attach(text: str, lexed: Lexed) -> Comments:
    """Gives every comment to a token. The last token is the end of the text."""
    found = Comments()
    tokens = [token for token in lexed.tokens if token[0] != "NEWLINE"]
    at = 0
    for begin, end in lexed.comments:
        while tokens[at][2] < begin:
            at += 1
        _attach(text, (begin, end), tokens[at - 1] if at else None, tokens[at], found)
    return found


def _attach(text: str, span: tuple[int, int], before: Token | None, after: Token, found: Comments) -> None:
    begin, end = span
    shown = text[begin:end].rstrip()
    if before is not None and "\n" not in text[before[3] : begin]:
        found.trailing[before[3]] = Comment(shown)
        return
    line_start = text.rfind("\n", 0, begin) + 1
    blank_before = _BLANK_BEFORE.search(text, max(0, line_start - 200), line_start) is not None
    comment = Comment(shown, blank_before, is_blank_after(text, end))
    found.leading.setdefault(after[2], []).append(comment)


def is_blank_after(text: str, offset: int) -> bool:
    """Whether the line after that of the offset is empty; what is left of this one holds no code."""
    return _BLANK_LINE.match(text, offset) is not None
