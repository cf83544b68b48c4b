"""Characters that have no meaning in the language: what was meant by them, and where it goes on behind them."""

from __future__ import annotations

import re
from typing import Final

from flowc.diagnostics import Fix
from runtime.model.slotted import dataclass

_WORDS_FOR_SIGNS: Final = {"&": "and", "&&": "and", "|": "or", "||": "or", "!": "not"}
_CURLY_END: Final = re.compile(r"[^\n]*[”’»]")
_BLOCK_OF_YAML: Final = re.compile(r"(?P<indent>[ \t]*)[^\n]*\b(?P<word>\w+)(?P<sign>[ ]*:[ ]*\|[-+]?)[ ]*\n")


@dataclass(frozen=True, slots=True)
class Meaningless:
    """What to say of such a character, and the end of what cannot be read because of it. `fixes`: what to write."""

    message: str
    help: str
    end: int
    fixes: tuple[Fix, ...] = ()
    whole: bool = False


def meaningless(text: str, begin: int, end: int) -> Meaningless:
    """What the characters at `begin` to `end` were meant to be."""
    bad = text[begin:end]
    if bad == "|" and (block := _block_of_yaml(text, begin)) is not None:
        return block
    if bad[0] in "“”„‘’«»":
        return _curly(text, begin, end)
    message, help = f"`{bad[:20]}` has no meaning here", ""
    fixes: tuple[Fix, ...] = ()
    if bad[0] == "\0":
        message, help = "there is a NUL character in the file", "save the file as plain text"
    elif not bad.isprintable() or bad.isspace():
        message = f"there is a character here that cannot be seen (U+{ord(bad[0]):04X})"
        help = "replace it by a plain space"
    elif bad == "|":
        help = "a function is called: `upper(name)`; a choice between conditions is written `or`"
    elif bad in _WORDS_FOR_SIGNS:
        help = f"write `{_WORDS_FOR_SIGNS[bad]}`"
        fixes = (Fix((begin, end), _WORDS_FOR_SIGNS[bad], certain=len(bad) == 2),)
    elif bad == "%":
        help = "write `mod(a, b)` for the rest of a division; a percentage is `10%`, without a space"
    elif bad == "$":
        help = "a value is named without `$`; in a script write `{{ name }}`"
    return Meaningless(message, help, end, fixes)


def _curly(text: str, begin: int, end: int) -> Meaningless:
    closing = _CURLY_END.match(text, end)
    help = "write straight quotes: \"…\" or '…'"
    return Meaningless(f"`{text[begin:end][:20]}` has no meaning here", help, closing.end() if closing else end)


def _block_of_yaml(text: str, begin: int) -> Meaningless | None:
    """`sh: |` with lines below it that stand further in."""
    start = text.rfind("\n", 0, begin) + 1
    head = _BLOCK_OF_YAML.match(text, start)
    if head is None or head.end("sign") < begin:
        return None
    inside = re.compile(rf"(?:{re.escape(head['indent'])}[ \t]+[^\n]*\n|[ \t]*\n)*").match(text, head.end())
    end = inside.end() if inside else head.end()
    while end > head.end() and text[end - 1] in " \t\n":
        end -= 1
    lines = text[head.end() : end]
    fixes: tuple[Fix, ...] = ()
    if lines and '"""' not in lines:
        closing = Fix((end, end), f'\n{head["indent"]}"""', certain=True)
        fixes = (Fix(head.span("sign"), ' """', certain=True), closing)
    help = f'write `{head["word"]} """` there, and `"""` below the last line'
    return Meaningless('a text of many lines stands between `"""`', help, end, fixes)
