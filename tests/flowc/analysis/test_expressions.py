"""Types and trees of expressions."""

from __future__ import annotations

from typing import Any

import pytest

from tests.flowc.compiling import accepted, body, compiled, messages, task

PARAMETERS = """
    param n: int = 1
    param x: float = 1.5
    param s: str = "a"
    param b: bool = true
    param p: path = "data/in.csv"
    param d: date = "2026-11-23"
    param t: datetime = "2026-11-23T06:30:00Z"
    param long: duration = 90s
    param big: size = 1MB
    param some: percent = 10%
    param xs: list[int] = [1, 2]
    param names: list[str] = []
    param m: map[str, int] = { a: 1 }
    param r: Source = { name: "orders" }
    param maybe: int? = null
    param mode: Mode = full
"""


def _flow(kind: str, value: str) -> str:
    types = 'type Source = { name: str, partitions: int = 1 }\nenum Mode { full, quick = "q" }\n'
    return types + "flow case {" + PARAMETERS + f"    task one {{\n        out result: {kind} = {value}\n    }}\n}}\n"


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("int", "n + 2 * n - 1"),
        ("float", "n / 2"),
        ("float", "n"),
        ("float", "x * n"),
        ("str", 's + "b"'),
        ("str", '"{{ n }} {{ d }} {{ xs }}"'),
        ("date", "d + 1d"),
        ("duration", "d - d"),
        ("datetime", "t - long"),
        ("duration", "long * 2"),
        ("size", "big * 2"),
        ("float", "n * some"),
        ("bool", 'n < x and not b or s == "a"'),
        ("bool", 'd > "2026-01-01"'),
        ("bool", '"2026-01-01" <= d'),
        ("bool", 'p == "data/in.csv"'),
        ("bool", "n in xs"),
        ("bool", '"a" in m'),
        ("bool", '"b" in s'),
        ("bool", "mode == quick"),
        ("bool", "mode in [full, quick]"),
        ("bool", "Mode.quick == mode"),
        ("bool", "maybe == 3"),
        ("int", "maybe ?? 0"),
        ("int", "if maybe != null then maybe else 0"),
        ("bool", "maybe != null and maybe > 3"),
        ("int?", "maybe"),
        ("int?", "n"),
        ("int", "xs[0]"),
        ("int", 'm["a"]'),
        ("str", "r.name"),
        ("int", "r.partitions"),
        ("list[int]", "[x2 + 1 for x2 in xs if x2 > 1]"),
        ("list[float]", "[1, 2.5]"),
        ("list[str]", "[]"),
        ("list[date]", '["2026-11-23"]'),
        ("Source", '{ name: "a" }'),
        ("map[str, date]", '{ a: "2026-11-23" }'),
        ("json", '{ a: [1, "b", null] }'),
        ("int", "sum(xs) + len(names)"),
        ("list[int]", "compact([maybe, n])"),
        ("path", '"lake/{{ s }}.csv"'),
        ("path", "dirname(p)"),
        ("str", 'basename("lake/a.csv")'),
        ("date", "today()"),
        ("str", 'join(names, between: "-")'),
        ("Mode", '"quick"'),
        ("str", "run.id"),
    ],
)
def test_expression_has_the_type(kind: str, value: str) -> None:
    assert messages(_flow(kind, value)) == []


@pytest.mark.parametrize(
    ("kind", "value", "problem"),
    [
        ("int", "s", "the output `result` is `int`, but this is `str`"),
        ("int", "x", "the output `result` is `int`, but this is `float`"),
        ("int", "n / 2", "the output `result` is `int`, but this is `float`"),
        ("str", "p", "the output `result` is `str`, but this is `path`"),
        ("date", '"{{ s }}"', "the output `result` is `date`, but this is `str`"),
        ("int", "maybe", "`maybe` may be missing here"),
        ("int", "maybe + 1", "`maybe` may be missing here"),
        ("int", "if maybe == null then 0 else maybe", "`maybe` may be missing here"),
        ("bool", "s < n", "`<` does not fit between `str` and `int`"),
        ("bool", "n == s", "`==` does not fit between `int` and `str`"),
        ("bool", "n in s", "`in` does not fit between `int` and `str`"),
        ("int", "-s", "`-` needs a number, but this is `str`"),
        ("str", "[1][0]", "the output `result` is `str`, but this is `int`"),
        ("list[int]", '[1, "a"]', "the output `result` is `list[int]`, but this is `str`"),
        ("Source", '{ nmae: "a" }', "`Source` has no field called `nmae`"),
        ("Mode", '"slow"', "`slow` is not one of Mode: full, quick"),
        ("int", "len()", "`len` needs an argument"),
    ],
)
def test_expression_is_refused(kind: str, value: str, problem: str) -> None:
    assert messages(_flow(kind, value))[:1] == [problem]


@pytest.mark.parametrize(
    ("value", "tree"),
    [
        ("n", ["param", "n"]),
        ("-3", -3),
        ("2 + 3 * n", ["+", 2, ["*", 3, ["param", "n"]]]),
        ("xs[1]", ["index", ["param", "xs"], 1]),
        ("len(xs)", ["call", "len", ["param", "xs"]]),
        ("maybe ?? 0", ["??", ["param", "maybe"], 0]),
        ("if b then 1 else 2", ["if", ["param", "b"], 1, 2]),
        ("r.partitions", ["get", ["param", "r"], "partitions"]),
        ("sum([y for y in xs])", ["call", "sum", ["for", "y", ["param", "xs"], ["item", "y"], True]]),
    ],
)
def test_tree_of_expression(value: str, tree: Any) -> None:
    found = compiled(_flow("int", value))
    (out,) = task(found.flows[0], "one").outs
    assert out.value == tree


def test_output_computed_from_the_action_is_late_and_from_parameters_early() -> None:
    flow = body("""
        param day: date = today()
        task load {
            out rows: int
            out file: path = "lake/{{ day }}.csv"
            out half: float = rows / 2
            sh "echo rows=1 >> $FLOW_OUT; touch {{ file }}"
        }
    """)
    assert [(out.name, out.computed, out.early) for out in task(flow, "load").outs] == [
        ("rows", False, False),
        ("file", True, True),
        ("half", True, False),
    ]


def test_let_stands_for_its_expression_and_carries_its_references() -> None:
    flow = body("""
        let limit = base * 2
        param base: int = 3
        task count {
            out n: int
            sh "echo n=1 >> $FLOW_OUT"
        }
        let doubled = count.n * limit
        task report { out total: int = doubled }
    """)
    assert task(flow, "report").outs[0].value == ["*", ["out", "count", "n"], ["*", ["param", "base"], 2]]
    assert task(flow, "report").edges_in == 1


def test_let_that_grows_without_bound_is_refused() -> None:
    lets = "\n".join(f"let a{i} = a{i - 1} + a{i - 1}" for i in range(1, 40))
    found = messages("flow case {\nparam a0: int = 1\n" + lets + "\ntask t { out n: int = a39 }\n}\n")
    assert any("too large an expression" in message for message in found)


def test_chain_of_lets_that_goes_too_deep_is_refused() -> None:
    lets = "\n".join(f"let a{i} = a{i - 1} + 1" for i in range(1, 2_000))
    found = messages("flow case {\nparam a0: int = 1\n" + lets + "\n}\n")
    assert found[0] == "`a31` stands for too large an expression"


def test_lets_of_deep_expressions_that_need_one_another_are_refused() -> None:
    deep = " + ".join(["1"] * 140)
    lets = "\n".join(f"let a{i} = a{i - 1} + {deep}" for i in range(1, 29))
    found = messages("flow case {\nparam a0: int = 1\n" + lets + "\n}\n")
    assert found[0].endswith("stands for too large an expression")


def test_let_that_nobody_uses_is_checked_too() -> None:
    text = "let far = nwo()\nflow case { let near = today() + 1; param x: int = 1 where x > 0 }\n"
    assert messages(text) == [
        "there is no function called `nwo`",
        "`+` does not fit between `date` and `int`",
    ]


def test_let_may_be_written_before_and_after_what_it_names() -> None:
    group = "parallel g { let m = n; task u { out k: int = m } }"
    assert messages(f"flow case {{ let n = t.n + 1; task t {{ out n: int = 1 }}; {group} }}") == []


def test_let_that_needs_itself_is_refused() -> None:
    told = messages("flow case { let a = b; let b = a; task t { out n: int = a } }")
    assert set(told) == {"`a` is defined by itself", "`b` is defined by itself"}


@pytest.mark.parametrize(
    "value", ['if token == "x" then "a" else "b"', "str(token)", '"{{ token }}"', "token", "[token]", "hash([token])"]
)
def test_nothing_is_computed_from_a_secret(value: str) -> None:
    found = compiled(f'flow case {{ param token: secret = "env:T"; task t {{ out n: str? = {value} }} }}')
    assert [problem.code.number for problem in found.diagnostics] == ["F0206"]


def test_fields_of_records_may_be_spelled_in_either_case() -> None:
    accepted("""
        type Row = { ID: int, userName: str = "nobody" }
        flow case {
            param row: Row = { ID: 3 }
            out twice: int = row.ID * 2
            task a { out name: str = row.userName }
        }
    """)
