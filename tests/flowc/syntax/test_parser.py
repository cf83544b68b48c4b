from __future__ import annotations

from pathlib import Path
from typing import TypeVar

import pytest

from flowc.diagnostics import Sink
from flowc.source import Source, Unreadable, read
from flowc.syntax import tables
from flowc.syntax.nodes import (
    Action,
    Binary,
    Call,
    Chain,
    ErrorNode,
    Expr,
    FlowDecl,
    GroupDecl,
    Hole,
    LetDecl,
    Literal,
    Member,
    NameRef,
    ParamDecl,
    Statement,
    TaskDecl,
    Text,
    TextPart,
    Unary,
)
from flowc.syntax.parser import parse
from flowc.syntax.words import SOFT_KINDS


def parsed(text: str) -> tuple[FlowDecl, Sink]:
    sink = Sink()
    flow = next(item for item in parse(Source("test.flow", text), sink).items if isinstance(item, FlowDecl))
    return flow, sink


def body(statements: str) -> list[Statement]:
    flow, sink = parsed("flow f {\n" + statements + "\n}")
    assert sink.diagnostics() == []
    return flow.body


T = TypeVar("T")


def of(kind: type[T], node: object) -> T:
    """The node, which must be of that kind."""
    assert isinstance(node, kind)
    return node


def shape(expression: Expr) -> str:
    """An expression with all its parentheses."""
    match expression:
        case Binary():
            return f"({shape(expression.left)} {expression.op} {shape(expression.right)})"
        case Unary():
            return f"({expression.op} {shape(expression.operand)})"
        case Member():
            return f"{shape(expression.base)}.{expression.name.text}"
        case Call():
            return f"{shape(expression.callee)}({', '.join(shape(each.value) for each in expression.arguments)})"
        case NameRef():
            return expression.name
        case Literal():
            return str(expression.value)
    return type(expression).__name__


def expression(text: str) -> Expr:
    (statement,) = body(f"let x = {text}")
    assert isinstance(statement, LetDecl)
    return statement.value


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("a + b * c", "(a + (b * c))"),
        ("a - b - c", "((a - b) - c)"),
        ("not a == b and c or d", "(((not (a == b)) and c) or d)"),
        ("-a.b + f(c)", "((- a.b) + f(c))"),
        ("a ?? b + 1 < c", "((a ?? (b + 1)) < c)"),
        ("a not in b and not c in d", "((a not in b) and (not (c in d)))"),
        ("a-b", "(a - b)"),
        ("2026-11-23", "2026-11-23"),
        ("10 -3", "(10 - 3)"),
        ("x.in.type", "x.in.type"),
    ],
)
def test_operators_bind_as_documented(text: str, wanted: str) -> None:
    assert shape(expression(text)) == wanted


def test_words_of_the_language_are_names_where_the_grammar_takes_no_keyword() -> None:
    test, schedule, chain, after = body("task test\ntask schedule { after retry }\nretry -> test\ntask.x -> by")
    assert isinstance(test, TaskDecl)
    assert test.name.text == "test"
    assert isinstance(schedule, TaskDecl)
    assert isinstance(chain, Chain)
    assert [[path.text for path in step] for step in chain.steps] == [["retry"], ["test"]]
    assert isinstance(after, Chain)
    assert after.steps[0][0].text == "task.x"


def test_newlines_are_free_where_a_line_plainly_goes_on() -> None:
    statements = body(
        """
        a
            -> [b,
                c]
            -> d
        param n: int
            = 1 +
              2
        parallel g for x in xs
            by x.name
        { task t }
        let y = if a then b
            else c
        """.replace("by x.name\n        {", "by x.name {")
    )
    assert [type(statement).__name__ for statement in statements] == ["Chain", "ParamDecl", "GroupDecl", "LetDecl"]
    assert isinstance(statements[2], GroupDecl)
    assert statements[2].by is not None


def test_documentation_goes_to_the_item_below_it() -> None:
    (param,) = body("# plain\n## Business day\n## to load.\nparam day: date")
    assert isinstance(param, ParamDecl)
    assert param.doc == "Business day\nto load."


SCRIPT = """flow f {
    task t {
        sh \"\"\"
            echo {{ day }} \\{{ x }}

              tail -n {{ "in {{ deep.er }}" }}
        \"\"\"
    }
}"""


def script(flow: FlowDecl) -> Text:
    return of(Text, of(Action, of(TaskDecl, flow.body[0]).body[0]).script)


def test_every_character_of_a_dedented_script_knows_its_place() -> None:
    flow, sink = parsed(SCRIPT)
    parts = script(flow).parts
    assert sink.diagnostics() == []
    texts = [part for part in parts if isinstance(part, TextPart)]
    assert "".join(part.text for part in texts) == "echo  {{ x }}\n\n  tail -n "
    for part in texts:
        for index, character in enumerate(part.text):
            assert SCRIPT[part.offset(index)] == character
    assert SCRIPT[slice(*of(Hole, parts[1]).span)] == "{{ day }}"


def test_a_hole_in_a_text_in_a_hole_has_exact_spans() -> None:
    flow, _ = parsed(SCRIPT)
    outer = of(Text, of(Hole, script(flow).parts[-1]).value)
    inner = of(Member, of(Hole, outer.parts[1]).value)
    assert SCRIPT[slice(*inner.span)] == "deep.er"
    assert SCRIPT[slice(*inner.name.span)] == "er"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (r'"a\n\"\u{e9}\{{b"', 'a\n"é{{b'),
        (r"'a\n{{ b }}'", r"a\n{{ b }}"),
        ("'''\n    a\n      {{ b }}\n    '''", "a\n  {{ b }}"),
        ('"""a\\n\\{{"""', "a\\n{{"),
        ('"""\n\n    a\n  \n      b\n    """', "\na\n\n  b"),
    ],
)
def test_what_a_text_says(text: str, says: str) -> None:
    assert of(Text, expression(text)).plain == says


def test_a_misspelt_keyword_keeps_its_block_and_a_broken_heading_its_name() -> None:
    flow, sink = parsed("flow f {\n tsk a { sh 'x' }\n task b = c(x: ) { retry 3 }\n param n int\n}")
    first, second, third = flow.body
    assert isinstance(first, TaskDecl)
    assert isinstance(first.body[0], Action)
    assert isinstance(second, TaskDecl)
    assert second.partial
    assert len(second.body) == 1
    assert isinstance(third, ErrorNode)
    assert third.declares is not None
    assert third.declares.text == "n"
    assert len(sink) == 3


def test_four_typos_are_four_errors_and_the_rest_is_kept() -> None:
    lines = [f"    task t{number} {{ retry 3; sh 'echo {number}' }}" for number in range(100)]
    for number in (10, 30, 50, 70):
        lines[number] = lines[number].replace("retry 3", "retry , 3")
    flow, sink = parsed("flow f {\n" + "\n".join(lines) + "\n}")
    assert [found.source.line(found.span[0]) for found in sink.diagnostics() if found.source and found.span] == [
        12, 32, 52, 72,
    ]  # fmt: skip
    assert len(flow.body) == 100


@pytest.mark.parametrize(
    "text",
    [
        "{" * 10_000,
        "flow f " + "{" * 10_000,
        "flow f { let x = " + "(" * 10_000,
        "x" * 1_000_000,
        "flow f { let x = " + "1" * 1_000_000 + " }",
        "flow f { let x = " + "not " * 20_000 + "a }",
        "flow f { let x = " + "a." * 20_000 + "a }",
        "flow f { let x = " + "a + " * 20_000 + "a }",
        "flow f { let x = " + "if a then b else " * 5_000 + "a }",
        'flow f { task t { sh """' + "{{ " * 100_000 + '""" } }',
    ],
    ids=["braces", "blocks", "parentheses", "name", "digits", "nots", "dots", "sums", "ifs", "holes"],
)
def test_absurd_input_is_one_short_error(text: str) -> None:
    sink = Sink()
    parse(Source("test.flow", text), sink)
    assert len(sink) == 1


def test_the_shipped_tables_belong_to_the_grammar(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_grammar: str) -> None:
        raise AssertionError("run `python -m flowc.syntax.tables`")

    monkeypatch.setattr(tables, "make", refuse)
    made = tables.load()
    clashes = [row for row in made.actions if row.get("NAME", -1) >= 0 and SOFT_KINDS & row.keys()]
    wait = next(row for row in made.actions if "UNTIL" in row and "expr" in row)
    assert clashes
    assert all("ERROR" in row for row in clashes if row is not wait)


def test_line_ends_and_a_byte_order_mark_change_no_place(tmp_path: Path) -> None:
    path = tmp_path / "x.flow"
    path.write_bytes(b"\xef\xbb\xbfflow f {\r\n  parm x: int\r\n}\r\n")
    sink = Sink()
    parse(read(path), sink)
    (found,) = sink.diagnostics()
    assert found.source is not None
    assert found.span is not None
    assert found.source.position(found.span[0]) == (2, 3)


def test_files_that_give_no_source_say_why(tmp_path: Path) -> None:
    latin = tmp_path / "latin.flow"
    latin.write_bytes(b"# one\n# caf\xe9\n")
    for path, kind in ((tmp_path, "folder"), (tmp_path / "no.flow", "missing"), (latin, "encoding")):
        with pytest.raises(Unreadable) as problem:
            read(path)
        assert problem.value.kind == kind
    assert "line 2, byte 6" in problem.value.message
