"""Where a value may stand in a Python script, and mistakes of the script itself."""

from __future__ import annotations

import pytest

from tests.flowc.scripts.written import judged, only_problem

ACCEPTED = {
    "argument": ("return {'n': len({{ text }}), 'm': {{ number }} + 1}", 2),
    "missing value": ("return {'n': {{ maybe }} or 'none'}", 1),
    "at the beginning of a line": ("if True:\n    {{ list }}.sort()\nfor x in {{ list }}:\n    print(x)", 2),
    "f-string": ('print(f"a { {{ text }} } b { {{ number }}:>{ {{ number }} } }")', 3),
    "attribute and item of a value": ("print({{ data }}['a'], {{ file }}.name)", 2),
    "default of a function": ("def f(x={{ text }}):\n    return x\nreturn {'x': f()}", 1),
    "commented out": ("# print({{ text }})\nx = {{ text }}", 2),
    "comparison in a pattern": ("match 1:\n    case x if x == {{ number }}:\n        pass", 1),
}

REFUSED = {
    "text": ("x = 'a {{ text }}'", "stands inside a text of Python", "close the quotes"),
    "long text": ('x = """\n{{ text }}\n"""', "stands inside a text of Python", "f-string"),
    "plain part of an f-string": ("x = f'a {{ text }}'", "stands inside a text of Python", "f-string"),
    "assignment": ("{{ text }} = 1", "cannot be a name", "fixed name"),
    "name of a function": ("def {{ text }}():\n    pass", "cannot be a name", "fixed name"),
    "attribute": ("x = y.{{ text }}", "cannot be a name", "fixed name"),
    "keyword": ("f({{ text }}=1)", "cannot be a name", "fixed name"),
    "import": ("import {{ text }}", "cannot be a name", "fixed name"),
    "pattern": ("match 1:\n    case {{ text }}:\n        pass", "cannot be a name", "fixed name"),
    "glued to a name": ("x = y{{ text }}", "cannot be a name", "fixed name"),
    "secret": ("x = {{ key }}", "is a secret", "env { NAME: key }"),
}


@pytest.mark.parametrize("case", ACCEPTED)
def test_value_is_accepted(case: str) -> None:
    source, count = ACCEPTED[case]
    bound = judged("python", source)
    assert bound.problems == ()
    assert bound.uses == ("name",) * count


@pytest.mark.parametrize("case", REFUSED)
def test_value_is_refused(case: str) -> None:
    source, message, help = REFUSED[case]
    problem, pointed = only_problem("python", source)
    assert message in problem.message
    assert help in problem.help
    assert pointed.startswith("{{")


@pytest.mark.parametrize(
    ("source", "pointed"),
    [
        ("x = {{ text }}\ny = (1,\nz = 3", "("),
        ("print({{ text }}) x = 1", "x"),
        ("if True:\nprint({{ text }})", "print"),
        ("for x in {{ list }}:\n    pass\nbreak", "break"),
        ("x = 'a\ny = {{ text }}", "'"),
        ("from os import *", "*"),
    ],
)
def test_mistake_of_the_script_is_shown_where_it_is(source: str, pointed: str) -> None:
    problem, shown = only_problem("python", source)
    assert problem.kind == "syntax"
    assert "this is not valid Python: " in problem.message
    assert shown == pointed


def test_return_at_the_top_and_an_empty_script_are_accepted() -> None:
    assert judged("python", "import os\nreturn {'a': os.sep}").problems == ()
    assert judged("python", "").problems == ()


def test_script_nested_beyond_the_parser_is_one_problem() -> None:
    problem, _ = only_problem("python", "(" * 10_000 + ")" * 10_000)
    assert problem.kind == "syntax"


def test_script_with_an_odd_escape_gives_no_warning() -> None:
    assert judged("python", "x = '\\d' + {{ text }}").problems == ()
