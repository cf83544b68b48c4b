"""One nesting of commands while it is read."""

from __future__ import annotations

from typing import NamedTuple

from flowc.analysis.scripts.shell.commands import Command
from flowc.analysis.scripts.shell.scan import Scan
from runtime.model.slotted import dataclass, field


class Document(NamedTuple):
    """A here-document whose body begins at the next newline."""

    command: Command
    delimiter: str
    quoted: bool
    tabs: bool
    opened: int


class Opener(NamedTuple):
    """A compound command that is not closed yet; `pipeline` is where the pipeline around it began."""

    kind: str
    pipeline: int
    at: int


@dataclass(slots=True)
class Level:
    """One nesting of commands. `fresh`: a program may come next. `closed`: a compound command has just ended.

    `opened`: the parenthesis it stands in. `piped`: where the pipeline begins that feeds the next command.
    """

    scan: Scan
    opened: int | None
    documents: list[Document]
    command: Command
    pipeline: int
    piped: int | None = None
    fresh: bool = True
    closed: bool = False
    open: list[Opener] = field(default_factory=list)


def begun(level: Level) -> bool:
    command = level.command
    return bool(level.closed or command.words or command.assignments or command.redirects)


def finish(level: Level) -> None:
    """The simple command so far is complete."""
    command = level.command
    command.piped = level.piped
    if command.words or command.assignments or command.redirects:
        level.scan.emit(command)
    level.command = Command("simple", level.scan.position)


def close_compound(level: Level) -> None:
    level.fresh, level.closed = False, True
