"""Reads a shell script into commands: which words are programs, arguments, assignments, targets, patterns."""

from __future__ import annotations

import re

from flowc.analysis.scripts.shell.commands import DECLARING, Command, Lost, Redirect
from flowc.analysis.scripts.shell.compound import check_closed, is_keyword, keyword_at, read_keyword, read_patterns
from flowc.analysis.scripts.shell.documents import begin_document, read_bodies
from flowc.analysis.scripts.shell.level import Document, Level, Opener, begun, close_compound, finish
from flowc.analysis.scripts.shell.quoting import read_arithmetic
from flowc.analysis.scripts.shell.scan import Scan
from flowc.analysis.scripts.shell.words import read_word

_OPERATOR = re.compile(r";;&|;;|;&|;|&&|&|\|\||\|&|\||\n")
_REDIRECT = re.compile(r"<<<|<<-|<<|<&|<>|<|>>|>&|>\||>")
_REDIRECT_BASH = re.compile(r"&>>|&>|" + _REDIRECT.pattern)


def read_script(text: str, *, bash: bool) -> tuple[Scan, Lost | None]:
    """Everything that could be read, and where the reader lost its way, if it did."""
    scan = Scan(text, bash=bash, substitution=_read_substitution)
    try:
        _read_level(scan, [], None)
    except Lost as lost:
        return scan, lost
    return scan, None


def _read_substitution(scan: Scan, opened: int) -> None:
    """The commands of `$(…)` and `<(…)`, with their closing parenthesis."""
    documents: list[Document] = []
    _read_level(scan, documents, opened)
    if documents:
        raise Lost(
            opened,
            "a here-document begins in here and its text lies outside",
            "close it before the `)`",
        )


def _read_level(scan: Scan, documents: list[Document], opened: int | None) -> None:
    """Commands up to the `)` that closes `opened`, or to the end of the script."""
    scan.nested()
    level = Level(scan, opened, documents, Command("simple", scan.position), scan.position)
    while not (opened is not None and scan.peek() == ")" and not _in_case(level)):
        if not scan.peek():
            break
        _step(level)
    finish(level)
    check_closed(level)
    if opened is not None:
        scan.position += 1
    elif documents:
        raise scan.unclosed(
            documents[0].opened,
            "this here-document",
            f"a line `{documents[0].delimiter}`",
        )
    scan.depth -= 1


def _in_case(level: Level) -> bool:
    return bool(level.open) and level.open[-1].kind == "pattern"


def _step(level: Level) -> None:
    """Read one token: blanks, a comment, an operator, a redirection, a parenthesis or a word."""
    scan = level.scan
    if _in_case(level):
        read_patterns(level)
        return
    scan.skip_blanks()
    char = scan.peek()
    if not char:
        return
    if char == ")":
        if level.opened is None:
            raise Lost(
                scan.position,
                "this parenthesis closes nothing",
                "remove it, or put it in quotes",
            )
    elif char == "#":
        scan.skip_comment()
    elif char in "<>&" and _read_redirect(level):
        pass
    elif char in ";&|\n" and (operator := _OPERATOR.match(scan.text, scan.position, scan.end)):
        scan.position = operator.end()
        _separate(level, operator.group())
    elif char == "(":
        _read_open(level)
    else:
        _read_token(level)


def _separate(level: Level, operator: str) -> None:
    start = level.pipeline
    waits = level.piped is not None and not begun(level) and operator == "\n"
    finish(level)
    level.fresh, level.closed = True, False
    if operator == "\n":
        read_bodies(level)
    if operator.startswith(";;") or operator == ";&":
        if not level.open or level.open[-1].kind != "case":
            raise Lost(
                level.scan.position,
                f"`{operator}` stands outside of a `case`",
                "use one `;`",
            )
        level.open.append(Opener("pattern", level.pipeline, level.scan.position))
    if operator in ("|", "|&"):
        level.piped = start
    elif not waits:
        level.piped, level.pipeline = None, level.scan.position


def _read_redirect(level: Level) -> bool:
    scan = level.scan
    if scan.at("<(") or scan.at(">("):
        return False
    found = (_REDIRECT_BASH if scan.bash else _REDIRECT).match(scan.text, scan.position, scan.end)
    if not found:
        return False
    opened, operator = scan.position, found.group()
    scan.position = found.end()
    scan.skip_blanks()
    target = read_word(scan)
    if target.end == target.start:
        raise Lost(opened, f"`{operator}` has no target", "write the file's name after it")
    if operator in ("<<", "<<-"):
        begin_document(level, operator, target, opened)
    else:
        level.command.redirects.append(Redirect(operator, target))
    level.fresh = False
    return True


def _read_open(level: Level) -> None:
    """A parenthesis between words: a subshell, arithmetic, or the `()` of a function."""
    scan, opened, command = level.scan, level.scan.position, level.command
    if len(command.words) == 1 and not command.assignments and not command.redirects:
        scan.position += 1
        scan.skip_blanks()
        if scan.peek() != ")":
            raise Lost(
                opened,
                "this parenthesis does not fit what stands before it",
                "put it in quotes",
            )
        scan.position += 1
        finish(level)
        level.fresh = True
    elif not level.fresh:
        raise Lost(
            opened,
            "this parenthesis does not fit what stands before it",
            "put it in quotes",
        )
    elif scan.peek(1) == "(":
        scan.position += 2
        read_arithmetic(scan, "))", opened, "arithmetic")
        close_compound(level)
    elif scan.peek(1) == "\\" and scan.peek(2) == "\n":
        raise Lost(
            opened,
            "the line breaks right after `(`",
            "put a space before the backslash",
        )
    else:
        scan.position += 1
        _read_level(scan, level.documents, opened)
        close_compound(level)


def _read_token(level: Level) -> None:
    """A keyword or a word."""
    scan = level.scan
    keyword = keyword_at(scan)
    if keyword and (level.fresh or level.closed):
        level.fresh, level.closed = True, False
        read_keyword(level, keyword)
        return
    if level.closed:
        raise Lost(
            scan.position,
            "a word follows the end of a compound command",
            "put a `;` or a new line before it",
        )
    _read_argument(level)


def _read_argument(level: Level) -> None:
    scan, command = level.scan, level.command
    declares = bool(command.words) and command.words[0].value in DECLARING
    word = read_word(scan, assignable=not command.words or declares)
    if word.end == word.start:
        raise Lost(scan.position, f"`{scan.peek()}` has no place here", "put it in quotes")
    if scan.peek() and scan.peek() in "<>" and re.fullmatch(r"\d+|\{\w+\}", scan.text[word.start : word.end]):
        return
    if level.fresh and is_keyword(word.value) and not word.quoted:
        raise Lost(word.start, "a keyword is broken over two lines", "keep it on one line")
    if word.assigns and not command.words:
        command.assignments.append(word)
    else:
        command.words.append(word)
    level.fresh = False
