"""Reads quotes, escapes, and what `$` and a backquote begin; notes the place of every hole in them.

Arithmetic, subscripts and offsets are the places in which a shell may run what a value says.
"""

from __future__ import annotations

import re

from flowc.analysis.scripts.joined import HOLE
from flowc.analysis.scripts.shell.commands import OPAQUE, Lost, PlaceKind, Word
from flowc.analysis.scripts.shell.scan import Scan

_NAME = re.compile(r"[A-Za-z_]\w*|[0-9@*#?$!-]", re.ASCII)
_PLAIN = re.compile(r'[^"$`\\\0]+')
_PARAMETER = re.compile(r"[#!]?(?:[A-Za-z_]\w*|\d+|[@*#?$!-])?", re.ASCII)


def read_quoting(scan: Scan, word: Word) -> bool:
    """Step over a quoted part or an expansion in unquoted text; False if none begins here."""
    char = scan.peek()
    if char == "'":
        read_single(scan, word)
    elif char == '"':
        read_double(scan, word, "double")
    elif char == "\\":
        _read_escape(scan, word)
    elif char == "$":
        read_dollar(scan, word, quoted=False)
    elif char == "`":
        read_backquote(scan, word)
    else:
        return False
    return True


def read_single(scan: Scan, word: Word, kind: PlaceKind = "single") -> None:
    opened = scan.position
    close = scan.text.find("'", opened + 1, scan.end)
    if close < 0:
        raise scan.unclosed(opened, "this single quote", "a `'`")
    word.quoted = True
    word.value += scan.text[opened + 1 : close]
    scan.position = opened + 1
    scan.place_all(kind, opened, close)
    scan.position = close + 1


def read_double(scan: Scan, word: Word, kind: PlaceKind) -> None:
    """A part in double quotes; holes in it are of `kind`."""
    opened = scan.position
    word.quoted = True
    scan.position += 1
    while scan.peek() != '"':
        if plain := _PLAIN.match(scan.text, scan.position, scan.end):
            word.value += plain[0]
            scan.position = plain.end()
            continue
        if not scan.peek():
            raise scan.unclosed(opened, "this double quote", 'a `"`')
        read_expanding(scan, word, kind, opened)
    scan.position += 1


def read_expanding(scan: Scan, word: Word, kind: PlaceKind, opened: int) -> None:
    """One step in text in which `$`, backquote and backslash work: double quotes, an unquoted here-document."""
    char = scan.peek()
    if char == HOLE:
        word.value += HOLE
        if kind in ("double", "heredoc"):
            scan.place(kind, opened, word)
        else:
            scan.place(kind, opened)
    elif char == "\\":
        if scan.peek(1) == HOLE:
            scan.position += 1
            scan.place("escaped", scan.position - 1)
        elif not scan.continuation():
            word.value += scan.peek(1) if scan.peek(1) in '$`"\\' else char + scan.peek(1)
            scan.step(2)
    elif char == "$":
        read_dollar(scan, word, quoted=True)
    elif char == "`":
        read_backquote(scan, word)
    else:
        word.value += char
        scan.position += 1


def read_dollar(scan: Scan, word: Word, *, quoted: bool) -> None:
    """Step over what a `$` begins."""
    opened, following = scan.position, scan.peek(1)
    if following == HOLE:
        scan.position += 1
        scan.place("dollar", opened)
    elif following == "(":
        word.value += OPAQUE
        _read_parenthesis(scan)
    elif following == "{":
        word.value += OPAQUE
        read_parameter(scan, quoted=quoted)
    elif following == "[":
        word.value += OPAQUE
        scan.position += 2
        read_arithmetic(scan, "]", opened, "arithmetic")
    elif following == "'" and not quoted:
        _read_ansi(scan, word)
    elif following == '"' and not quoted:
        scan.position += 1
        read_double(scan, word, "dollar")
    elif following == "\\" and scan.peek(2) == "\n":
        raise Lost(opened, "the line breaks right after `$`", "keep this on one line")
    elif name := _NAME.match(scan.text, opened + 1, scan.end):
        word.value += OPAQUE
        scan.position = name.end()
    else:
        word.value += "$"
        scan.position += 1


def read_backquote(scan: Scan, word: Word) -> None:
    opened = scan.position
    close = opened + 1
    while close < scan.end and scan.text[close] != "`":
        close += 2 if scan.text[close] == "\\" else 1
    if close >= scan.end:
        raise scan.unclosed(opened, "this backquote", "a backquote")
    inside = re.sub(r"\\.", "", scan.text[opened + 1 : close], flags=re.DOTALL)
    if inside.count("'") % 2 or inside.count('"') % 2:
        raise Lost(
            opened,
            "the quotes between these backquotes do not pair up",
            "write `$( )` in place of backquotes",
        )
    word.value += OPAQUE
    scan.position = opened + 1
    scan.place_all("backquote", opened, close)
    scan.position = close + 1


def _read_escape(scan: Scan, word: Word) -> None:
    if scan.peek(1) == HOLE:
        scan.position += 1
        scan.place("escaped", scan.position - 1)
    elif not scan.continuation():
        word.quoted = True
        word.value += scan.peek(1)
        scan.step(2)


def _read_ansi(scan: Scan, word: Word) -> None:
    """`$'…'`. Where a machine's `sh` does not know it, a `\\'` in it ends elsewhere."""
    opened = scan.position
    close = opened + 2
    while close < scan.end and scan.text[close] != "'":
        if scan.text[close] == "\\" and scan.text[close + 1 : close + 2] == "'" and not scan.bash:
            raise Lost(
                opened,
                "not every `sh` reads `$'…\\'…'` in the same way",
                "write `bash` in place of `sh`",
            )
        close += 2 if scan.text[close] == "\\" else 1
    if close >= scan.end:
        raise scan.unclosed(opened, "this single quote", "a `'`")
    word.quoted = True
    word.value += OPAQUE
    scan.position = opened + 2
    scan.place_all("ansi", opened, close)
    scan.position = close + 1


def _read_parenthesis(scan: Scan) -> None:
    """`$((…))` or `$(…)`."""
    opened = scan.position
    if scan.peek(2) == "(":
        scan.position += 3
        read_arithmetic(scan, "))", opened, "arithmetic")
        return
    scan.position += 2
    scan.read_substitution(scan, opened)


def read_arithmetic(scan: Scan, closer: str, opened: int, kind: PlaceKind) -> None:
    """Step over an expression and its `closer` (`))`, `]`, or `}` which is left to the caller)."""
    scan.nested()
    parentheses = brackets = 0
    while not (parentheses == brackets == 0 and scan.peek() == closer[0]):
        char = scan.peek()
        if not char:
            raise scan.unclosed(opened, "this arithmetic", f"`{closer}`")
        if char == HOLE:
            _place_number(scan, "subscript" if brackets else kind, opened)
            continue
        if _read_inner_quoting(scan):
            continue
        parentheses += (char == "(") - (char == ")")
        brackets += (char == "[") - (char == "]")
        scan.position += 1
    if closer != "}":
        _close(scan, closer, opened)
    scan.depth -= 1


def read_parameter(scan: Scan, *, quoted: bool) -> None:
    """Step over `${…}`. Numbers may stand in a subscript and an offset, and nothing of ours anywhere else."""
    opened = scan.position
    scan.nested()
    scan.position += 2
    if scan.peek() and scan.peek() in " \t\n|(":
        raise Lost(opened, "`${` runs commands here", "use `$( )`")
    name = _PARAMETER.match(scan.text, scan.position, scan.end)
    scan.position = name.end() if name else scan.position
    if scan.peek() == "[":
        scan.position += 1
        read_arithmetic(scan, "]", scan.position - 1, "subscript")
    if scan.peek() == ":" and scan.peek(1) not in ("", "-", "=", "?", "+", "}"):
        scan.position += 1
        read_arithmetic(scan, "}", scan.position - 1, "offset")
    _read_operand(scan, opened, quoted=quoted)
    scan.position += 1
    scan.depth -= 1


def _read_operand(scan: Scan, opened: int, *, quoted: bool) -> None:
    """What follows the name in `${name…}`, up to the brace."""
    inner = Word(scan.position)
    while scan.peek() != "}":
        char = scan.peek()
        if not char:
            raise scan.unclosed(opened, "this `${`", "a `}`")
        if char == HOLE:
            scan.place("parameter", opened)
        elif char == "'" and quoted:
            raise Lost(
                scan.position,
                "shells differ on a single quote in `${ }` in double quotes",
                "use a variable",
            )
        elif char == "\\" and scan.peek(1) != HOLE:
            scan.step(2)
        elif char == '"':
            read_double(scan, inner, "parameter")
        elif not read_quoting(scan, inner):
            scan.position += 1


def _place_number(scan: Scan, kind: PlaceKind, opened: int) -> None:
    """A hole that is to be a number by itself: glued to a letter, digit or other hole it would make another one."""
    around = scan.text[max(scan.position - 1, opened) : scan.position] + scan.peek(1)
    glued = any(char.isalnum() or char in "_#'\"`$" + HOLE for char in around)
    scan.place("glued" if glued else kind, opened)


def _close(scan: Scan, closer: str, opened: int) -> None:
    if not scan.at(closer):
        raise Lost(
            opened,
            "this may be arithmetic or commands in parentheses",
            "put a space between the two parentheses if they are commands",
        )
    scan.position += len(closer)


def _read_inner_quoting(scan: Scan) -> bool:
    inner = Word(scan.position)
    char = scan.peek()
    if char == '"':
        read_double(scan, inner, "quoted arithmetic")
    elif char == "'":
        read_single(scan, inner, "quoted arithmetic")
    elif char == "\\":
        scan.step(1 if scan.peek(1) == HOLE else 2)
    elif char == "$":
        read_dollar(scan, inner, quoted=True)
    elif char == "`":
        read_backquote(scan, inner)
    else:
        return False
    return True
