"""The registry of codes. A number is never used for another problem.

`F00` files and text, `F01` names, `F02` types and values, `F03` order, `F04` settings and structure,
`F05` scripts, `F06` components, `F07` what is known when, `F08` hints, `F09` what this version leaves out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Code:
    """A kind of problem: its number and, in a few words, what it is."""

    number: str
    title: str

    def __str__(self) -> str:
        return self.number


FILE_MISSING: Final = Code("F0001", "the file is missing")
FILE_IS_FOLDER: Final = Code("F0002", "a folder where a file is needed")
FILE_UNREADABLE: Final = Code("F0003", "the file cannot be read")
FILE_TOO_LARGE: Final = Code("F0004", "the file is too large")
FILE_NOT_UTF8: Final = Code("F0005", "the file is not UTF-8")
FILE_EMPTY: Final = Code("F0006", "the file declares nothing")
FILE_AZKABAN: Final = Code("F0007", "a flow of Azkaban")
BAD_CHARACTER: Final = Code("F0010", "a character that has no meaning here")
UNCLOSED_TEXT: Final = Code("F0011", "a text without its closing quote")
BAD_ESCAPE: Final = Code("F0012", "an escape that does not exist")
UNCLOSED_HOLE: Final = Code("F0013", "`{{` without its `}}`")
BAD_LITERAL: Final = Code("F0014", "a literal that is almost right")
BAD_NAME: Final = Code("F0015", "a name that cannot be one")
SYNTAX: Final = Code("F0020", "text that is not of the language here")
UNCLOSED_BLOCK: Final = Code("F0021", "a block or bracket that is not closed")
STRAY_CLOSE: Final = Code("F0022", "a closing bracket without its opening one")
UNKNOWN_STATEMENT: Final = Code("F0023", "a statement that does not exist")
MISSING_PART: Final = Code("F0024", "a statement that lacks a part")
TOO_DEEP: Final = Code("F0025", "brackets nested too deeply")
NOT_YET: Final = Code("F0901", "not compiled by this version yet")


def all_codes() -> dict[str, Code]:
    """Every code by its number."""
    return {code.number: code for code in globals().values() if isinstance(code, Code)}
