"""Whether two texts say the same: the same tokens with the same separations, and the same comments."""

from __future__ import annotations

from typing import Any, Final

from flowc.diagnostics import Sink
from flowc.source import Source
from flowc.syntax import texts
from flowc.syntax.lexer import Lexed, Token, lex
from flowc.syntax.nodes import ErrorNode, Hole

_CLOSING: Final = frozenset(("RBRACE", "RPAR", "RSQB", "$END"))
_SEPARATORS: Final = frozenset(("NEWLINE", "COMMA"))


def is_same(source: Source, lexed: Lexed, other: Source) -> bool:
    """Whether a text says the same as a source whose tokens are at hand."""
    if source.text == other.text:
        return True
    other_lexed = lex(other, Sink())
    return _comments(source, lexed) == _comments(other, other_lexed) and _words(source, lexed) == _words(
        other, other_lexed
    )


def _comments(source: Source, lexed: Lexed) -> list[str]:
    return [source.text[begin:end].rstrip() for begin, end in lexed.comments]


def _words(source: Source, lexed: Lexed) -> list[Any]:
    """Kinds and texts. A comma and a line end between two things are the same; one before a closing bracket, or
    between the cases of a `match`, says nothing."""
    text = source.text
    words: list[Any] = []
    between = False
    previous = ""
    for token in lexed.tokens:
        kind = token[0]
        if kind in _SEPARATORS:
            between = previous != "RBRACE"
            continue
        if between and kind not in _CLOSING:
            words.append(None)
        between, previous = False, kind
        words.append(_text(source, token) if kind == "TEXT" else (kind, text[token[2] : token[3]].rstrip()))
    return words


def _text(source: Source, token: Token) -> Any:
    """The value of a text, with the words in its holes."""
    _, spans, start, end = token
    text = source.text
    if not spans and "\n" not in text[start:end]:
        return text[start:end]
    holes = [Hole(ErrorNode(span), span) for span in spans]
    parts = texts.decode(text, (start, end), holes, lambda *_: None)
    value = [_words_of_hole(source, part.span) if isinstance(part, Hole) else part.text for part in parts]
    return (text[start : start + 3] if text.startswith(('"""', "'''"), start) else text[start], value)


def _words_of_hole(source: Source, span: tuple[int, int]) -> list[Any]:
    return _words(source, lex(source, Sink(), span[0] + 2, span[1] - 2))
