"""The formatter on layouts that nobody has thought of: tokens of good files moved about, and files that got damaged."""

from __future__ import annotations

import random
import re

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from flowc.diagnostics import Sink
from flowc.format.formatter import formatted
from flowc.source import Source
from flowc.syntax.lexer import lex
from tests.flowc.format.trees import comments, is_good, tree
from tests.grammar.samples import texts

GOOD = [text for _, text in texts() if len(text) < 3_000 and is_good(text)]
ALL = [text for _, text in texts() if len(text) < 3_000]
GAPS = ["", " ", "   ", "\n", "\n\n\n", "  # one\n", "\n# two\n", "\n\n## three\n\n# four\n", "# five\n\n", "\t"]
ENDS = ["\n", ";", "\n\n", "  # six\n", "\n\n\n  ## seven\n", ";  # eight\n", " ;\n\n", "\n# nine\n\n"]
SEEDS = st.integers(0, 2**32)
PIECES = [*"{}()[],.:;=?-+*/<>\n \"'#\\", '"""', "{{", "}}", "->", "task ", "x", "X", "for ", "if ", "else ", "# c\n"]


def spelled(text: str) -> str:
    return formatted(Source("a.flow", text)).text


@given(st.sampled_from(GOOD), SEEDS)
@settings(max_examples=300, deadline=None)
def test_any_layout_of_a_good_file(sample: str, seed: int) -> None:
    text = moved(sample, random.Random(seed))
    assume(is_good(text))
    once = spelled(text)
    assert tree(once) == tree(text)
    assert comments(once) == comments(text)
    assert spelled(once) == once


@given(st.sampled_from(GOOD), SEEDS)
@settings(max_examples=100, deadline=None)
def test_spaces_within_lines_change_nothing(sample: str, seed: int) -> None:
    assert spelled(moved(sample, random.Random(seed), gaps=["", " ", "    "])) == spelled(sample)


@given(st.sampled_from(ALL), st.data())
@settings(max_examples=400, deadline=None)
def test_damaged_file_keeps_all_that_is_in_it(sample: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(sample)))
    end = data.draw(st.integers(start, min(start + 30, len(sample))))
    middle = data.draw(st.sampled_from(["", sample[start:end] * 2, *PIECES]))
    text = sample[:start] + middle + sample[end:]
    once = spelled(text)
    assert comments(once) == comments(text)
    assert spelled(once) == once


def moved(sample: str, chance: random.Random, gaps: list[str] | None = None) -> str:
    """The tokens of a sample with other gaps between them; what must not touch does not touch."""
    tokens = lex(Source("a.flow", sample), Sink()).tokens
    often = chance.choice([0.02, 0.1, 0.4])
    out, at = [], 0
    for kind, _, start, end in tokens:
        gap, written = sample[at:start], sample[start:end]
        if kind == "NEWLINE" and gaps is None:
            written = chance.choice(ENDS) if chance.random() < often else written
        elif chance.random() < often and not gap.strip():
            gap = _gap(gap, out[-1] if out else "", written, chance, gaps)
        out += [gap, written]
        at = end
    return "".join(out)


def _gap(gap: str, before: str, after: str, chance: random.Random, gaps: list[str] | None) -> str:
    if gaps is not None and "\n" in gap:
        return gap
    new = chance.choice(gaps or GAPS)
    touching = re.fullmatch(r"[\w%.]\S?", before[-1:] + after[:1]) or before[-1:] in "-?<>=!+*/" or after[:1] in "\"'"
    return new if new or not touching else gap
