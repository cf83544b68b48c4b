"""Reads a shell script into commands: which words are programs, arguments, assignments, targets, patterns."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import NamedTuple

from flowc.analysis.scripts.joined import HOLE
from flowc.analysis.scripts.shell.commands import OPAQUE, Command, Lost, Redirect, Word
from flowc.analysis.scripts.shell.quoting import (
    read_arithmetic,
    read_expanding,
    read_quoting,
)
from flowc.analysis.scripts.shell.scan import METACHARACTERS, Scan
from flowc.analysis.scripts.shell.words import read_word

DECLARING = frozenset({"declare", "typeset", "local", "export", "readonly"})
_KEYWORD = re.compile(
    r"(?:if|then|elif|else|fi|while|until|for|select|do|done|case|esac|function|time|coproc|!|\{|\}|\[\[)"
    r"(?=[ \t\n;&|()<>]|\Z)"
)
_KEYWORDS = frozenset(
    {
        "if",
        "then",
        "elif",
        "else",
        "fi",
        "while",
        "until",
        "for",
        "select",
        "do",
        "done",
        "case",
        "esac",
        "function",
        "time",
        "!",
        "{",
        "}",
        "[[",
    }
)
_OPERATOR = re.compile(r";;&|;;|;&|;|&&|&|\|\||\|&|\||\n")
_REDIRECT = re.compile(r"<<<|<<-|<<|<&|<>|<|>>|>&|>\||>")
_REDIRECT_BASH = re.compile(r"&>>|&>|" + _REDIRECT.pattern)
_ENDS = {"if": "fi", "{": "}", "case": "esac"}
_CLOSES = {"fi": ("if",), "done": ("do",), "}": ("{",), "esac": ("case",)}


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
    _finish(level)
    _check_closed(level)
    if opened is not None:
        scan.position += 1
    elif documents:
        raise scan.unclosed(
            documents[0].opened,
            "this here-document",
            f"a line `{documents[0].delimiter}`",
        )
    scan.depth -= 1


def _check_closed(level: Level) -> None:
    if level.open:
        opener = level.open[-1]
        keyword = re.match(r"\S+", level.scan.text[opener.at :])
        shown = keyword.group() if keyword else opener.kind
        raise level.scan.unclosed(opener.at, f"this `{shown}`", f"`{_ENDS.get(opener.kind, 'done')}`")
    if level.opened is not None and not level.scan.peek():
        raise level.scan.unclosed(level.opened, "this parenthesis", "a `)`")


def _in_case(level: Level) -> bool:
    return bool(level.open) and level.open[-1].kind == "pattern"


def _step(level: Level) -> None:
    """Read one token: blanks, a comment, an operator, a redirection, a parenthesis or a word."""
    scan = level.scan
    if _in_case(level):
        _read_patterns(level)
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
    elif _read_redirect(level):
        pass
    elif operator := _OPERATOR.match(scan.text, scan.position, scan.end):
        scan.position = operator.end()
        _separate(level, operator.group())
    elif char == "(":
        _read_open(level)
    else:
        _read_token(level)


def _separate(level: Level, operator: str) -> None:
    start = level.pipeline
    waits = level.piped is not None and not _begun(level) and operator == "\n"
    _finish(level)
    level.fresh, level.closed = True, False
    if operator == "\n":
        _read_bodies(level)
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


def _begun(level: Level) -> bool:
    command = level.command
    return bool(level.closed or command.words or command.assignments or command.redirects)


def _finish(level: Level) -> None:
    """The simple command so far is complete."""
    command = level.command
    command.piped = level.piped
    if command.words or command.assignments or command.redirects:
        level.scan.emit(command)
    level.command = Command("simple", level.scan.position)


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
        _begin_document(level, operator, target, opened)
    else:
        level.command.redirects.append(Redirect(operator, target))
    level.fresh = False
    return True


def _begin_document(level: Level, operator: str, target: Word, opened: int) -> None:
    if OPAQUE in target.value or HOLE in target.value or "\n" in target.value:
        raise Lost(
            opened,
            "nobody can tell where this here-document ends",
            "end it with a plain word such as EOF",
        )
    level.documents.append(Document(level.command, target.value, target.quoted, operator == "<<-", opened))
    level.command.redirects.append(Redirect(operator, target))


def _read_bodies(level: Level) -> None:
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
        _finish(level)
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
        _close_compound(level)
    elif scan.peek(1) == "\\" and scan.peek(2) == "\n":
        raise Lost(
            opened,
            "the line breaks right after `(`",
            "put a space before the backslash",
        )
    else:
        scan.position += 1
        _read_level(scan, level.documents, opened)
        _close_compound(level)


def _close_compound(level: Level) -> None:
    level.fresh, level.closed = False, True


def _read_token(level: Level) -> None:
    """A keyword or a word."""
    scan = level.scan
    keyword = _KEYWORD.match(scan.text, scan.position, scan.end)
    if keyword and (level.fresh or level.closed):
        level.fresh, level.closed = True, False
        _read_keyword(level, keyword.group())
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
    if level.fresh and word.value in _KEYWORDS and not word.quoted:
        raise Lost(word.start, "a keyword is broken over two lines", "keep it on one line")
    if word.assigns and not command.words:
        command.assignments.append(word)
    else:
        command.words.append(word)
    level.fresh = False


def _read_keyword(level: Level, keyword: str) -> None:
    scan, at = level.scan, level.scan.position
    scan.position += len(keyword)
    if keyword in ("if", "{"):
        level.open.append(Opener(keyword, level.pipeline, at))
    elif keyword in ("while", "until"):
        level.open.append(Opener("loop", level.pipeline, at))
    elif keyword in ("for", "select"):
        level.open.append(Opener("loop", level.pipeline, at))
        _read_for(level)
    elif keyword == "do":
        _expect(level, ("loop",), at, keyword)
        level.open[-1] = level.open[-1]._replace(kind="do")
    elif keyword in ("then", "elif", "else"):
        _expect(level, ("if",), at, keyword)
    elif keyword in _CLOSES:
        _expect(level, _CLOSES[keyword], at, keyword)
        level.pipeline = level.open.pop().pipeline
        _close_compound(level)
    elif keyword == "case":
        _read_case(level)
    elif keyword == "function":
        _read_function(level)
    elif keyword == "[[":
        _read_condition(level)
    elif keyword == "time":
        scan.skip_blanks()
        scan.position += 2 * (scan.at("-p ") or scan.at("-p\t"))


def _expect(level: Level, openers: tuple[str, ...], at: int, keyword: str) -> None:
    if not level.open or level.open[-1].kind not in openers:
        raise Lost(
            at,
            f"nothing that `{keyword}` would belong to is open here",
            "check the lines above",
        )


def _skip_lines(scan: Scan) -> None:
    """Step over blanks, newlines and comments."""
    scan.skip_blanks()
    while scan.peek() in ("\n", "#"):
        if scan.peek() == "#":
            scan.skip_comment()
        else:
            scan.position += 1
        scan.skip_blanks()


def _read_for(level: Level) -> None:
    scan = level.scan
    command = Command("for", scan.position)
    scan.skip_blanks()
    if scan.at("(("):
        opened = scan.position
        scan.position += 2
        read_arithmetic(scan, "))", opened, "arithmetic")
        return
    command.words.append(read_word(scan))
    _skip_lines(scan)
    if _at_keyword(scan, "in"):
        scan.position += 2
        scan.skip_blanks()
        while scan.peek() and scan.peek() not in ";\n&|)" and scan.peek() != "#":
            word = read_word(scan)
            if word.end == word.start:
                raise Lost(
                    scan.position,
                    f"`{scan.peek()}` has no place in the list",
                    "put it in quotes",
                )
            command.words.append(word)
            scan.skip_blanks()
    scan.emit(command)


def _at_keyword(scan: Scan, keyword: str) -> bool:
    after = scan.peek(len(keyword))
    return scan.at(keyword) and (not after or after in METACHARACTERS)


def _read_case(level: Level) -> None:
    scan, opened = level.scan, level.scan.position
    scan.skip_blanks()
    subject = read_word(scan)
    _skip_lines(scan)
    if not _at_keyword(scan, "in"):
        raise Lost(opened, "this `case` has no `in`", "write `case … in`")
    scan.position += 2
    scan.emit(Command("case", subject.start, [subject]))
    level.open += [
        Opener("case", level.pipeline, opened - 4),
        Opener("pattern", level.pipeline, opened),
    ]


def _read_patterns(level: Level) -> None:
    """`a | b )` of a `case`, or its end."""
    scan = level.scan
    _skip_lines(scan)
    level.open.pop()
    if not scan.peek():
        raise scan.unclosed(level.open[-1].at, "this `case`", "`esac`")
    if _at_keyword(scan, "esac"):
        scan.position += 4
        level.pipeline = level.open.pop().pipeline
        _close_compound(level)
        return
    command = Command("case", scan.position)
    scan.position += scan.peek() == "("
    while True:
        scan.skip_blanks()
        word = read_word(scan)
        command.words.append(word)
        scan.skip_blanks()
        if word.end == word.start or scan.peek() not in ("|", ")"):
            raise Lost(
                scan.position,
                "this is no pattern of a `case`",
                "write `pattern)` before the commands",
            )
        scan.position += 1
        if scan.text[scan.position - 1] == ")":
            break
    scan.emit(command)
    level.fresh = True


def _read_function(level: Level) -> None:
    scan, start = level.scan, level.scan.position
    scan.skip_blanks()
    scan.emit(Command("simple", start, [read_word(scan)]))
    scan.skip_blanks()
    if scan.peek() == "(":
        scan.position += 1
        scan.skip_blanks()
        if scan.peek() != ")":
            raise Lost(start, "the parentheses of a function are empty", "write `name() {`")
        scan.position += 1


def _read_condition(level: Level) -> None:
    """The words and operators of `[[ … ]]`."""
    scan, opened = level.scan, level.scan.position - 2
    command = Command("condition", opened)
    while not _at_keyword(scan, "]]"):
        scan.skip_blanks()
        if not scan.peek():
            raise scan.unclosed(opened, "this `[[`", "`]]`")
        if _at_keyword(scan, "]]"):
            break
        _read_operand(scan, command)
    scan.position += 2
    scan.emit(command)
    _close_compound(level)


def _read_operand(scan: Scan, command: Command) -> None:
    if command.words and command.words[-1].value == "=~":
        command.words.append(_read_regex(scan))
        return
    word = read_word(scan)
    if word.end > word.start:
        command.words.append(word)
        return
    if scan.peek() != "\n":
        command.words.append(Word(scan.position, scan.position + 1, scan.peek()))
    scan.position += 1


def _read_regex(scan: Scan) -> Word:
    """The right side of `=~`: parentheses and bars belong to it, a blank outside of parentheses ends it."""
    word, depth = Word(scan.position), 0
    while scan.peek() and (depth or scan.peek() not in " \t\n;&"):
        char = scan.peek()
        if char == HOLE:
            word.value += HOLE
            scan.place("bare", word.start, word)
        elif not read_quoting(scan, word):
            depth += (char == "(") - (char == ")")
            word.value += char
            scan.position += 1
    word.end = scan.position
    return word
