"""What `--help` and `--version` show."""

from __future__ import annotations

import pytest

from runtime.cli.app import VERBS
from runtime.cli.entry import run


@pytest.mark.parametrize("words", [[], ["--help"], ["-h"]])
def test_help_shows_every_verb(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(words) == 0
    shown = capsys.readouterr().out
    assert "flower run hello.flow" in shown
    assert all(f" {verb} " in shown for verb in VERBS)


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_help_that_says_what_it_does(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([verb, "--help"]) == 0
    shown = capsys.readouterr().out
    assert f"flower {verb}" in shown
    assert "--db" in shown or verb == "completion"  # which says nothing of any store
    assert "--json" in shown or verb in ("completion", "worker")  # which lists nothing


def test_the_version_is_that_of_the_package(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--version"]) == 0
    assert capsys.readouterr().out.startswith("flower 0.")
