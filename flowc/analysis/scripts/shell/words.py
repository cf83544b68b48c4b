"""Reads words: their quoted and unquoted parts, and whether they are assignments or lists."""

from __future__ import annotations

import re

from flowc.analysis.scripts.joined import HOLE
from flowc.analysis.scripts.shell.commands import OPAQUE, Lost, Word
from flowc.analysis.scripts.shell.quoting import read_arithmetic, read_quoting
from flowc.analysis.scripts.shell.scan import METACHARACTERS, Scan

_PLAIN = re.compile(r"[^ \t\n;&|()<>\0'\"\\$`]+")
_HEAD = re.compile(r"([A-Za-z_]\w*)(\[)?", re.ASCII)


def read_word(scan: Scan, *, assignable: bool = False) -> Word:
    """The word at the cursor; an empty one (`end == start`) where no word begins.

    `assignable`: where `name=…`, `name[…]=…` and `name=(…)` are assignments.
    """
    word = Word(scan.position)
    if assignable:
        _read_assignment_head(scan, word)
    while char := scan.peek():
        if plain := _PLAIN.match(scan.text, scan.position, scan.end):
            word.value += plain[0]
            scan.position = plain.end()
        elif char in METACHARACTERS:
            if not _read_inside_metacharacter(scan, word):
                break
        elif char == HOLE:
            word.value += HOLE
            scan.place("bare", word.start, word)
        elif not read_quoting(scan, word):
            word.value += char
            scan.position += 1
    word.end = scan.position
    return word


def _read_inside_metacharacter(scan: Scan, word: Word) -> bool:
    """Process substitution and extended patterns, whose parentheses belong to the word; False: the word ends."""
    char = scan.peek()
    if char in "<>" and scan.peek(1) == "(" and scan.position == word.start:
        opened = scan.position
        word.value += OPAQUE
        scan.position += 2
        scan.read_substitution(scan, opened)
        return True
    if char == "(" and scan.position > word.start and scan.text[scan.position - 1] in "?*+@!" and not word.assigns:
        _read_group(scan, word)
        return True
    return False


def _read_group(scan: Scan, word: Word) -> None:
    """`@(a|b)` of bash: a pattern; quotes work in it, holes have no place in it."""
    opened = scan.position
    scan.nested()
    word.value += OPAQUE
    scan.position += 1
    inner = Word(scan.position)
    while scan.peek() != ")":
        if not scan.peek() or scan.peek() == "\n":
            raise Lost(
                opened,
                "this parenthesis does not fit what stands before it",
                "put a space before it",
            )
        if scan.peek() == HOLE:
            scan.place("group", opened)
        elif scan.peek() == "(":
            _read_group(scan, inner)
        elif not read_quoting(scan, inner):
            scan.position += 1
    for hole in inner.holes:
        scan.position, after = hole, scan.position
        scan.place("group", opened)
        scan.position = after
    scan.position += 1
    scan.depth -= 1


def _read_assignment_head(scan: Scan, word: Word) -> None:
    """`name=`, `name+=`, `name[…]=`, and the elements of `name=(…)`; leaves the cursor alone if there is none."""
    head = _HEAD.match(scan.text, scan.position, scan.end)
    if not head:
        return
    start = scan.position
    scan.position = head.end()
    if head[2]:
        read_arithmetic(scan, "]", head.end() - 1, "subscript")
    scan.position += scan.at("+=")
    if scan.peek() != "=":
        scan.forget(start)
        return
    scan.position += 1
    word.assigns = head[1]
    word.value = head[1] + ("[]" if head[2] else "") + "="
    if scan.peek() == "(":
        _read_elements(scan, word)


def _read_elements(scan: Scan, word: Word) -> None:
    opened = scan.position
    scan.nested()
    scan.position += 1
    while True:
        scan.skip_blanks()
        if not scan.peek():
            raise scan.unclosed(opened, "this list", "a `)`")
        if scan.peek() == ")":
            break
        if scan.peek() == "\n":
            scan.position += 1
        elif scan.peek() == "#":
            scan.skip_comment()
        else:
            _read_element(scan, word)
    scan.position += 1
    scan.depth -= 1


def _read_element(scan: Scan, word: Word) -> None:
    """One word of a list; `[…]=` at its beginning is a subscript, whatever quotes and blanks are in it."""
    start = scan.position
    if scan.peek() == "[":
        scan.position += 1
        try:
            read_arithmetic(scan, "]", start, "subscript")
        except Lost as lost:
            raise Lost(start, "this may be a subscript, and it does not end", "put it in quotes") from lost
    subscript_end = scan.position
    element = read_word(scan)
    if element.end == start:
        raise Lost(scan.position, f"`{scan.peek()}` has no place in a list", "put it in quotes")
    element.start = start
    element.value = scan.text[start:subscript_end] + element.value
    word.elements.append(element)
