"""What is told of a file whose brackets are out of balance."""

from __future__ import annotations

from flowc.driver import Input, compile_inputs
from flowc.source import Source


def told(*texts: str) -> list[tuple[str, str]]:
    """File and code of every problem."""
    inputs = [Input(Source(f"{number}.flow", text), {}, f"{number}.flow") for number, text in enumerate(texts)]
    return [(found.path, found.code.number) for found in compile_inputs(inputs).diagnostics]


def test_what_names_mean_is_not_asked_while_a_bracket_is_missing() -> None:
    assert told('flow a {\n    task b { sh "x"\n    task c { sh "echo {{ nobody }}" }\n}\n') == [("0.flow", "F0021")]


def test_other_files_are_told_of_all_the_same() -> None:
    unknown = 'flow b { task c { sh "echo {{ nobody }}" } }\n'
    assert told('flow a { task b { sh "x" } }}\n', unknown) == [("0.flow", "F0022"), ("1.flow", "F0101")]


def test_bracket_within_a_value_of_a_text_upsets_nothing_else() -> None:
    text = 'flow a {\n    task b { sh "echo {{ len(xs }}" }\n    task c { sh "echo {{ nobody }}" }\n}\n'
    assert told(text) == [("0.flow", "F0021"), ("0.flow", "F0101")]
