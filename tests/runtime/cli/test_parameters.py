"""Parameters on a command line: every way to give them, and what is refused with which words."""

from __future__ import annotations

from typing import Any

import pytest

from runtime.cli.parameters import parse_parameters
from runtime.cli.refusal import ParametersRefused
from runtime.model.definition import FlowDefinition, ParameterDefinition
from tests.runtime.cli.golden import assert_golden

SOURCE = {"record": {"name": "Source", "fields": {"name": "str", "size": "int"}, "defaults": {"size": 1}}}
MODE = {"enum": {"name": "Mode", "members": {"full": "FULL", "incremental": "INC"}}}


def a_flow(**types: Any) -> FlowDefinition:
    """A flow whose parameters have these types and null as default."""
    parameters = tuple(
        ParameterDefinition(name, kind, has_default=True, line=index + 4, doc=f"About {name}.")
        for index, (name, kind) in enumerate(types.items())
    )
    return FlowDefinition("etl", "etl.flow", parameters, (), ())


@pytest.mark.parametrize(
    ("kind", "words", "value"),
    [
        ("date", ["--x", "2026-11-01"], "2026-11-01"),
        ("date", ["--x=2026-11-01"], "2026-11-01"),
        ("int", ["--x", "-5"], -5),
        ("int", ["--x=1_000"], 1000),
        ("float", ["--x", "2.5"], 2.5),
        ("str", ["--x", "a=b $(touch x) 'q'"], "a=b $(touch x) 'q'"),
        ("str", ["--x="], ""),
        ("str", ["--param", "x=a=b"], "a=b"),
        ("str", ["--param=x=--json"], "--json"),
        ("bool", ["--x"], True),
        ("bool", ["--no-x"], False),
        ("bool", ["--x=false"], False),
        ("bool", ["--param", "x=true"], True),
        ("duration", ["--x", "90m"], "1h30m"),
        ("size", ["--x", "2kB"], 2000),
        ("percent", ["--x", "10%"], 0.1),
        ("time", ["--x", "06:30"], "06:30"),
        (MODE, ["--x", "full"], "FULL"),
        (MODE, ["--x", "INC"], "INC"),
        ({"list": "str"}, ["--x", "eu", "--x", "us"], ["eu", "us"]),
        ({"list": "str"}, ["--x", '["eu", "us"]'], ["eu", "us"]),
        ({"list": "str"}, ["--x", "[half"], ["[half"]),
        ({"list": "int"}, ["--x", "1"], [1]),
        ({"list": "int"}, ["--x", "[]"], []),
        (SOURCE, ["--x", '{"name": "orders"}'], {"name": "orders", "size": 1}),
        ({"map": "int"}, ["--x", '{"a": 1}'], {"a": 1}),
        ("json", ["--x", "[1, null]"], [1, None]),
        ("secret", ["--x", "env:TOKEN"], "env:TOKEN"),
        ({"optional": "int"}, ["--x", ""], None),
        ({"optional": "int"}, ["--x", "3"], 3),
    ],
)
def test_a_value_that_fits(kind: Any, words: list[str], value: Any) -> None:
    given = parse_parameters(a_flow(x=kind), words)
    assert given.problems == []
    assert given.values == {"x": value}


def test_names_may_be_written_with_hyphens_or_underscores() -> None:
    flow = a_flow(min_rows="int", dry_run="bool")
    assert parse_parameters(flow, ["--min-rows", "1", "--no-dry-run"]).values == {"min_rows": 1, "dry_run": False}
    assert parse_parameters(flow, ["--min_rows", "1", "--no_dry_run"]).values == {"min_rows": 1, "dry_run": False}


def test_a_parameter_whose_own_name_begins_with_no_is_not_a_negation() -> None:
    given = parse_parameters(a_flow(no_mail="str", mail="bool"), ["--no-mail", "x"])
    assert given.values == {"no_mail": "x"}


def refusal(flow: FlowDefinition, *words: str) -> ParametersRefused:
    given = parse_parameters(flow, words)
    assert given.problems
    return ParametersRefused(flow, ["flower", "run", "etl"], words, given)


def test_every_problem_of_a_command_line_is_shown_with_its_place() -> None:
    flow = a_flow(day="date", min_rows="int", regions={"list": "str"}, dry_run="bool", source=SOURCE, mode=MODE)
    words = [
        "--dya",
        "2026-11-01",
        "--min-rows",
        "ten",
        "--no-dry-run=1",
        "--source",
        '{"name": 3}',
        "--mode=fast",
        "stray",
    ]
    assert_golden("parameters_refused", refusal(flow, *words).lines())


def test_a_missing_parameter_is_named_with_the_option_to_add() -> None:
    flow = FlowDefinition("etl", "etl.flow", (ParameterDefinition("day", "date", doc="Business day.", line=4),), (), ())
    assert_golden("parameter_missing", refusal(flow, "--param", "dy=2026-11-01", "--verbose").lines())


def test_a_misspelt_parameter_is_not_reported_as_missing_too() -> None:
    flow = FlowDefinition("etl", "etl.flow", (ParameterDefinition("day", "date"),), (), ())
    assert len(refusal(flow, "--dya", "2026-11-01").problems) == 1


def test_a_secret_given_as_it_is_never_shows_again() -> None:
    refused = refusal(a_flow(token="secret", n="int"), "--token", "hunter2", "--n", "x")
    text = "\n".join(span.text for line in refused.lines() for span in line) + str(refused) + str(refused.data())
    assert "hunter2" not in text
    assert_golden("secret_refused", refused.lines())


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--x", "1", "--x", "2"], "`--x` is given 2 times, and takes one value"),
        (["--x"], "`--x` has no value"),
        (["--param", "x"], "`--param` takes NAME=VALUE"),
        (["--param"], "`--param` takes NAME=VALUE"),
        (["--"], "`--` belongs to no parameter"),
        (["-x", "1"], "`-x` is not an option"),
    ],
)
def test_words_that_cannot_be_understood(words: list[str], message: str) -> None:
    assert refusal(a_flow(x="int"), *words).problems[0].message == message


def test_a_value_too_wide_for_the_screen_is_cut_around_the_mark() -> None:
    lines = refusal(a_flow(a="str", n="int"), "--a", "y" * 500, "--n", "z" * 500).lines()
    assert max(sum(len(span.text) for span in line) for line in lines[:3]) < 160


def problem_of(flow: FlowDefinition, *words: str) -> tuple[str, str, str]:
    (problem,) = refusal(flow, *words).problems
    return problem.message, problem.label, problem.help


def test_a_list_that_is_begun_as_json_is_told_that_its_json_is_broken() -> None:
    message, label, help = problem_of(a_flow(xs={"list": "int"}), "--xs", "[1,")
    assert message == "`xs` takes a list of int values"
    assert label == "begins as JSON, and is broken at character 4"
    assert help == "give one item each time the option is given, or all as JSON: '[42]'"


@pytest.mark.parametrize("word", ["--ok", "--no-ok"])
def test_a_word_after_a_flag_is_told_that_the_flag_takes_no_value(word: str) -> None:
    message, label, help = problem_of(a_flow(ok="bool"), word, "maybe")
    assert message == f"`{word}` takes no value"
    assert (label, help) == ("remove this", "`--ok` alone is true, `--no-ok` is false")
