"""Whether two texts say the same: the same tokens, but for commas and line ends, and the same comments."""

from __future__ import annotations

from typing import Any, Final

from flowc.diagnostics import Sink
from flowc.source import Source
from flowc.syntax import texts
from flowc.syntax.lexer import Lexed, Token, lex
from flowc.syntax.nodes import ErrorNode, Hole

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
    text = source.text
    return [
        _text(source, token) if token[0] == "TEXT" else (token[0], text[token[2] : token[3]])
        for token in lexed.tokens
        if token[0] not in _SEPARATORS
    ]


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
