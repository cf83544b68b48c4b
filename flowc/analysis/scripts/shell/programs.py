"""What is known of programs that read code: which option or operand it is, and what to write in its place."""

from __future__ import annotations

import re

from runtime.model.slotted import dataclass

_RUN_SCRIPT = "give the value as an argument of the script: `{name} -c '… \"$1\" …' {name} {{{{ {shown} }}}}`"


@dataclass(frozen=True, slots=True)
class Program:
    """A program that reads code.

    `code`: letters of options whose argument is code, alone or last in a cluster (`-ne`), and `long` ones.
    `valued`: letters of options that take an argument which is no code. `pairs`: long options with that many arguments.
    `last`: letters of options after which all words are data.
    `operand`: the operand that is code, unless an option gave some; `every_after`: all from that one on are code.
    `stdin`: it reads code from standard input if it has at most this many operands.
    `numbers`: a number in its code is only that.
    `guarded`: a first operand that begins with a value could be taken for an option that takes code.
    """

    help: str
    code: str = ""
    long: tuple[str, ...] = ()
    valued: str = ""
    pairs: tuple[tuple[str, int], ...] = ()
    operand: int | None = None
    every_after: int | None = None
    stdin: int | None = None
    numbers: bool = False
    guarded: bool = False
    last: str = ""


_SHELL = Program(_RUN_SCRIPT, code="c", valued="oO", stdin=0, guarded=True)
_PYTHON = Program(
    "use a `python` action, where {{{{ {shown} }}}} is an object", "c", valued="WXm", stdin=0, guarded=True, last="cm"
)
_AWK = Program(
    "hand it over as a variable: `awk -v value={{{{ {shown} }}}} '… value …'`",
    code="e",
    valued="Fvfil",
    operand=0,
)
_SSH = Program(
    "the other side reads these words as shell code; send the value through standard input",
    valued="BbcDEeFIiJLlmOopQRSWw",
    every_after=1,
    stdin=1,
)
_SCRIPTING = "let the script read the value from its arguments or its environment"
_MYSQL = Program("hand the value over as a parameter of a prepared statement", "e", ("--execute",), "hPuD", stdin=1)

PROGRAMS: dict[str, Program] = {
    **dict.fromkeys(("sh", "bash", "dash", "ksh", "zsh", "ash", "fish", "rbash"), _SHELL),
    **dict.fromkeys(("python", "python3", "python2", "pypy", "pypy3"), _PYTHON),
    **dict.fromkeys(("awk", "gawk", "mawk", "nawk"), _AWK),
    **dict.fromkeys(("mysql", "mariadb"), _MYSQL),
    "perl": Program(_SCRIPTING, code="eE", valued="", stdin=0, guarded=True),
    "ruby": Program(_SCRIPTING, code="e", valued="", stdin=0, guarded=True),
    "node": Program(_SCRIPTING, code="ep", long=("--eval", "--print"), valued="r", stdin=0, guarded=True),
    "php": Program(_SCRIPTING, code="r", valued="d", stdin=0, guarded=True),
    "lua": Program(_SCRIPTING, code="e", valued="l", stdin=0, guarded=True),
    "Rscript": Program(_SCRIPTING, code="e", guarded=True),
    "sed": Program(
        "use a `python` action, or `awk -v value={{{{ {shown} }}}} '…'`",
        code="e",
        long=("--expression",),
        valued="fl",
        operand=0,
        numbers=True,
    ),
    "jq": Program(
        "hand it over as a variable: `jq --arg value {{{{ {shown} }}}} '… $value …'`",
        valued="fL",
        pairs=(
            ("--arg", 2),
            ("--argjson", 2),
            ("--slurpfile", 2),
            ("--rawfile", 2),
            ("--indent", 1),
            ("--from-file", 1),
        ),
        operand=0,
    ),
    "sqlite3": Program(
        "use an `sql` action, where {{{{ {shown} }}}} is a parameter",
        long=("-cmd",),
        pairs=(("-separator", 1), ("-newline", 1), ("-nullvalue", 1), ("-init", 1), ("-vfs", 1)),
        every_after=1,
        stdin=1,
    ),
    "psql": Program(
        "hand it over as a variable, and the SQL by standard input, which knows variables: "
        "`echo \"select :'value'\" | psql -v value={{{{ {shown} }}}}`",
        code="c",
        long=("--command",),
        valued="dhpUfvoFRTPL",
        stdin=2,
    ),
    "ssh": _SSH,
    "su": Program(_RUN_SCRIPT, code="c", long=("--command",), valued="sgG"),
    "watch": Program("`watch` reads its words as shell code; put the command into a file", valued="n", every_after=0),
    "flock": Program(_RUN_SCRIPT, code="c", long=("--command",), valued="wE"),
    "at": Program(_SCRIPTING, valued="qft", stdin=9),
}

SHELLS = frozenset(name for name, program in PROGRAMS.items() if program is _SHELL)

_VERSIONED = re.compile(r"(python|pypy|ruby|lua|php|perl)[\d.]+")


def base_name(word: str) -> str:
    """The program's name in a command word: `python3` for `/usr/bin/python3`."""
    return word.rsplit("/", 1)[-1]


def program_named(name: str) -> Program | None:
    """The entry of a program, which may have a version in its name, or None."""
    found = _VERSIONED.fullmatch(name)
    return PROGRAMS.get(found[1] if found else name)


@dataclass(frozen=True, slots=True)
class Wrapper:
    """A program that runs the program named by its later words. `valued`: letters of options with an argument;
    `skipped`: operands before that program."""

    valued: str = ""
    skipped: int = 0


WRAPPERS: dict[str, Wrapper] = {
    "command": Wrapper(),
    "builtin": Wrapper(),
    "exec": Wrapper("a"),
    "nohup": Wrapper(),
    "setsid": Wrapper(),
    "time": Wrapper("fo"),
    "env": Wrapper("uC"),
    "sudo": Wrapper("ughpCrtUDRT"),
    "doas": Wrapper("uC"),
    "nice": Wrapper("n"),
    "ionice": Wrapper("cnp"),
    "stdbuf": Wrapper("ioe"),
    "timeout": Wrapper("ks", skipped=1),
    "chroot": Wrapper(skipped=1),
    "flock": Wrapper("wEc", skipped=1),
    "xargs": Wrapper("IndPLEsa"),
    "busybox": Wrapper(),
    "strace": Wrapper("eopsu"),
}
