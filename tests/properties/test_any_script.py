"""The binder answers for any text in any language: it never fails, and points at places inside the source."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from flowc.analysis.scripts import Hole, Language, Text, bind
from runtime.model.types import INT, STR, ListOf

PIECES = [
    *"'\"`\\|()[]{}<>;&#!$=*~-+:,. \n\t\r",
    *(
        "$(",
        "$((",
        "))",
        "${",
        "[[ ",
        " ]]",
        "<<EOF\n",
        "\nEOF\n",
        "<<'E'\n",
        "<<-E\n",
        "\n\tE\n",
        "$'",
        "a[",
        "]=",
        "x=(",
    ),
    *("if ", "then ", "fi", "for x in ", "do ", "done", "case x in ", "esac", ";;", "f() ", "eval ", "sh -c ", "let "),
    *(
        "def f():",
        "    ",
        "return ",
        "lambda: ",
        "f'{",
        "'''",
        "select ",
        "from ",
        "in ",
        "--",
        "/*",
        "*/",
        "é",
        "\u2028",
        "1",
        "x",
    ),
]

texts = st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=3)), max_size=12).map("".join)
gaps = st.sampled_from([STR, INT, ListOf(STR), None])


@settings(max_examples=400, deadline=None)
@given(
    language=st.sampled_from(["sh", "bash", "python", "sql"]),
    pieces=st.lists(st.tuples(texts, gaps), min_size=1, max_size=4),
    ends_in_text=st.booleans(),
)
def test_any_script_is_answered_with_places_inside_it(
    language: Language, pieces: list[tuple[str, object]], ends_in_text: bool
) -> None:
    parts: list[Text | Hole] = []
    offset = 0
    for number, (text, kind) in enumerate(pieces, start=1):
        if text:
            parts.append(Text.at(text, offset))
        offset += len(text)
        if number < len(pieces) or not ends_in_text:
            parts.append(Hole(kind, offset, offset + 7, "x"))  # type: ignore[arg-type]
            offset += 7
    bound = bind(language, parts)
    assert len(bound.uses) == sum(isinstance(part, Hole) for part in parts)
    assert all(bound.uses) or bound.problems
    for problem in bound.problems:
        assert problem.message
        assert problem.help
        assert 0 <= problem.start <= problem.end <= offset
