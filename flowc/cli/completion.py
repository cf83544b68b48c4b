"""Scripts that let shells complete a command: its verbs, their options, .flow files, names of flows and runs.

What does not change is written into the script, so that a press of the tab key starts no process for it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from enum import Enum, StrEnum
from typing import Annotated, Any, Final, get_args, get_origin, get_type_hints

from typer.models import ArgumentInfo, OptionInfo

from runtime.model.slotted import dataclass


class Shell(StrEnum):
    """The shells that are known."""

    bash = "bash"
    zsh = "zsh"
    fish = "fish"


@dataclass(frozen=True, slots=True)
class Flag:
    """An option. `names`: `--db`, `-n`; `valued`: a value follows it."""

    names: tuple[str, ...]
    help: str
    valued: bool


@dataclass(frozen=True, slots=True)
class Verb:
    """A verb; `words`: what its arguments may be: `files`, `flows`, `runs`, or written-out words."""

    name: str
    help: str
    flags: tuple[Flag, ...]
    words: tuple[str, ...]


_MARKUP: Final = re.compile(r"\[/?[a-z ]*\]")
_WORDS: Final = (("FILE", "files"), ("FLOW", "flows"), ("RUN", "runs"))
_LISTED: Final = ("flows", "runs")
"""What the command itself lists: `flower completion flows`."""


def verbs_of(functions: Mapping[str, Callable[..., int]]) -> list[Verb]:
    """The verbs of a command line by name, from the functions that do them: their annotations say what they take."""
    return [_verb(name, function) for name, function in functions.items()]


def _verb(name: str, function: Callable[..., int]) -> Verb:
    flags, words = [], dict[str, None]()
    for parameter, kind in get_type_hints(function, include_extras=True).items():
        value, *notes = get_args(kind) if get_origin(kind) is Annotated else (kind,)
        for note in notes:
            if isinstance(note, OptionInfo):
                names = _spelled(note) or (f"--{parameter.replace('_', '-')}",)
                flags.append(Flag(names, _first_line(note.help), value is not bool))
            elif isinstance(note, ArgumentInfo):
                words.update(
                    dict.fromkeys(_choices(value) or [word for part, word in _WORDS if part in str(note.metavar)])
                )
    if not any("--help" in flag.names for flag in flags):
        flags.append(Flag(("--help",), "Show the help", False))
    return Verb(name, _first_line(function.__doc__), tuple(flags), tuple(words))


def _spelled(option: OptionInfo) -> tuple[str, ...]:
    """The names that an option is given; typer keeps the first where a default would stand."""
    given = (option.default, *(option.param_decls or ()))
    return tuple(name for text in given if isinstance(text, str) and text.startswith("-") for name in text.split("/"))


def _choices(kind: Any) -> list[str]:
    return [str(member.value) for member in kind] if isinstance(kind, type) and issubclass(kind, Enum) else []


def _first_line(text: str | None) -> str:
    line = (text or "").strip().split("\n", 1)[0]
    return _MARKUP.sub("", line).split(". ", 1)[0].rstrip(".")


def script(shell: Shell, command: str, verbs: list[Verb]) -> str:
    """The script for a shell to read."""
    return _SCRIPTS[shell](command, verbs)


# bash


def _bash(command: str, verbs: list[Verb]) -> str:
    cases = "\n".join(
        f"        {verb.name}) options={_quoted(_flags(verb.flags))} valued={_quoted(_flags(_valued(verb)))}"
        f" words={_quoted(' '.join(verb.words))} ;;"
        for verb in verbs
    )
    return _BASH.format(command=command, verbs=" ".join(verb.name for verb in verbs), cases=cases)


_BASH: Final = """\
# Completion of {command} for bash. To use it: eval "$({command} completion bash)"
_{command}_complete() {{
    local current="${{COMP_WORDS[COMP_CWORD]}}" previous="${{COMP_WORDS[COMP_CWORD-1]}}"
    local options="" valued="" words="" word IFS=$' \\t\\n'
    COMPREPLY=()
    if [ "$COMP_CWORD" -eq 1 ]; then
        COMPREPLY=($(compgen -W "{verbs} --help --version" -- "$current"))
        return
    fi
    case "${{COMP_WORDS[1]}}" in
{cases}
    esac
    if [[ " $valued " == *" $previous "* ]]; then
        words="any"
    elif [[ "$current" == -* ]]; then
        COMPREPLY=($(compgen -W "$options" -- "$current"))
        return
    fi
    for word in $words; do
        IFS=$'\\n'
        case "$word" in
            any) compopt -o filenames 2>/dev/null; COMPREPLY+=($(compgen -f -- "$current")) ;;
            files)
                compopt -o filenames 2>/dev/null
                COMPREPLY+=($(compgen -f -X '!*.flow' -- "$current") $(compgen -d -- "$current"))
                ;;
            flows|runs) COMPREPLY+=($(compgen -W "$({command} completion "$word" 2>/dev/null)" -- "$current")) ;;
            *) COMPREPLY+=($(compgen -W "$word" -- "$current")) ;;
        esac
        IFS=$' \\t\\n'
    done
}}
complete -F _{command}_complete {command}
"""


# zsh


def _zsh(command: str, verbs: list[Verb]) -> str:
    cases = "\n".join(
        f"        {verb.name})\n"
        f"            options=({' '.join(_described(name, flag.help) for flag in verb.flags for name in flag.names)})\n"
        f"            valued=({_flags(_valued(verb))}) words_of=({' '.join(verb.words)}) ;;"
        for verb in verbs
    )
    described = "\n".join(f"        {_described(verb.name, verb.help)}" for verb in verbs)
    return _ZSH.format(command=command, verbs=described, cases=cases)


_ZSH: Final = """\
#compdef {command}
# Completion of {command} for zsh. To use it: eval "$({command} completion zsh)", after compinit
_{command}_complete() {{
    local -a verbs options valued words_of
    local word
    verbs=(
{verbs}
    )
    if (( CURRENT == 2 )); then
        _describe 'verb' verbs
        return
    fi
    case "$words[2]" in
{cases}
    esac
    if (( ${{valued[(Ie)$words[CURRENT-1]]}} )); then
        _files
        return
    fi
    if [[ "$words[CURRENT]" == -* ]]; then
        _describe -o 'option' options
        return
    fi
    for word in $words_of; do
        case "$word" in
            files) _files -g '*.flow' ;;
            flows|runs) compadd -- ${{(f)"$({command} completion $word 2>/dev/null)"}} ;;
            *) compadd -- "$word" ;;
        esac
    done
}}
compdef _{command}_complete {command}
"""


def _described(name: str, help: str) -> str:
    """`'name:help'` for `_describe`."""
    escaped = name.replace(":", "\\:")
    return _quoted(f"{escaped}:{help}")


# fish


def _fish(command: str, verbs: list[Verb]) -> str:
    lines = [
        f"# Completion of {command} for fish. To use it: {command} completion fish | source",
        f"complete -c {command} -f",
    ]
    for verb in verbs:
        lines.append(f"complete -c {command} -n __fish_use_subcommand -a {verb.name} -d {_fish_quoted(verb.help)}")
        here = f"complete -c {command} -n '__fish_seen_subcommand_from {verb.name}'"
        lines += [f"{here} {_fish_flag(flag)}" for flag in verb.flags]
        lines += [f"{here} -a {_fish_words(command, word)}" for word in verb.words]
    return "\n".join(lines) + "\n"


def _fish_flag(flag: Flag) -> str:
    names = " ".join(f"-l {name[2:]}" if name.startswith("--") else f"-s {name[1:]}" for name in flag.names)
    return f"{names}{' -r -F' if flag.valued else ''} -d {_fish_quoted(flag.help)}"


def _fish_words(command: str, word: str) -> str:
    if word == "files":
        return "'(__fish_complete_suffix .flow)'"
    return f"'({command} completion {word} 2>/dev/null)'" if word in _LISTED else word


def _fish_quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def _valued(verb: Verb) -> list[Flag]:
    return [flag for flag in verb.flags if flag.valued]


def _flags(flags: Iterable[Flag]) -> str:
    return " ".join(name for flag in flags for name in flag.names)


def _quoted(text: str) -> str:
    escaped = text.replace("'", "'\\''")
    return f"'{escaped}'"


_SCRIPTS: Final = {Shell.bash: _bash, Shell.zsh: _zsh, Shell.fish: _fish}
