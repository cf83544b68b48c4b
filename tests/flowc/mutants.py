"""Samples of flows, and what a slip of the hand makes of them: a token left out, doubled, or swapped with the next."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from flowc.diagnostics import Diagnostic, Sink
from flowc.driver import Compiled, Input, compile_inputs
from flowc.source import Source, read
from flowc.syntax.lexer import lex
from flowc.syntax.parser import parse
from runtime.registry import catalog
from tests.docs.pages import blocks

ROOT = Path(__file__).parents[2]
MAX_ERRORS = 2
MAX_LINES_AWAY = 2
_NEWLINES = ("NEWLINE", "$END")


@dataclass(frozen=True)
class Sample:
    """A text without mistakes, and the folder that its imports are read from."""

    name: str
    text: str
    folder: Path

    def compiled(self, text: str) -> Compiled:
        given = Input(Source(self.name, text), catalog(), self.name)
        return compile_inputs([given], read=lambda path: read(self.folder / path, shown=path))


@dataclass(frozen=True)
class Mutant:
    """`lines`: the first and the last line that the slip touched."""

    how: str
    text: str
    lines: tuple[int, int]


def samples() -> list[Sample]:
    """Every example, every block of the documents, and the golden flows that become rows, if they stand alone."""
    files = [*(ROOT / "examples").glob("*.flow"), *(ROOT / "tests" / "golden" / "rows").glob("*/case.flow")]
    found = [Sample(str(file.relative_to(ROOT)), file.read_text("utf-8"), file.parent) for file in sorted(files)]
    found += [Sample(str(block), block.text, ROOT / "docs") for block in blocks("flow") if not block.note]
    return [sample for sample in found if sample.compiled(sample.text).good]


def mutants(text: str) -> Iterator[Mutant]:
    """All of them, in the order of the text."""
    source = Source("sample.flow", text)
    spans = [token[2:] for token in lex(source, Sink()).tokens if token[0] not in _NEWLINES]
    for index, (start, end) in enumerate(spans):
        word = text[start:end]
        lines = (source.line(start), source.line(end))
        yield Mutant(f"without `{word[:30]}`", text[:start] + text[end:], lines)
        yield Mutant(f"`{word[:30]}` twice", f"{text[:end]} {text[start:]}", lines)
        if index + 1 < len(spans):
            begin, stop = spans[index + 1]
            other = text[begin:stop]
            if other != word:
                swapped = text[:start] + other + text[end:begin] + word + text[stop:]
                yield Mutant(f"`{word[:30]}` and `{other[:30]}` swapped", swapped, (lines[0], source.line(stop)))


def faults(found: Compiled, mutant: Mutant) -> list[str]:
    """What is wrong with how the slip is told; nothing if it is told well, or is no mistake."""
    errors = [problem for problem in found.diagnostics if problem.severity == "error"]
    told = []
    if len(errors) > MAX_ERRORS:
        told.append(f"{len(errors)} errors")
    if errors and not _near(errors[0], mutant.lines) and _is_unreadable(mutant.text):
        told.append("far away")
    return told + [f"says {name}" for name in token_names() if any(name in words_of(problem) for problem in errors)]


def _is_unreadable(text: str) -> bool:
    """Whether the parser complains. If not, another flow has been written, and what is wrong is where it is used."""
    sink = Sink()
    parse(Source("sample.flow", text), sink)
    return sink.has_errors


def _near(problem: Diagnostic, lines: tuple[int, int]) -> bool:
    if problem.source is None or problem.span is None:
        return True
    places = [problem.span[0], *(label.span[0] for label in problem.labels if label.source in (None, problem.source))]
    return any(lines[0] - MAX_LINES_AWAY <= problem.source.line(place) <= lines[1] + MAX_LINES_AWAY for place in places)


def words_of(problem: Diagnostic) -> set[str]:
    said = " ".join([problem.message, problem.help, problem.label, *problem.notes])
    outside = " ".join(said.split("`")[::2])
    return set(outside.replace(",", " ").split())


@cache
def token_names() -> frozenset[str]:
    from flowc.syntax import tables

    return frozenset(kind for row in tables.load().actions for kind in row if kind.isupper() and len(kind) > 2)
