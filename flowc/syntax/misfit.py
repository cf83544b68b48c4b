"""A token that fits nowhere, and what a rule found out about it: the terms in which the rules of complaints speak."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Literal

from flowc.diagnostics import Code
from flowc.source import Source, Span
from flowc.syntax.lexer import Token
from flowc.syntax.words import DECLARING, SOFT_KINDS, STATEMENT_WORDS
from runtime.model.slotted import dataclass

Level = Literal["file", "block", "cases", "hole"]

ENDS: Final = frozenset(("NEWLINE", "RBRACE", "$END"))
WORD_KINDS: Final = frozenset(("NAME", "TYPE_NAME")) | SOFT_KINDS


@dataclass(frozen=True, slots=True)
class Misfit:
    """The token at `at` fits nowhere in the statement that begins at `start`; `expected` could have stood there."""

    source: Source
    tokens: list[Token]
    start: int
    at: int
    expected: frozenset[str]
    level: Level

    @property
    def first(self) -> Token:
        return self.tokens[self.start]

    @property
    def bad(self) -> Token:
        return self.tokens[self.at]

    @property
    def before(self) -> Token:
        return self.tokens[max(self.at - 1, self.start)]

    @property
    def word(self) -> str:
        """The word that the statement begins with, or nothing."""
        return word_of(self.first)

    @property
    def place(self) -> Span:
        """The misfit as written; where something is missing at the end of a line, the place after the line."""
        if self.bad[0] in ENDS and self.at > self.start:
            return self.before[3], self.before[3]
        return self.bad[2], self.bad[3]

    @property
    def begins_another(self) -> bool:
        """Whether the misfit is a word of a statement with something behind it: `after a sh "…"`."""
        behind = self.tokens[self.at + 1][0] if self.at + 1 < len(self.tokens) else "$END"
        return word_of(self.bad) in STATEMENT_WORDS and behind not in ENDS and behind not in ("COMMA", "NAME")

    def shown(self, token: Token) -> str:
        """How a sentence names a token."""
        if token[0] == "$END":
            return "the end of the file" if self.level != "hole" else "the end of `{{ }}`"
        if token[0] == "NEWLINE" and token[1] == "\n":
            return "the end of the line"
        if token[0] == "TEXT":
            return "this text"
        written = self.source.text[token[2] : token[3]]
        return f"`{written if len(written) <= 40 else written[:37] + '…'}`"

    def written(self, start: int, end: int) -> str:
        """The source of the tokens `start` to `end`, the last one left out."""
        return self.source.text[self.tokens[start][2] : self.tokens[end - 1][3]] if end > start else ""

    def rest(self, start: int) -> str:
        """The source from the token `start` to the end of the statement; an ellipsis for what is long."""
        end, depth = start, 0
        while end < len(self.tokens) and (depth or self.tokens[end][0] not in ENDS):
            kind = self.tokens[end][0]
            if kind == "$END":
                break
            depth += (kind in ("LBRACE", "LPAR", "LSQB")) - (kind in ("RBRACE", "RPAR", "RSQB"))
            end += 1
        written = self.written(start, end)
        return written if len(written) <= 40 and "\n" not in written else "…"

    def head(self) -> str:
        """The statement's word with the name it declares: `param day`."""
        named = self.word in DECLARING and self.at > self.start + 1
        return f"{self.word} {self.tokens[self.start + 1][1]}" if named else self.word


def word_of(token: Token) -> str:
    """The word that a token is, or nothing."""
    return token[1] if isinstance(token[1], str) and token[1].isidentifier() else ""


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule found. Without `span` it is about the misfit itself.

    `certain`: nothing but `fix` can have been meant. With `repair`, the index of a token, the statement can be read if
    that token is the keyword `fix`.
    """

    code: Code
    message: str
    help: str = ""
    label: str = ""
    span: Span | None = None
    fix: str | None = None
    repair: int | None = None
    certain: bool = True


Rule = Callable[[Misfit], Finding | None]
