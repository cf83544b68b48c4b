"""Each promise of the runner names the tests that try to break it."""

from __future__ import annotations

import re

import pytest

from tests.docs.pages import ROOT

PAGE = (ROOT / "docs" / "runtime.md").read_text(encoding="utf-8")
PROMISES = re.findall(r"^\*\*(\d)\. .*?(?=^\*\*\d\. |^\"Exactly once\")", PAGE, re.MULTILINE | re.DOTALL)
TEXTS = re.findall(r"^\*\*\d\. .*?(?=^\*\*\d\. |^\"Exactly once\")", PAGE, re.MULTILINE | re.DOTALL)


def test_there_are_eight_promises() -> None:
    assert "".join(PROMISES) == "12345678"


@pytest.mark.parametrize("promise", TEXTS, ids=PROMISES)
def test_a_promise_names_tests_that_exist(promise: str) -> None:
    suites = re.findall(r"\(\.\./(tests/[^)]+\.py)\)", promise)
    assert suites, promise
    for suite in suites:
        assert re.search(r"^\s*def test_", (ROOT / suite).read_text(encoding="utf-8"), re.MULTILINE), suite
