"""Reads here-documents: the word that ends them, and their texts."""

from __future__ import annotations

from flowc.analysis.scripts.joined import HOLE
from flowc.analysis.scripts.shell.commands import OPAQUE, Lost, Redirect, Word
from flowc.analysis.scripts.shell.level import Document, Level
from flowc.analysis.scripts.shell.quoting import read_expanding
from flowc.analysis.scripts.shell.scan import Scan


def begin_document(level: Level, operator: str, target: Word, opened: int) -> None:
    if OPAQUE in target.value or HOLE in target.value or "\n" in target.value:
        raise Lost(
            opened,
            "nobody can tell where this here-document ends",
            "end it with a plain word such as EOF",
        )
    level.documents.append(Document(level.command, target.value, target.quoted, operator == "<<-", opened))
    level.command.redirects.append(Redirect(operator, target))


def read_bodies(level: Level) -> None:
    """The texts of the here-documents that the line before has begun."""
    scan = level.scan
    while level.documents:
        document = level.documents[0]
        start = scan.position
        close, after = _find_delimiter(scan, document)
        document.command.bodies.append((start, close))
        if document.quoted:
            scan.place_all("quoted heredoc", document.opened, close)
        else:
            _read_body(scan, document.opened, close)
        scan.position = after
        level.documents.pop(0)


def _find_delimiter(scan: Scan, document: Document) -> tuple[int, int]:
    """Where the body ends, and where the line after its delimiter begins."""
    position, joined = scan.position, False
    while position < scan.end:
        newline = scan.text.find("\n", position, scan.end)
        end = scan.end if newline < 0 else newline
        line = scan.text[position:end]
        if (line.lstrip("\t") if document.tabs else line) == document.delimiter:
            if joined:
                raise Lost(
                    position,
                    "the line before ends in a backslash, so this may not end the text",
                    "remove it",
                )
            return position, min(end + 1, scan.end)
        joined = not document.quoted and (len(line) - len(line.rstrip("\\"))) % 2 == 1
        position = end + 1
    raise scan.unclosed(document.opened, "this here-document", f"a line `{document.delimiter}`")


def _read_body(scan: Scan, opened: int, close: int) -> None:
    """A body in which expansions work; nothing that begins in it may end outside."""
    end, scan.end = scan.end, close
    body = Word(scan.position)
    try:
        while scan.position < close:
            read_expanding(scan, body, "heredoc", opened)
    except Lost as lost:
        raise Lost(lost.at, lost.reason, lost.help) from None
    scan.end = end
    scan.settled.update(body.holes)
