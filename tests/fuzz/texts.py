"""Strategies for texts: tokens in any order, samples with a part lost or put in, and what the grammar allows."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from hypothesis import strategies as st
from hypothesis.extra.lark import from_lark
from lark import Lark
from lark.lexer import Lexer

import grammar
from flowc.syntax.words import KINDS
from tests.docs.pages import blocks

ROOT = Path(__file__).parents[2]
CORPUS = Path(__file__).with_name("corpus")
_SIGNS = {
    "LBRACE": "{", "RBRACE": "}", "LPAR": "(", "RPAR": ")", "LSQB": "[", "RSQB": "]", "COMMA": ",", "DOT": ".",
    "COLON": ":", "EQUAL": "=", "ARROW": "->", "QUESTION": "?", "MINUS": "-",
}  # fmt: skip
_TERMINALS = {
    "NAME": ["a", "b", "x", "xs", "f", "t", "run", "len", "skipped", "echo", "files.copy"],
    "TYPE_NAME": ["Mode", "Row", "T"],
    "LITERAL": ["1", "2.5", "30s", "1h30m", "10%", "4GiB", "06:30", "2026-11-23", "true", "null"],
    "TEXT": [
        '"x"', "'y'", '""', '"{{ x }} b"', '"""\n  echo {{ a }}\n  """', '"echo \\"{{ t.x }}\\""', '"./lib.flow"',
        "'''\n a\n'''", '"0 6 * * 1-5"', '"Europe/London"', '"select {{ x }}"', '"return {\'a\': {{ x }}}"',
    ],
    "BINARY": ["+", "*", "/", "??", "==", "!=", "<", "<=", ">", ">="],
    "NEWLINE": ["\n", ";", "\n\n# c\n"],
    "ERROR": ["%", "task", "let = 1"],
}  # fmt: skip
TYPES = ["int", "str", "list[int]", "map[str, float]", "date?", "json", "secret", "path"]
PIECES = [
    *(f"{word} " for word in KINDS), *_SIGNS.values(), *(f"{text} " for texts in _TERMINALS.values() for text in texts),
    *(f"{kind} " for kind in TYPES), *"\"'#\\;<>\n é\t\0", '"""', "'''", "{{", "}}", "## d\n", "$(", "<<EOF\n", "\\\n",
    "# flowc: allow F0301 because x\n", "6:30", "X", "item.", "run.id ", "on failure { ", "raw(", "\ufeff", "\r\n",
]  # fmt: skip


@cache
def samples() -> tuple[str, ...]:
    """Texts that people wrote: examples, blocks of the documents, golden cases, and what once was a defect."""
    folders = (ROOT / "examples", ROOT / "tests" / "golden", CORPUS)
    files = sorted(file for folder in folders for file in folder.rglob("*.flow"))
    written = [file.read_bytes().decode("utf-8", "replace") for file in files]
    return tuple(dict.fromkeys([*written, *(block.text for block in blocks("flow"))]))


def pieces() -> st.SearchStrategy[str]:
    return st.lists(st.sampled_from(PIECES), max_size=60).map("".join)


@st.composite
def slips(draw: st.DrawFn) -> str:
    """A sample in which up to three parts are lost, doubled, replaced by pieces, or come from another sample."""
    text = draw(st.sampled_from(samples()))
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(text)))
        end = draw(st.integers(start, min(start + 40, len(text))))
        other = draw(st.sampled_from(samples()))
        at = draw(st.integers(0, len(other)))
        middle = draw(st.sampled_from(["", text[start:end] * 2, other[at : at + 60], *PIECES]))
        text = text[:start] + middle + text[end:]
    return text


class _NoLexer(Lexer):
    """Terminals are only declared: the lexer is flowc's own."""

    def __init__(self, conf: Any) -> None: ...

    def lex(self, lexer_state: Any, parser_state: Any) -> Iterator[Any]:
        return iter(())


def sentences(start: str = "file") -> st.SearchStrategy[str]:
    """Texts that the grammar allows."""
    text = (Path(grammar.__file__).parent / "flow.lark").read_text("utf-8")
    parser = Lark(text, parser="lalr", lexer=_NoLexer, start=start)
    terminals = {symbol.name for rule in parser.rules for symbol in rule.expansion if symbol.is_term}
    return from_lark(parser, start=start, explicit={name: _terminal(name) for name in sorted(terminals)})


def _terminal(name: str) -> st.SearchStrategy[str]:
    words = [word for word, kind in KINDS.items() if kind == name]
    sign = [_SIGNS[name]] if name in _SIGNS else []
    chosen = [*_TERMINALS.get(name, []), *words, *sign]
    return st.sampled_from([f"{text} " for text in chosen])
