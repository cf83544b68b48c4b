"""Comments and the tokens that they belong to: the next one, or, on the line of the one before, that."""

from __future__ import annotations

import re
from typing import Final

from flowc.syntax.lexer import Lexed, Token
from runtime.model.slotted import dataclass, field

_BLANK_BEFORE: Final = re.compile(r"\n[ \t\f]*\n[ \t\f]*\Z")
START: Final = -1
_ENDS: Final = frozenset(("NEWLINE", "COMMA", "RBRACE", "RPAR", "RSQB", "$END"))
_BEGINS: Final = frozenset(("COMMA", "LBRACE", "LPAR", "LSQB"))
_BLANK_LINE: Final = re.compile(r"[ \t\f;]*(?:#[^\n]*)?\n[ \t\f]*\n")


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment as written, without blanks at its end, and whether an empty line is before it and after it."""

    text: str
    blank_before: bool = False
    blank_after: bool = False


@dataclass(slots=True)
class Comments:
    """Comments by places of the source.

    `heading`: on lines of their own above a statement or an entry, by the start of the line end, comma or opening
    bracket before it, or START. `leading`: others on lines of their own, by the start of the next token. `ending`: at
    the end of a line and of a statement or an entry, by the start of the line end, comma or closing bracket that
    follows. `trailing`: others at the end of a line, by the end of the token before.
    """

    heading: dict[int, list[Comment]] = field(default_factory=dict)
    leading: dict[int, list[Comment]] = field(default_factory=dict)
    ending: dict[int, Comment] = field(default_factory=dict)
    trailing: dict[int, Comment] = field(default_factory=dict)


def attach(text: str, lexed: Lexed) -> Comments:
    """Gives every comment to a token. The last token is the end of the text."""
    found, at = Comments(), 0
    for begin, end in lexed.comments:
        while lexed.tokens[at][2] < begin:
            at += 1
        _attach(text, (begin, end), lexed.tokens, at, found)
    return found


def _attach(text: str, span: tuple[int, int], tokens: list[Token], at: int, found: Comments) -> None:
    """`at` is the index of the first token behind the comment."""
    begin, end = span
    shown = text[begin:end].rstrip()
    before, after = tokens[at - 1], tokens[at]
    if at and "\n" not in text[before[3] : begin] and before[1] != "\n":
        if before[0] == "NEWLINE":
            found.ending[before[2]] = Comment(shown)
        elif after[0] in _ENDS and before[0] not in _BEGINS:
            found.ending[after[2]] = Comment(shown)
        else:
            found.trailing[before[3]] = Comment(shown)
        return
    line_start = text.rfind("\n", 0, begin) + 1
    blank_before = _BLANK_BEFORE.search(text, max(0, line_start - 200), line_start) is not None
    comment = Comment(shown, blank_before, is_blank_after(text, end))
    if after[0] in _ENDS:
        found.leading.setdefault(after[2], []).append(comment)
    elif at == 0 or before[0] in _BEGINS or before[0] == "NEWLINE":
        found.heading.setdefault(before[2] if at else START, []).append(comment)
    else:
        found.leading.setdefault(after[2], []).append(comment)


def is_blank_after(text: str, offset: int) -> bool:
    """Whether the line after that of the offset is empty; what is left of this one holds no code."""
    return _BLANK_LINE.match(text, offset) is not None
