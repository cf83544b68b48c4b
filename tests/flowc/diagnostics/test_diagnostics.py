from __future__ import annotations

import json

import pytest

from flowc.diagnostics import Label, Sink, codes, nearest
from flowc.diagnostics.json_form import to_json
from flowc.diagnostics.render import MAX_WIDTH, render, render_short
from flowc.source import Source

SOURCE = Source("etl.flow", "flow a {\n    task enrich\n    [clean, enrihc]\n}\n")
SPAN = (SOURCE.text.index("enrihc"), SOURCE.text.index("enrihc") + 6)


def sink_with_one() -> Sink:
    sink = Sink()
    task = (SOURCE.text.index("enrich"), SOURCE.text.index("enrich") + 6)
    sink.error(
        codes.SYNTAX,
        SOURCE,
        SPAN,
        "there is no task called `enrihc`",
        label="not found",
        labels=[Label(task, "this one is near")],
        help="did you mean `enrich`?",
    )
    return sink


def test_layout_has_the_code_as_written_a_caret_and_a_second_label() -> None:
    (found,) = sink_with_one().diagnostics()
    assert render(found) == (
        "error[F0020]: there is no task called `enrihc`\n"
        " --> etl.flow:3:13\n"
        "  |\n"
        "2 |     task enrich\n"
        "  |          ------ this one is near\n"
        "3 |     [clean, enrihc]\n"
        "  |             ^^^^^^ not found\n"
        "help: did you mean `enrich`?"
    )
    assert render_short(found) == "etl.flow:3:13: error[F0020]: there is no task called `enrihc`"


def test_color_changes_nothing_but_color() -> None:
    (found,) = sink_with_one().diagnostics()
    colored = render(found, color=True)
    for code in ("0", "1", "1;31", "1;34", "1;36"):
        colored = colored.replace(f"\x1b[{code}m", "")
    assert colored == render(found)


def test_json_has_the_place_in_lines_and_columns() -> None:
    (found,) = sink_with_one().diagnostics()
    data = json.loads(json.dumps(to_json(found)))
    assert (data["line"], data["column"], data["end_line"], data["end_column"]) == (3, 13, 3, 19)
    assert data["code"] == "F0020"
    assert data["labels"][0]["line"] == 2


def test_a_very_long_line_is_cut_around_the_caret() -> None:
    source, sink = Source("x.flow", "x" * 5000 + "HERE" + "y" * 5000), Sink()
    sink.error(codes.SYNTAX, source, (5000, 5004), "no")
    text, caret = render(sink.diagnostics()[0]).split("\n")[3:5]
    assert len(text) < MAX_WIDTH + 10
    assert text.index("HERE") == caret.index("^^^^")


def test_the_same_problem_counts_once_and_their_number_is_bounded() -> None:
    sink = Sink(bound=3)
    for offset in (1, 1, 2, 3, 4, 5):
        sink.error(codes.SYNTAX, SOURCE, (offset, offset + 1), "no")
    assert (len(sink), sink.left_out) == (3, 2)


@pytest.mark.parametrize(
    ("name", "wanted"),
    [("enrihc", "enrich"), ("Enrich", "enrich"), ("enrch", "enrich"), ("x", None), ("publish", None), ("lod", "load")],
)
def test_nearest_names_the_slip_or_nothing(name: str, wanted: str | None) -> None:
    assert nearest(name, ["clean", "enrich", "load"]) == wanted


def test_no_number_stands_for_two_problems() -> None:
    declared = [value for value in vars(codes).values() if isinstance(value, codes.Code)]
    assert len({code.number for code in declared}) == len(declared) == len(codes.all_codes())
    assert all(code.title for code in declared)
