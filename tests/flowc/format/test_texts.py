"""Texts keep their value wherever they are moved, and their words as they were written."""

from __future__ import annotations

import pytest

from flowc.format.formatter import formatted
from flowc.source import Source
from tests.flowc.format.trees import tree

MOVED = [
    (
        'sh """echo one\n   echo two\n     echo three"""',
        '        sh """echo one\n            echo two\n              echo three"""',
    ),
    ('sh """echo"""', '        sh """echo"""'),
    ('sh """\n  a\n\n \tb\n   """', '        sh """\n             a\n\n            \tb\n        """'),
    ('sh """\n\n"""', '        sh """\n        """'),
    ("sh '''\na {{b}}\n'''", "        sh '''\n            a {{b}}\n        '''"),
    ('sh """\n{{a}} {{ b ??\n  c}}\n"""', '        sh """\n            {{ a }} {{ b ??\n  c}}\n        """'),
    ('sh """\n  a\n      \n   \n"""', None),
    ('sh """\n  a\n"quoted" \\ \\{{ x }}  \n"""', None),
]


@pytest.mark.parametrize(("script", "moved"), MOVED)
def test_script_of_many_lines_moves_with_its_block(script: str, moved: str | None) -> None:
    text = f"flow f {{\n task t {{\n{script}\n}}\n}}\n"
    once = formatted(Source("a.flow", text)).text
    assert tree(once) == tree(text)
    assert formatted(Source("a.flow", once)).text == once
    assert moved is None or f"    task t {{\n{moved}\n    }}\n" in once


@pytest.mark.parametrize(
    ("written", "spelled"),
    [
        ('"{{a}}"', '"{{ a }}"'),
        ('"{{a+1}}{{ f(x,{b:1}) }}"', '"{{ a + 1 }}{{ f(x, { b: 1 }) }}"'),
        ('"\\{{a}} \\"b\\" {c}"', '"\\{{a}} \\"b\\" {c}"'),
        ("'{{a+1}}'", "'{{a+1}}'"),
        ('"{{ }}"', '"{{ }}"'),
        ('"{{a b}}"', '"{{a b}}"'),
        ('"{{ f("x",y) }}"', '"{{ f("x", y) }}"'),
    ],
)
def test_only_what_is_computed_in_a_text_is_spelled_anew(written: str, spelled: str) -> None:
    assert formatted(Source("a.flow", f"let x={written}")).text == f"let x = {spelled}\n"
