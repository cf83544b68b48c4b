"""The table of colouring keeps the rules that each editor's grammar relies on."""

from __future__ import annotations

import re
from collections import Counter

from grammar.highlighting import CONTEXTS
from grammar.rule import Include, Match, Part, Region, Rule


def rules() -> list[Rule]:
    return list({id(rule): rule for found in CONTEXTS.values() for rule in found}.values())


def parts() -> list[tuple[str, Part]]:
    matches = [(rule.name, part) for rule in rules() if isinstance(rule, Match) for part in rule.parts]
    regions = [(rule.name, part) for rule in rules() if isinstance(rule, Region) for part in (*rule.begin, rule.end)]
    return matches + regions


def test_names_are_given_once() -> None:
    named = [rule.name for rule in rules() if isinstance(rule, Match | Region)]
    assert [name for name, count in Counter([*CONTEXTS, *named]).items() if count > 1] == []


def test_contexts_that_are_named_exist() -> None:
    named = {rule.inside for rule in rules() if isinstance(rule, Region)}
    included = {rule.context for rule in rules() if isinstance(rule, Include)}
    assert named | included <= CONTEXTS.keys()


def test_patterns_compile_and_capture_nothing() -> None:
    assert [name for name, part in parts() if re.compile(part.pattern, re.MULTILINE).groups] == []


def test_a_rule_always_moves_on_or_ends_its_region() -> None:
    for rule in rules():
        if isinstance(rule, Match | Region):
            begin = rule.parts if isinstance(rule, Match) else rule.begin
            assert not re.fullmatch("".join(part.pattern for part in begin), ""), rule.name
