"""What a command does with its words: where a value would be read as code, and where it must be a number."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Literal

from flowc.analysis.scripts.joined import HOLE
from flowc.analysis.scripts.shell.commands import DECLARING, Command, Word
from flowc.analysis.scripts.shell.invocation import Invocation
from flowc.analysis.scripts.shell.programs import SHELLS, WRAPPERS, base_name, program_named
from runtime.model.slotted import dataclass

_EVALUATED = frozenset({"BASHPID", "HISTCMD", "OPTIND", "RANDOM", "SRANDOM"})
_CODE_VARIABLES = frozenset({"BASH_ENV", "ENV", "PROMPT_COMMAND", "PS0", "PS1", "PS2", "PS4"})
_NAMING = frozenset({"read", "unset", "mapfile", "readarray", "getopts", "wait", "let"})
_CODE_BUILTINS = frozenset({"eval", "alias", "bind", "complete", "compgen", "fc", "trap"})
_PROGRAM_OPTIONS = frozenset({"-exec", "-execdir", "-ok", "-okdir"})
_ASSIGNMENT = re.compile(r"([A-Za-z_]\w*)=", re.ASCII)
_NAME_IT = "give the value to a variable of another name"
_CHOICE = "it would choose the program that runs"
_CHOICE_HELP = "write the program's name, and give the value as an argument"
_ARITHMETIC_TESTS = frozenset({"-eq", "-ne", "-lt", "-le", "-gt", "-ge"})
_VARIABLE_TESTS = frozenset({"-v", "-R"})


@dataclass(frozen=True, slots=True)
class Demand:
    """What a command asks of the hole at `position`.

    `refused`: no value may stand there. `int`, `path`: only one of that type. `list`: a list may stand there as well,
    unless another demand says `one`. `reason` is a clause after a colon; `help` is a format string with `shown`.
    """

    position: int
    kind: Literal["refused", "int", "path", "list", "one"]
    reason: str = ""
    help: str = ""


def demands(commands: list[Command], text: str) -> Iterator[Demand]:
    """The demands of all commands, any number for a position."""
    numbers = _number_variables(commands)
    for command in commands:
        yield from _of_lists(command)
        yield from _of_redirects(command)
        yield from _of_assignments(command, numbers, text)
        match command.kind:
            case "simple":
                yield from _of_simple(commands, command, text, numbers)
            case "for":
                yield from _of_for(command, numbers)
            case "condition":
                yield from _of_condition(command)


def _refuse(word: Word, reason: str, help: str) -> Iterator[Demand]:
    for hole in word.holes:
        yield Demand(hole, "refused", reason, help)


def _refuse_span(text: str, start: int, end: int, reason: str, help: str) -> Iterator[Demand]:
    """Refuse every hole of a stretch of the script, those in `$( )` included."""
    for position in range(start, end):
        if text[position] == HOLE:
            yield Demand(position, "refused", reason, help)


def _number_span(text: str, start: int, end: int, reason: str, help: str) -> Iterator[Demand]:
    """Take only numbers in a stretch of the script, in `$( )` too: what comes out of a command may hold its values."""
    for refused in _refuse_span(text, start, end, reason, help):
        yield Demand(refused.position, "int", reason, help)


def _number(word: Word, reason: str, help: str) -> Iterator[Demand]:
    for hole in word.holes:
        yield Demand(hole, "int", reason, help)


def _of_lists(command: Command) -> Iterator[Demand]:
    """Where a list may become several words."""
    words = command.words[1:] if command.kind in ("simple", "for") else []
    words = [*words, *(element for word in command.assignments for element in word.elements)]
    for word in words:
        if word.whole:
            yield Demand(word.start, "list")


def _of_redirects(command: Command) -> Iterator[Demand]:
    for redirect in command.redirects:
        if redirect.operator in (">&", "<&"):
            reason = f"bash expands what follows `{redirect.operator}` twice, so it would run code in the value"
            yield from _number(redirect.target, reason, "write `> {{{{ {shown} }}}} 2>&1` for a file")


def _number_variables(commands: list[Command]) -> frozenset[str]:
    """Variables whose assignment bash evaluates: its own, and those declared integers or references."""
    names = set(_EVALUATED)
    for command in commands:
        words = command.words
        while words:
            flags = "".join(word.value for word in words[1:] if word.value.startswith("-"))
            if words[0].value in DECLARING and set(flags) & set("in"):
                names |= {word.assigns or word.value.partition("=")[0] for word in words[1:]}
            _, words = _unwrap(words)
    return frozenset(names)


def _of_assignments(command: Command, numbers: frozenset[str], text: str) -> Iterator[Demand]:
    for word in command.assignments:
        if word.assigns in _CODE_VARIABLES:
            yield from _refuse_span(text, word.start, word.end, f"a shell runs what `{word.assigns}` holds", _NAME_IT)
        if word.assigns in numbers:
            for part in (word, *word.elements):
                reason = f"bash evaluates what is assigned to `{word.assigns}`"
                yield from _number(part, reason, "assign it to another variable")


def _of_for(command: Command, numbers: frozenset[str]) -> Iterator[Demand]:
    name, *items = command.words
    yield from _refuse(name, "a value cannot be the name of a variable", "write a fixed name after `for`")
    if name.value in numbers:
        for item in items:
            reason = f"bash evaluates what is assigned to `{name.value}`"
            yield from _number(item, reason, "use another variable in this loop")


def _of_condition(command: Command) -> Iterator[Demand]:
    """`[[ ]]` evaluates both sides of `-eq` and its kin, and the operand of `-v`."""
    words = command.words
    for index, word in enumerate(words):
        around = {words[index - 1].value if index else "", words[index + 1].value if index + 1 < len(words) else ""}
        if around & _ARITHMETIC_TESTS:
            help = "compare texts with `==`, or make it an `int`"
            yield from _number(word, "bash evaluates both sides of such a comparison", help)
        if index and words[index - 1].value in _VARIABLE_TESTS:
            yield from _refuse(word, f"bash evaluates the name after `{words[index - 1].value}`", "write a fixed name")


def _of_simple(commands: list[Command], command: Command, text: str, numbers: frozenset[str]) -> Iterator[Demand]:
    words = command.words
    if words:
        yield from _refuse(words[0], _CHOICE, _CHOICE_HELP)
        yield from _of_hidden_shells(words, text)
    input = _input_spans(commands, command)
    while words:
        yield from _of_builtin(words, text, numbers)
        yield from _of_program(words, text, input)
        before, words = _unwrap(words)
        yield from _of_wrapper(before, words, text)


def _of_builtin(words: list[Word], text: str, numbers: frozenset[str]) -> Iterator[Demand]:
    name, arguments = words[0].value, words[1:]
    if name in _CODE_BUILTINS and arguments:
        reason = f"`{name}` reads its arguments as code"
        help = "call the command directly, with the value as an argument"
        yield from _refuse_span(text, arguments[0].start, arguments[-1].end, reason, help)
    elif name in (".", "source") and arguments and arguments[0].value.startswith(HOLE):
        help = "make it a `path`, or write a fixed name"
        yield from (Demand(hole, "path", f"`{name}` runs this file", help) for hole in arguments[0].holes)
    elif name in DECLARING:
        yield from _of_declaration(name, arguments, text, numbers)
    elif name in _NAMING:
        for word in arguments:
            yield from _number(word, f"bash evaluates the arguments of `{name}`", "only an `int` can stand here")
    elif name == "printf":
        yield from _of_printf(arguments)
    elif name in ("[", "test"):
        yield from _of_test(arguments)


def _of_declaration(name: str, arguments: list[Word], text: str, numbers: frozenset[str]) -> Iterator[Demand]:
    """`export A={{ x }}` is an assignment like any other; `declare` may evaluate the value as a list."""
    flags = "".join(word.value for word in arguments if word.value.startswith("-"))
    plain = name in ("export", "readonly") and not set(flags) & set("aAinf")
    for word in arguments:
        if word.assigns in _CODE_VARIABLES:
            yield from _refuse_span(text, word.start, word.end, f"a shell runs what `{word.assigns}` holds", _NAME_IT)
        if not (plain and word.assigns and word.assigns not in numbers and not word.elements):
            help = "declare the name first and assign after: `local name; name={{{{ {shown} }}}}`"
            for part in (word, *word.elements):
                yield from _number(part, f"bash may evaluate an argument of `{name}`", help)


def _of_printf(arguments: list[Word]) -> Iterator[Demand]:
    rest = list(arguments)
    if rest and rest[0].value == "-v":
        for word in rest[1:2]:
            yield from _refuse(word, "bash evaluates the name after `-v`", "write a fixed name")
        rest = rest[2:]
    if rest and rest[0].value == "--":
        rest = rest[1:]
    if rest:
        help = "write `%s` in the format, and the value after it: `printf '%s\\n' {{{{ {shown} }}}}`"
        yield from _refuse(rest[0], "`printf` would read it as a part of its format", help)


def _of_test(arguments: list[Word]) -> Iterator[Demand]:
    for word in arguments:
        if word.whole:
            yield Demand(word.start, "one")
    for before, word in pairwise(arguments):
        if before.value in _VARIABLE_TESTS:
            yield from _refuse(word, f"bash evaluates the name after `{before.value}`", "write a fixed name")
        elif before.value.startswith(HOLE):
            reason = "the value before it could be the operator `-v`, and bash evaluates what follows that"
            yield from _refuse(word, reason, "put an operator such as `=` between the two")


def _of_program(words: list[Word], text: str, input: list[tuple[int, int]]) -> Iterator[Demand]:
    """Programs that read code from an option, an operand or their standard input."""
    name = base_name(words[0].value)
    program = program_named(name)
    if not program:
        yield from _of_choices(words)
        return
    call = Invocation.of(program, words)
    help = program.help.replace("{name}", name)
    for word in call.code:
        reason = f"`{name}` reads it as code"
        demanded = _number_span if program.numbers else _refuse_span
        yield from demanded(text, word.start, word.end, reason, help)
    for word in call.doubtful:
        reason = f"the value could be an option by which `{name}` takes code"
        yield from (Demand(hole, "path", reason, "make it a `path`, or put `--` before it") for hole in word.holes)
    for word in words[1:]:
        if word.whole and word not in call.free:
            yield Demand(word.start, "one")
    if call.reads_input:
        for start, end in input:
            yield from _refuse_span(text, start, end, f"`{name}` reads its standard input as code", help)


def _of_choices(words: list[Word]) -> Iterator[Demand]:
    """`find … -exec program`."""
    for before, word in pairwise(words):
        if before.value in _PROGRAM_OPTIONS:
            yield from _refuse(word, _CHOICE, _CHOICE_HELP)


def _input_spans(commands: list[Command], command: Command) -> list[tuple[int, int]]:
    """All of the script that may reach the command's standard input."""
    spans = list(command.bodies)
    spans += [(entry.target.start, entry.target.end) for entry in command.redirects if entry.operator == "<<<"]
    if command.piped is not None:
        spans.append((command.piped, command.start))
        feeding = (other for other in commands if command.piped <= other.start < command.start)
        spans += [body for other in feeding for body in other.bodies]
    return spans


def _of_hidden_shells(words: list[Word], text: str) -> Iterator[Demand]:
    """`anything … sh -c "…"`: whatever the program in front does with it, it is there to be run."""
    for index in range(1, len(words)):
        name = base_name(words[index].value)
        if name in SHELLS and (program := program_named(name)):
            call = Invocation.of(program, words[index:])
            if call.code:
                word, help = call.code[0], program.help.replace("{name}", name)
                yield from _refuse_span(text, word.start, word.end, f"`{name}` reads it as code", help)


def _unwrap(words: list[Word]) -> tuple[list[Word], list[Word]]:
    """The words of a wrapper such as `env`, and those of the command that it runs (none if it is no wrapper)."""
    name = base_name(words[0].value)
    wrapper = WRAPPERS.get(name)
    if not wrapper:
        return [], []
    index, skipped = 1, wrapper.skipped
    while index < len(words):
        value = words[index].value
        if value.startswith("-") and len(value) > 1:
            if name == "command" and value in ("-v", "-V"):
                return [], []
            index += 2 if value[-1] in wrapper.valued and not value.startswith("--") else 1
        elif name in ("env", "sudo", "doas") and _ASSIGNMENT.match(value):
            index += 1
        elif skipped:
            index, skipped = index + 1, skipped - 1
        else:
            break
    return words[:index], words[index:]


def _of_wrapper(before: list[Word], words: list[Word], text: str) -> Iterator[Demand]:
    for word in before[1:]:
        if word.whole:
            yield Demand(word.start, "one")
        name = _ASSIGNMENT.match(word.value)
        if name and name[1] in _CODE_VARIABLES:
            yield from _refuse_span(text, word.start, word.end, f"a shell runs what `{name[1]}` holds", _NAME_IT)
        if word.value.startswith(("-S", "--split-string", "-" + HOLE)):
            yield from _refuse(word, _CHOICE, _CHOICE_HELP)
    for option, word in pairwise(before):
        if option.value == "-S" and base_name(before[0].value) == "env":
            yield from _refuse(word, _CHOICE, _CHOICE_HELP)
    if before and words:
        yield from _refuse(words[0], _CHOICE, _CHOICE_HELP)
