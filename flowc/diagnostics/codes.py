"""The registry of codes. A number is never used for another problem.

`F00` files and text, `F01` names, `F02` types and values, `F03` order, `F04` settings and structure,
`F05` scripts, `F06` components, `F07` what is known when, `F08` hints, `F09` what this version leaves out.
"""

from __future__ import annotations

from typing import Final

from runtime.model.slotted import dataclass


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
BAD_IMPORT: Final = Code("F0008", "an import that names no file")
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
BAD_ALLOWANCE: Final = Code("F0026", "a comment that can allow nothing")
TOO_DEEP: Final = Code("F0025", "brackets nested too deeply")
UNKNOWN_NAME: Final = Code("F0101", "a name that is not defined")
DUPLICATE_NAME: Final = Code("F0102", "a name that is defined twice")
UNKNOWN_TYPE: Final = Code("F0103", "a type that is not defined")
UNKNOWN_MEMBER: Final = Code("F0104", "a field or output that does not exist")
UNKNOWN_FUNCTION: Final = Code("F0105", "a function that does not exist")
NOT_A_VALUE: Final = Code("F0106", "a name that stands for something else")
RESERVED_NAME: Final = Code("F0107", "a name that has a meaning of its own")
TYPE_MISMATCH: Final = Code("F0201", "a value of the wrong type")
MAY_BE_MISSING: Final = Code("F0202", "a value that may be missing")
BAD_OPERANDS: Final = Code("F0203", "an operator between values it does not fit")
BAD_VALUE: Final = Code("F0204", "a text that does not stand for such a value")
BAD_CALL: Final = Code("F0205", "a function with arguments it does not take")
SECRET_SHOWN: Final = Code("F0206", "a secret where it would be seen")
CYCLE: Final = Code("F0301", "tasks that wait for one another")
ORDER_WITHIN: Final = Code("F0302", "an order between a group and its own member")
RECURSION: Final = Code("F0303", "a flow, task or file that needs itself")
BAD_OUTCOME: Final = Code("F0304", "a question about an outcome that does not exist")
DUPLICATE_SETTING: Final = Code("F0401", "a setting that is given twice")
MISPLACED: Final = Code("F0402", "a statement that does not belong here")
BAD_SETTING: Final = Code("F0403", "a setting with an impossible value")
TWO_ACTIONS: Final = Code("F0404", "a task with more than one action")
NO_ACTION: Final = Code("F0405", "a task without the action it needs")
NOT_EXHAUSTIVE: Final = Code("F0406", "a `match` that leaves a member out")
BAD_TEST: Final = Code("F0407", "a test that says something impossible")
UNSAFE_SCRIPT: Final = Code("F0501", "a value that a script would read as code")
SCRIPT_VALUE: Final = Code("F0502", "a value that cannot enter a script")
SCRIPT_SYNTAX: Final = Code("F0503", "a script that is broken")
UNKNOWN_COMPONENT: Final = Code("F0601", "a component that does not exist")
BROKEN_COMPONENTS: Final = Code("F0605", "components that cannot be loaded")
MISSING_ARGUMENT: Final = Code("F0602", "an argument that is missing")
UNKNOWN_ARGUMENT: Final = Code("F0603", "an argument that the callee does not take")
UNNAMED_ARGUMENT: Final = Code("F0604", "an argument without its name")
KNOWN_LATER: Final = Code("F0701", "a value that is known only later")
CONDITION_FAILS: Final = Code("F0702", "a default that its own condition refuses")
SCHEDULE_NEEDS_DEFAULT: Final = Code("F0703", "a scheduled flow with a parameter that has no default")
NEVER_RUNS: Final = Code("F0801", "a task that never runs")
UNUSED: Final = Code("F0802", "a name that nothing uses")
IMPLIED_ORDER: Final = Code("F0803", "an order that a reference makes already")
CONSTANT_CONDITION: Final = Code("F0804", "a condition that is always true")
UNNAMED_ITEMS: Final = Code("F0805", "items of a map that have no names")
RETRY_REPEATS: Final = Code("F0806", "something that may be done twice")
UNSET_VARIABLE: Final = Code("F0807", "a shell variable that nobody sets, with the name of a value")
RAW_TEXT: Final = Code("F0808", "text that is pasted into a script")
USELESS_ALLOWANCE: Final = Code("F0810", "a comment that allows what is not there")
ENDLESS: Final = Code("F0811", "a scheduled flow that may hang for ever")
PLAIN_SECRET: Final = Code("F0812", "a secret in a plain value")
LOCK_ORDER: Final = Code("F0813", "pools that may be waited for in a circle")
NEVER_FIRES: Final = Code("F0814", "a schedule without a time")
CLOCK_CHANGE: Final = Code("F0815", "a time that a change of the clocks skips or repeats")
SHELLCHECK: Final = Code("F0816", "a finding of ShellCheck")
UNBOUND_BRACES: Final = Code("F0817", "braces that bind nothing")
NOT_YET: Final = Code("F0901", "not compiled by this version yet")


def all_codes() -> dict[str, Code]:
    """Every code by its number."""
    return {code.number: code for code in globals().values() if isinstance(code, Code)}
