"""Reads what keywords begin: loops, `case`, `[[ ]]`, functions; and what closes them."""

from __future__ import annotations

import re

from flowc.analysis.scripts.joined import HOLE
from flowc.analysis.scripts.shell.commands import Command, Lost, Word
from flowc.analysis.scripts.shell.level import Level, Opener, close_compound
from flowc.analysis.scripts.shell.quoting import read_arithmetic, read_quoting
from flowc.analysis.scripts.shell.scan import METACHARACTERS, Scan
from flowc.analysis.scripts.shell.words import read_word

_WORDS = r"if|then|elif|else|fi|while|until|for|select|do|done|case|esac|function|time|coproc|!|\{|\}|\[\["
_KEYWORD = re.compile(rf"(?:{_WORDS})(?=[ \t\n;&|()<>]|\Z)")
_ENDS = {"if": "fi", "{": "}", "case": "esac"}
_CLOSES = {"fi": ("if",), "done": ("do",), "}": ("{",), "esac": ("case",)}


def keyword_at(scan: Scan) -> str | None:
    """The keyword under the cursor, if a word that could be one stands there."""
    found = _KEYWORD.match(scan.text, scan.position, scan.end)
    return found.group() if found else None


def is_keyword(word: str) -> bool:
    return re.fullmatch(_WORDS, word) is not None


def read_keyword(level: Level, keyword: str) -> None:
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
        close_compound(level)
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


def check_closed(level: Level) -> None:
    if level.open:
        opener = level.open[-1]
        keyword = re.match(r"\S+", level.scan.text[opener.at :])
        shown = keyword.group() if keyword else opener.kind
        raise level.scan.unclosed(opener.at, f"this `{shown}`", f"`{_ENDS.get(opener.kind, 'done')}`")
    if level.opened is not None and not level.scan.peek():
        raise level.scan.unclosed(level.opened, "this parenthesis", "a `)`")


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


def read_patterns(level: Level) -> None:
    """`a | b )` of a `case`, or its end."""
    scan = level.scan
    _skip_lines(scan)
    level.open.pop()
    if not scan.peek():
        raise scan.unclosed(level.open[-1].at, "this `case`", "`esac`")
    if _at_keyword(scan, "esac"):
        scan.position += 4
        level.pipeline = level.open.pop().pipeline
        close_compound(level)
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
    close_compound(level)


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
