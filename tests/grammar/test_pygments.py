"""The Pygments lexer on every sample of the tree, held against what the parser says of the same words."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from pygments.lexers import get_lexer_by_name, get_lexer_for_filename
from pygments.token import Comment, Error, Keyword, Name, Operator, String, Whitespace, _TokenType

from grammar.pygments_lexer import FlowLexer
from tests.grammar.samples import EVERY_CONSTRUCT, Sample, samples

GOLDEN = Path(__file__).parent / "every_construct.tokens"


def tokens(text: str) -> list[tuple[int, _TokenType, str]]:
    return list(FlowLexer().get_tokens_unprocessed(text))


def kinds(text: str) -> dict[str, _TokenType]:
    """The last kind of each piece of a text."""
    return {value: kind for _, kind, value in tokens(text)}


def is_keyword(kind: _TokenType) -> bool:
    return (kind in Keyword and kind is not Keyword.Type) or kind in Operator.Word


@pytest.mark.parametrize("sample", samples(), ids=lambda sample: sample.name)
def test_tokens_make_the_text_and_words_are_what_the_parser_takes_them_for(sample: Sample) -> None:
    at, found = 0, {}
    for start, kind, value in tokens(sample.text):
        assert start == at
        assert kind is not Error
        at, found[start] = at + len(value), kind
    assert at == len(sample.text)
    assert {start for start in sample.names if is_keyword(found.get(start, Name))} == set()
    assert {start for start in sample.keywords if not is_keyword(found[start])} == set()


def test_every_construct_is_coloured_as_expected() -> None:
    """`FLOW_UPDATE_GOLDEN=1 pytest tests/grammar/test_pygments.py` writes the expected tokens anew; read the diff."""
    lines = [
        f"{str(kind).removeprefix('Token.'):24} {value}"
        for _, kind, value in tokens(EVERY_CONSTRUCT.read_text("utf-8"))
        if kind is not Whitespace and value.strip()
    ]
    told = "\n".join(lines) + "\n"
    if os.environ.get("FLOW_UPDATE_GOLDEN"):
        GOLDEN.write_text(told, "utf-8")
    assert told == GOLDEN.read_text("utf-8")


@pytest.mark.parametrize("script", ['"echo {{ x }}"', '"""\n    echo "{{ x }}"\n"""', '"""\n    # {{ x }}\n"""'])
def test_hole_is_coloured_in_texts_and_comments_of_a_script(script: str) -> None:
    found = kinds(f"task a {{ sh {script} }}")
    assert found["{{"] is String.Interpol
    assert found["x"] is Name


def test_script_is_coloured_by_the_lexer_of_its_language() -> None:
    assert kinds('task a { sh "if true; then echo; fi" }')["then"] is Keyword
    assert kinds('task a { python """\n    import os\n""" }')["import"] is Keyword.Namespace
    assert kinds('task a { sql("x.db") "SELECT 1" }')["SELECT"] is Keyword


def test_hole_of_a_raw_script_is_text() -> None:
    assert String.Interpol not in kinds("task a { sh 'echo {{ x }}' }").values()


def test_text_after_an_open_bracket_is_coloured_again_from_the_next_declaration_on() -> None:
    found = kinds('flow a {\n    task b = c(x: 1\n    task d { sh "true" }\n}\n')
    assert found["task"] is Keyword.Declaration
    assert found["d"] is Name.Function


@pytest.mark.parametrize("text", ['task a { sh "', '"""', "{{", 'sh """\n {{ x', "##", "task", '"{{ "', "\0\ufeff\r\n"])
def test_broken_text_is_taken_whole(text: str) -> None:
    assert "".join(value for _, _, value in tokens(text)) == text


def test_lexer_is_registered_for_rich_and_sphinx() -> None:
    assert type(get_lexer_by_name("flow")).__name__ == "FlowLexer"
    assert type(get_lexer_for_filename("etl.flow")).__name__ == "FlowLexer"


def test_comment_and_doc_comment_differ() -> None:
    found = kinds("## Told.\n# Not told.\n")
    assert (found["## Told."], found["# Not told."]) == (Comment.Special, Comment.Single)


def test_word_of_the_language_is_a_name_where_an_expression_goes_on() -> None:
    text = "flow a {\n    task b {\n        when x and\n            limit > 3 or\n            retry and y\n    }\n}\n"
    found = kinds(text)
    assert (found["limit"], found["retry"], found["when"]) == (Name, Name, Keyword)
