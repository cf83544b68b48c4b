"""Every code has a page, and what the page shows is true: its wrong example gets the code, its right one does not."""

from __future__ import annotations

import json
import os
import re

import pytest

from flowc.cli.pages import page_of
from flowc.cli.shellcheck import lint_scripts
from flowc.cli.verbs.explain import explain
from flowc.diagnostics import Code, codes
from flowc.diagnostics.codes import all_codes
from flowc.diagnostics.render import render
from flowc.driver import Compiled, Input, compile_inputs
from flowc.source import Source
from runtime.expression.functions import FUNCTIONS
from runtime.model.errors import FlowerError
from runtime.model.signature import ParameterSignature, Signature
from runtime.model.types import STR
from runtime.registry import catalog
from tests.docs.pages import ROOT

EXAMPLE = re.compile(r"```flow( wrong)?\n(.*?)```", re.DOTALL)
WITHOUT_EXAMPLE = ("F0001", "F0002", "F0003", "F0004", "F0005", "F0025", "F0605", "F0806", "F0901")
"""Problems of files and modules, of components that are not standard, and what is left out for now."""


SITUATIONS = {
    "F0025": ["flow a { let x = " + "(" * 101 + "1" + ")" * 101 + " }"],
    "F0806": ['flow a { task b = mail.send(to: "c") { retry 3 } }'],
}
WITHOUT_SITUATION = ("F0001", "F0002", "F0003", "F0004", "F0005", "F0605", "F0901")
"""Problems of files and modules, which `test_check` has as people meet them; and what is left out for now."""
MAIL = Signature("mail.send", (ParameterSignature("to", STR),))
GOLDEN = ROOT / "tests" / "golden" / "codes"
WRITE = os.environ.get("FLOWER_GOLDEN") == "write"


def _compiled(text: str, *, hints: bool = False) -> Compiled:
    given = Input(Source("case.flow", text), catalog(), "case.flow")
    return compile_inputs([given], hints=hints, lint=lint_scripts)


@pytest.mark.parametrize("code", sorted(all_codes()))
def test_page_tells_the_code_and_its_examples_are_true(code: str) -> None:
    page = page_of(code)
    assert page.startswith(f"# {code}: {all_codes()[code].title}\n")
    examples = EXAMPLE.findall(page)
    assert examples or code in WITHOUT_EXAMPLE
    for wrong, text in examples:
        compiled = _compiled(text, hints=code.startswith("F08"))
        told = {found.code.number for found in compiled.diagnostics}
        assert told == ({code} if wrong else set()), text


@pytest.mark.parametrize("code", sorted(all_codes()))
def test_problem_of_each_code_is_shown_as_expected(code: str) -> None:
    wrong = [text for is_wrong, text in EXAMPLE.findall(page_of(code)) if is_wrong]
    given = wrong or SITUATIONS.get(code, [])
    assert given or code in WITHOUT_SITUATION
    told = "\n\n".join(_told(code, text) for text in given)
    expected = GOLDEN / f"{code}.txt"
    if WRITE and told:
        expected.write_text(told + "\n", "utf-8")
    assert not told or told + "\n" == expected.read_text("utf-8")


def _told(code: str, text: str) -> str:
    given = Input(Source("case.flow", text), {**catalog(), "mail.send": MAIL}, "case.flow")
    found = compile_inputs([given], hints=code.startswith("F08"), lint=lint_scripts).diagnostics
    return "\n\n".join(render(problem) for problem in found)


def test_nothing_else_is_kept_as_expected() -> None:
    assert {file.stem for file in GOLDEN.iterdir()} == all_codes().keys() - set(WITHOUT_SITUATION)


def test_at_least_sixty_codes_are_reported_somewhere() -> None:
    texts = [file.read_text("utf-8") for file in (ROOT / "flowc").rglob("*.py") if file.name != "codes.py"]
    used = {name for name, code in vars(codes).items() if isinstance(code, Code) and _uses(texts, name)}
    assert used == {name for name, code in vars(codes).items() if isinstance(code, Code)}
    assert len(used) >= 60


def _uses(texts: list[str], name: str) -> bool:
    return any(f"codes.{name}" in text for text in texts)


def test_page_is_found_in_any_spelling_of_the_code() -> None:
    assert page_of("f0101") == page_of("101") == page_of("F0101")


def test_unknown_code_is_refused_with_the_nearest() -> None:
    with pytest.raises(FlowerError) as refused:
        page_of("F0109")
    assert refused.value.help is not None
    assert "did you mean F010" in refused.value.help


def test_page_of_unknown_functions_lists_every_function() -> None:
    page = page_of("F0105")
    assert [name for name, function in FUNCTIONS.items() if f"- `{function.signatures[0]}`" not in page] == []


def test_codes_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert explain() == 0
    listed = capsys.readouterr().out.splitlines()
    assert [line[:5] for line in listed] == sorted(all_codes())
    assert explain(json=True) == 0
    assert [one["code"] for one in json.loads(capsys.readouterr().out)] == sorted(all_codes())
