"""The TextMate grammar: whole in itself, and in the tokenizer of VS Code the same colours as in Pygments."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pygments.token import string_to_tokentype

from grammar.pygments_lexer import FlowLexer
from grammar.roles import Role
from grammar.textmate import textmate_grammar
from tests.grammar.samples import EVERY_CONSTRUCT, samples
from tests.grammar.textmate_tool import Tool, install

TOKENS_OF_SCOPES = {role.value.textmate: str(string_to_tokentype(role.value.pygments)) for role in Role}
EMBEDDED = re.compile(r"meta\.embedded\.(block|raw)\.")


def patterns(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield node
    for inner in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from patterns(inner)


def test_what_is_included_is_there() -> None:
    grammar = textmate_grammar()
    included = {found["include"] for found in patterns(grammar) if isinstance(found.get("include"), str)}
    own = {name.removeprefix("#") for name in included if name.startswith("#")}
    assert own <= grammar["repository"].keys()
    assert included - {f"#{name}" for name in own} == {"source.shell", "source.python", "source.sql"}


def test_captures_name_groups_that_the_pattern_has() -> None:
    for found in patterns(textmate_grammar()):
        for pattern, captures in (("match", "captures"), ("begin", "beginCaptures"), ("end", "endCaptures")):
            if captures in found:
                groups = re.compile(found[pattern]).groups
                assert all(int(group) <= groups for group in found[captures]), found


def test_grammar_is_the_same_every_time() -> None:
    assert json.dumps(textmate_grammar()) == json.dumps(textmate_grammar())


@pytest.fixture(scope="module")
def tool(pytestconfig: pytest.Config) -> Tool:
    assert pytestconfig.cache
    try:
        return install(pytestconfig.cache.mkdir("textmate"))
    except (AssertionError, OSError, subprocess.TimeoutExpired) as problem:
        if os.environ.get("CI"):
            raise
        pytest.skip(f"the tokenizer of VS Code cannot be installed: {problem}")


def outside_of_scripts(text: str, scopes: list[list[str]]) -> Iterator[tuple[int, str, str]]:
    """The places outside of scripts, with the token of Pygments and the one that stands for the scope."""
    kinds = [str(kind) for _, kind, value in FlowLexer().get_tokens_unprocessed(text) for _ in value]
    places = [at for at, sign in enumerate(text) if sign != "\n"]
    for at, names in zip(places, scopes, strict=True):
        embedded = [name for name in names if EMBEDDED.match(name) or name == "meta.interpolation.flow"]
        if text[at].strip() and (not embedded or embedded[-1] == "meta.interpolation.flow"):
            scope = re.sub(r"(\.begin|\.end|\.double)?\.flow$", "", names[-1]) if names else ""
            yield at, kinds[at], TOKENS_OF_SCOPES.get(scope, scope)


@pytest.mark.slow
def test_colours_are_those_of_pygments_outside_of_scripts(tool: Tool, tmp_path: Path) -> None:
    texts = {f"sample_{number}": sample.text.replace("\r", "") for number, sample in enumerate(samples())}
    assert len(texts) > 50
    for name, scopes in tool.scopes(texts, tmp_path).items():
        text = texts[name]
        for at, pygments, textmate in outside_of_scripts(text, scopes):
            place = f"line {text.count(chr(10), 0, at) + 1} of {samples()[int(name[7:])].name}: {text[at : at + 20]!r}"
            assert textmate == pygments, place


@pytest.mark.slow
def test_scripts_are_coloured_by_the_grammars_of_their_languages(tool: Tool, tmp_path: Path) -> None:
    text = EVERY_CONSTRUCT.read_text("utf-8")
    (scopes,) = tool.scopes({"every": text}, tmp_path).values()
    places = [at for at, sign in enumerate(text) if sign != "\n"]

    def at(words: str, after: str = "") -> list[str]:
        return scopes[places.index(text.index(words, text.index(after)))]

    assert at("from depot")[-1] == "keyword.control.import.python"
    assert at("SELECT *")[-1] == "keyword.other.DML.sql"
    assert at("INSERT INTO")[-1] == "keyword.other.DML.sql"
    assert at("echo '{{ not")[-1] == "support.function.builtin.shell"
    assert "meta.interpolation.flow" in at("parcel.id }}", after="# {{ parcel.id")
    assert "comment.line.number-sign.python" in at("{{ parcel.id", after="scales  #")
    assert "meta.interpolation.flow" not in at("{{ not a hole")
    assert at("flow deliveries")[-1] == "storage.type.flow"
