"""Problems with parameters, laid out like the compiler's errors: the command as typed, a mark under the wrong part."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from typing import Any

from runtime.cli.display.styled import Line, Span, harmless, line, width
from runtime.cli.parameters import Given, Problem
from runtime.model.definition import FlowDefinition
from runtime.model.errors import BadParameter
from runtime.model.types import type_from_json

_WIDEST = 100


class ParametersRefused(BadParameter):
    """All that does not fit on one command line. `command`: the words before the parameters, as typed."""

    def __init__(self, flow: FlowDefinition, command: Sequence[str], words: Sequence[str], given: Given) -> None:
        super().__init__("; ".join(problem.message for problem in given.problems))
        self.flow = flow
        self.command = command
        self.words = [_masked(word, given.hidden.get(index)) for index, word in enumerate(words)]
        self.problems = given.problems

    def lines(self) -> list[Line]:
        """The refusals, one after the other."""
        lines: list[Line] = []
        for problem in self.problems:
            lines += [*([()] if lines else []), *problem_lines(problem, self.flow, self.command, self.words)]
        return lines

    def data(self) -> list[dict[str, Any]]:
        """The refusals for machines."""
        return [
            {
                "message": problem.message,
                "help": problem.help or None,
                "parameter": problem.parameter.name if problem.parameter else None,
            }
            for problem in self.problems
        ]


def problem_lines(problem: Problem, flow: FlowDefinition, command: Sequence[str], words: Sequence[str]) -> list[Line]:
    """One refusal."""
    lines = [line(Span("error", "bad"), Span(f": {problem.message}", "bold"))]
    if problem.word is not None:
        lines += _marked(problem, command, words)
    parameter = problem.parameter
    if parameter is not None and parameter.line:
        place = f"{flow.source_file}:{parameter.line}"
        doc = parameter.doc.strip().partition("\n")[0]
        declared = f"`{parameter.name}: {type_from_json(parameter.type)}` is declared at {place}"
        lines.append(line(Span("note", "busy"), f": {declared}" + (f" ({doc})" if doc else "")))
    if problem.help:
        lines.append(line(Span("help", "good"), f": {problem.help}"))
    return lines


def _marked(problem: Problem, command: Sequence[str], words: Sequence[str]) -> list[Line]:
    assert problem.word is not None
    before = [*map(_quoted, command), *map(_quoted, words[: problem.word])]
    after = [_quoted(word) for word in words[problem.word + 1 :]]
    word = _quoted(words[problem.word])
    exact = word == words[problem.word]
    cut = problem.start if exact else 0
    end = cut + problem.length if exact and problem.length is not None else len(word)
    shown, rest = word[cut:end], word[end:]
    lead = " ".join(before) + " " + word[:cut]
    if width(lead) > _WIDEST // 2:
        lead = "… " + lead[-_WIDEST // 2 :]
    shown = shown if width(shown) <= _WIDEST // 2 else shown[: _WIDEST // 2] + "…"
    tail = rest + ((" " + " ".join(after)) if after else "")
    tail = tail if len(tail) <= _WIDEST // 3 else tail[: _WIDEST // 3] + "…"
    mark = "^" * max(width(shown), 1)
    return [
        line(Span("  --> ", "busy"), "the command line"),
        line(Span("   |", "busy")),
        line(Span("   | ", "busy"), f"{lead}{shown}{tail}"),
        line(Span("   | ", "busy"), " " * width(lead), Span(f"{mark} {problem.label}".rstrip(), "bad")),
    ]


def _masked(word: str, start: int | None) -> str:
    return word if start is None else word[:start] + "***"


def _quoted(word: str) -> str:
    return harmless(word if word.endswith("***") else shlex.quote(word))
