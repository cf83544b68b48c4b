"""The words that are coloured are the words that the compiler knows."""

from __future__ import annotations

from flowc.syntax import words as compiler
from grammar import words
from runtime.expression.functions import FUNCTIONS, RUN_FUNCTIONS
from runtime.model.types import SCALARS


def coloured() -> set[str]:
    lists = (
        *(words.OPERATORS, words.BRANCHES, words.CONSTANTS, words.NODES, words.VALUES, words.TYPES),
        *(words.OTHER_DECLARATIONS, words.MODULES, words.SETTINGS, words.BLOCKS, tuple(words.CHOICES)),
        *(words.SCRIPTS, words.CLAUSES, words.AFTER_NUMBERS),
        *(words.CHOICES["schedule"], words.CHOICES["trigger"]),
    )
    return {word for found in lists for word in found}


def test_every_word_of_the_compiler_is_coloured_and_no_other() -> None:
    assert coloured() == {*compiler.RESERVED, *compiler.SOFT}


def test_every_function_is_coloured_and_no_other() -> None:
    assert set(words.FUNCTIONS) == {*FUNCTIONS, *RUN_FUNCTIONS, "raw"}


def test_every_type_is_coloured_and_no_other() -> None:
    assert set(words.BUILTIN_TYPES) == {*SCALARS, "list", "map"}
