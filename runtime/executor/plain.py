"""Whether a shell script is so plain that the gate's shell can run it itself, without a fork.

What runs in that shell must not keep it from leaving the exit code: no `exec`, no `trap`, no limit on files, no change
of what `echo` means. That is proved, not searched for: a script is plain if all of it is commands with fixed names, and
words, of a few simple forms. A script that is not is none the worse, it costs another process.
"""

from __future__ import annotations

import re
from typing import Final

_BLANK: Final = r"(?:[ \t]|\\\n)"
_NAME: Final = r"[A-Za-z_][A-Za-z0-9_]*"
_VARIABLE: Final = rf"\$(?:{_NAME}|\{{{_NAME}\}})"
_CHARACTER: Final = r"[A-Za-z0-9_./:=,+@%^-]"
_QUOTED: Final = rf"'[^']*'|\"(?:[^\"\\`$]|{_VARIABLE})*\""
_WORD: Final = rf"(?:{_CHARACTER}|{_QUOTED}|{_VARIABLE})+"
_REDIRECTION: Final = rf"(?:2?>>?{_BLANK}*{_WORD}|<{_BLANK}*{_WORD}|2>&1|>&2)"
_COMMAND: Final = rf"([A-Za-z_./][A-Za-z0-9_./-]*)(?:{_BLANK}+(?:{_REDIRECTION}|{_WORD}))*"
_BETWEEN: Final = rf"{_BLANK}*(?:&&|\|\|?|;|(?=\n)){_BLANK}*(?:\n{_BLANK}*)*"
_FIRST: Final = re.compile(rf"(?:{_BLANK}|\n)*")
_STEP: Final = re.compile(rf"{_COMMAND}(?:{_BETWEEN}|{_BLANK}*\Z)")

_MOST_CHARACTERS: Final = 4_000
# These change the shell itself, or run a text that was not looked at.
_CHANGES: Final = """
. : alias bg break builtin command continue declare disown enable eval exec fc fg hash jobs kill local mapfile readonly
return set shift shopt source trap typeset ulimit umask unalias unset wait
"""
# These are no commands: another command follows them.
_WORDS: Final = "case coproc do done elif else esac fi for function if in select then time until while"
_NOT_PLAIN: Final = frozenset((_CHANGES + _WORDS).split())


def is_plain(text: str) -> bool:
    """Whether it is proved that a script changes nothing of the shell that runs it but its folder and its variables."""
    if len(text) > _MOST_CHARACTERS or "_flower" in text:
        return False
    found = _FIRST.match(text)
    place = found.end() if found else 0
    while place < len(text):
        step = _STEP.match(text, place)
        if step is None or step[1] in _NOT_PLAIN:
            return False
        place = step.end()
    return True
