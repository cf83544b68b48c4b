"""Hints: what is told only to who asks for it, and what is left in peace."""

from __future__ import annotations

import textwrap

import pytest

from flowc.driver import Input, compile_inputs
from flowc.source import Source
from runtime.model.signature import ParameterSignature, Signature
from runtime.model.types import STR
from runtime.registry import catalog

MAIL = Signature("mail.send", (ParameterSignature("to", STR),))


def hints(statements: str, before: str = "") -> list[tuple[str, str]]:
    """Code and message of what is told of a flow with these statements."""
    text = f"{before}flow case {{\n{textwrap.dedent(statements)}\n}}\n"
    given = Input(Source("case.flow", text), {**catalog(), "mail.send": MAIL}, "case.flow")
    told = compile_inputs([given], hints=True).diagnostics
    assert {problem.severity for problem in told} <= {"warning"}
    return [(problem.code.number, problem.message) for problem in told]


def test_output_that_no_successor_wants() -> None:
    flow = 'task a { out n: int; out m: int; sh "x" }\ntask b { after a; sh "echo" }\ntask c { sh "echo {{ a.m }}" }'
    assert hints(flow) == [("F0802", "nothing uses the output `n` of `a`")]


@pytest.mark.parametrize(
    "flow",
    [
        'task a { out n: int; sh "echo" }',
        'task a { out file: path; sh "echo" }\ntask b { after a; sh "echo" }',
        'task a { out n: int; ensure n > 0, "none"; sh "echo" }\ntask b { after a; sh "echo" }',
        'task a { out n: int; sh "echo" }\ntask b { after a; sh "echo" }\nout n: int = a.n',
        'task a { out n: int; sh "echo" }\ntask b { after a.failed; sh "echo" }\ntask c { sh "echo {{ a.n }}" }',
    ],
    ids=["shown at the end", "a file", "checked", "an output of the flow", "used by another"],
)
def test_outputs_that_are_of_use(flow: str) -> None:
    assert hints(flow) == []


def test_parameter_and_let_that_nothing_uses() -> None:
    flow = 'param day: date = today()\nlet n = 3\ntask a { sh "echo" }'
    assert [message for _, message in hints(flow)] == [
        "nothing uses the parameter `day`",
        "`n` is defined and never used",
    ]


def test_parameter_of_a_condition_is_used() -> None:
    assert hints('param n: int = 3 where n > 0\nparam on: bool = true\ntask a { when on; sh "echo" }') == []


def test_after_that_a_reference_implies() -> None:
    flow = 'task a { out n: int; sh "x" }\ntask b { after a; sh "echo {{ a.n }}" }'
    assert hints(flow) == [("F0803", "`b` uses an output of `a`, so it comes after it in any case")]


def test_chain_that_says_what_references_say_is_the_story_of_the_flow() -> None:
    assert hints('task a { out n: int; sh "x" }\ntask b { sh "echo {{ a.n }}" }\na -> b') == []


def test_condition_that_is_always_true() -> None:
    assert hints('task a { when 1 + 1 == 2; sh "echo" }') == [("F0804", "the condition of `a` is always true")]


def test_list_of_run_time_without_names() -> None:
    scan = 'task scan { out xs: list[str]; sh "x" }\n'
    assert [code for code, _ in hints(scan + 'task a for x in scan.xs { sh "echo {{ x }}" }')] == ["F0805"]
    assert hints(scan + 'task a for x in scan.xs by x { sh "echo {{ x }}" }') == []
    assert hints('task a for x in ["a", "b"] { sh "echo {{ x }}" }') == []


def test_retry_of_a_component_that_may_do_harm_twice() -> None:
    assert hints('task a = mail.send(to: "b") { retry 3 }') == [
        ("F0806", "`a` is tried again, but `mail.send` is not known to do no harm twice")
    ]
    assert hints('task a = mail.send(to: "b") { retry 3; idempotent }') == []


def test_task_that_asks_for_the_failure_of_what_it_needs() -> None:
    flow = 'task a { out n: int; sh "x" }\ntask b { after a.failed; sh "echo {{ a.n }}" }'
    assert hints(flow) == [("F0801", "`b` never runs: it waits for `a` and asks for its failure")]


def test_a_shell_variable_that_only_looks_like_a_value_of_the_flow() -> None:
    known = 'param dir: path = "old"\n'
    used = "; echo {{ dir }}"
    expected = [("F0807", "nothing sets the shell variable `dir`, so it is empty here")]
    assert hints(f'{known}task a {{ sh "rm -rf $dir/x{used}" }}') == expected
    assert hints(f'{known}task a {{ bash "ls ${{dir}}{used}" }}') == expected
    assert hints(f'{known}task a {{ sh "dir=x; ls $dir{used}" }}') == []
    assert hints(f'{known}task a {{ sh "for dir in a b; do ls $dir; done{used}" }}') == []
    assert hints(f'{known}task a {{ env {{ dir: "x" }}; sh "ls $dir{used}" }}') == []
    assert hints(f'{known}task a {{ sh "ls $other{used}" }}') == []


def test_hints_are_told_only_to_who_asks() -> None:
    text = 'flow case {\nparam n: int = 3\ntask a { sh "echo" }\n}\n'
    assert compile_inputs([Input(Source("case.flow", text), catalog(), "case.flow")]).diagnostics == ()


def test_scheduled_flow_that_may_hang() -> None:
    schedule = "schedule daily at 06:30\n"
    assert hints(f'{schedule}task a {{ sh "x" }}\ntask b {{ sh "x" }}') == [
        ("F0811", "`case` runs by a schedule, and nothing ends `a`, `b` if it hangs")
    ]
    assert hints(f'{schedule}deadline 1h\ntask a {{ sh "x" }}') == []
    assert hints(f'{schedule}defaults {{ timeout 1h }}\ntask a {{ sh "x" }}') == []
    assert hints(f"{schedule}task a {{ wait 20s }}") == []


def test_what_seems_to_be_secret() -> None:
    used = 'task a {{ env {{ X: {0} }}; sh "x" }}'
    plain = hints("param api_token: str\n" + used.format("api_token"))
    assert plain == [("F0812", "`api_token` seems to be a secret, but as a `str` it is stored and shown")]
    assert hints('param api_token: secret = "env:T"\n' + used.format("api_token")) == []
    assert hints("param tokens_per_word: int = 3\n" + used.format('"{{ tokens_per_word }}"')) == []
    assert [code for code, _ in hints('task a { env { DB_PASSWORD: "hunter2" }; sh "x" }')] == ["F0812"]
    assert hints('task a { env { DB_PASSWORD: "" }; sh "x" }') == []


POOLS = "pool p { limit 2 }\npool q { limit 2 }\n"


def test_pools_taken_in_two_orders() -> None:
    one = 'sequence a { use p; task b { use q; sh "x" } }\n'
    other = 'sequence c { use q; task d { use p; sh "x" } }\n'
    assert hints(one + other, POOLS) == [
        ("F0813", "`c.d` takes `p` while `c` holds `q`, and elsewhere it is the reverse")
    ]
    assert hints(one + one.replace("a {", "c {").replace("b {", "d {"), POOLS) == []
    rates = POOLS.replace("q { limit 2 }", "q { rate 2 per 1s }")
    assert hints(one + other, rates) == []


def test_pool_that_a_group_holds_and_its_member_takes() -> None:
    assert [code for code, _ in hints('sequence a { use p; task b { use p; sh "x" } }', POOLS)] == ["F0813"]


@pytest.mark.parametrize(
    ("schedule", "told"),
    [
        ('daily at 01:30 tz "Europe/London"', "left out on 2026-03-29 and there twice on 2026-10-25"),
        ('weekly on sun at 01:30 tz "Europe/London"', "left out on 2026-03-29 and there twice on 2026-10-25"),
        ('cron "30 2 * * *" tz "Europe/Berlin"', "left out on 2026-03-29 and there twice on 2026-10-25"),
        ('weekly on mon at 01:30 tz "Europe/London"', ""),
        ('daily at 06:30 tz "Europe/London"', ""),
        ("daily at 01:30", ""),
        ('daily at 01:30 tz "UTC"', ""),
    ],
)
def test_time_that_the_clocks_leave_out_or_repeat(schedule: str, told: str) -> None:
    found = hints(f'schedule {schedule}\ndeadline 1h\ntask a {{ sh "x" }}')
    assert [code for code, _ in found] == (["F0815"] if told else [])
    assert not told or found[0][1].endswith(told)


def test_schedule_that_never_fires() -> None:
    flow = 'schedule daily at 06:30 when 1 > 2\ndeadline 1h\ntask a { sh "x" }'
    assert hints(flow) == [("F0814", "this schedule never fires: its `when` is always false")]


def test_braces_with_a_name_of_the_flow_in_a_raw_script_bind_nothing() -> None:
    told = hints('param city: str = "Oslo"\ntask a { sh \'echo {{ city }}\' }\ntask b { sh "echo {{ city }}" }')
    assert [code for code, _ in told] == ["F0817"]


def test_braces_of_other_programs_in_a_raw_script_are_theirs() -> None:
    assert hints("task a { sh 'docker ps --format \"{{.Names}} {{ json . }}\"' }") == []
