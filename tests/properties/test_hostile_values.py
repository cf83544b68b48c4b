"""Values that try to be code reach real shells byte for byte and run nothing; nor do they in any script that the
binder accepts."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flowc.analysis.scripts import Hole as Gap
from flowc.analysis.scripts import Language, Text, bind
from runtime.executor.script_text import render_shell
from runtime.model.definition import Binding, Hole, Script
from runtime.model.types import INT, STR, ListOf, Type, type_to_json

CANARY = "ran-a-value"
SHELLS: list[Language] = ["sh", "bash"]
PROGRAMS = {"sh": "dash", "bash": "bash"}

HOSTILE = [
    f"$(: > {CANARY})",
    f"`: > {CANARY}`",
    f"; : > {CANARY} ;",
    f"'; : > {CANARY}; '",
    f'"; : > {CANARY}; "',
    f"\n: > {CANARY}\n",
    f"x\nEOF\n: > {CANARY}\n",
    f") ; : > {CANARY} ; (",
    f"}}; : > {CANARY}; {{",
    f"a[$(: > {CANARY})]",
    f"a[$(: > {CANARY})]=1",
    f"($(: > {CANARY}))",
    f"[$(: > {CANARY})]=1",
    f"\\$(: > {CANARY})",
    f"$'\\n'$(: > {CANARY})",
    f"| : > {CANARY}",
    f"&& : > {CANARY}",
    f"<(: > {CANARY})",
    f"${{x:-$(: > {CANARY})}}",
    f"$((a[$(: > {CANARY})]))",
    "-v",
    "-e",
    "--",
    "*",
    "~",
    "!!",
    "#",
    "",
    " ",
    "\\",
    "'",
    '"',
    "\n\n",
    "é☃\U0001f600",
    "a\tb\r\x01\x7f",
]

hostile_texts = st.one_of(
    st.sampled_from(HOSTILE),
    st.lists(st.sampled_from(HOSTILE), min_size=2, max_size=4).map("".join),
    st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20),
    st.text(st.sampled_from("'\"\\$`(){}[]<>|&;#*?~!=-\n\t a"), max_size=20),
)


def script_of(language: Language, parts: list[Text | Gap], uses: Any) -> Script:
    """The script as the compiler would store it, one binding a hole."""
    holes = iter(enumerate(uses, start=1))
    rows: list[str | Hole] = []
    bindings = []
    for part in parts:
        if isinstance(part, Text):
            rows.append(part.text)
        else:
            number, use = next(holes)
            rows.append(Hole(f"FLOW_V{number}", use))
            assert part.type is not None
            bindings.append(Binding(f"FLOW_V{number}", None, type_to_json(part.type)))
    return Script(language, tuple(rows), tuple(bindings))


def cut(source: str, kind: Type) -> list[Text | Gap]:
    """`echo §` as parts, a hole for each `§`."""
    parts: list[Text | Gap] = []
    for offset, char in enumerate(source):
        parts.append(Gap(kind, offset, offset + 1, "x") if char == "§" else Text.at(char, offset))
    return parts


def run(language: Language, script: Script, values: dict[str, Any], folder: Path) -> bytes:
    rendered = render_shell(script, values)
    files = folder.parent / (folder.name + "-values")
    files.mkdir(exist_ok=True)
    for name, text in rendered.files.items():
        (files / name).write_bytes(text.encode())
    (files / "script").write_bytes(rendered.text.encode())
    env = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", **rendered.variables, "FLOW_VALUES": str(files)}
    command = [PROGRAMS[language], files / "script"]
    return subprocess.run(command, cwd=folder, env=env, stdout=subprocess.PIPE, check=True, timeout=60).stdout


SHOW = "printf '%s\\0' "

# What a line prints for a value, in every kind of place that the binder accepts.
LINES: dict[str, tuple[str, str]] = {
    "argument": (f"{SHOW} §\n", "{}\0"),
    "argument glued to text": (f"{SHOW} a§b'c'§\n", "a{0}bc{0}\0"),
    "inside double quotes": (f'{SHOW} "a § $ §"\n', "a {0} $ {0}\0"),
    "assignment": (f'v=§; w="<§>"; {SHOW} "$v" "$w"\n', "{0}\0<{0}>\0"),
    "exported assignment": (f'export V=§; {SHOW} "$V"\n', "{}\0"),
    "substitution": (f'v=$(printf \'%s.\' §); {SHOW} "$v" "$(printf \'%s.\' "§")"\n', "{0}.\0{0}.\0"),
    "loop": (f'for v in § b; do {SHOW} "$v"; done\n', "{}\0b\0"),
    "case": (f"case § in §) {SHOW} same;; *) {SHOW} other;; esac\n", "same\0"),
    "test": (f"if [ § = § ]; then {SHOW} same; fi\n", "same\0"),
    "function": (f'f() {{ {SHOW} "$1"; }}; f §\n', "{}\0"),
    "subshell": (f"( {SHOW} § )\n", "{}\0"),
    "positional arguments": (f'set -- § §; {SHOW} "$#" "$@"\n', "2\0{0}\0{0}\0"),
    "here-document": ("cat <<EOF\n<§>\nEOF\n", "<{}>\n"),
}

BASH_LINES: dict[str, tuple[str, str]] = {
    "condition": (f"if [[ § == § && § =~ ^§$ ]]; then {SHOW} same; fi\n", "same\0"),
    "array": (f'a=(§ "§"); a+=(§); a[7]=§; {SHOW} "${{a[@]}}"\n', "{0}\0{0}\0{0}\0{0}\0"),
    "here-string": ("cat <<< §\n", "{}\n"),
    "process substitution": (f"IFS= read -r -d '' v < <({SHOW} §) || :; {SHOW} \"$v\"\n", "{}\0"),
    "printf into a variable": (f'printf -v v "%s" §; {SHOW} "$v"\n', "{}\0"),
}


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """An empty folder to run in, which must be empty afterwards."""
    place = tmp_path / "run"
    place.mkdir()
    yield place
    assert list(place.iterdir()) == []


def lines_of(language: Language) -> dict[str, tuple[str, str]]:
    return LINES if language == "sh" else LINES | BASH_LINES


@pytest.mark.parametrize("language", SHELLS)
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(values=st.lists(hostile_texts, min_size=20, max_size=40))
def test_values_arrive_byte_for_byte_in_every_place(language: Language, values: list[str], folder: Path) -> None:
    parts: list[Text | Gap] = []
    given_values, expected = [], []
    for value in values:
        for source, output in lines_of(language).values():
            parts += cut(source, STR)
            given_values += [value] * source.count("§")
            expected.append(output.format(value))
    bound = bind(language, parts)
    assert bound.problems == ()
    named = {f"FLOW_V{number}": value for number, value in enumerate(given_values, start=1)}
    assert run(language, script_of(language, parts, bound.uses), named, folder) == "".join(expected).encode()


NUMBER_LINES = ["echo $((§ + 0))\n", "echo $((7 - § - 7 + §+§))\n", 'echo "$((1*§))"\n', "cat <<EOF\n$((§))\nEOF\n"]
NUMBER_LINES_BASH = [
    "x=(a); x[§ < 0 ? 0 : 0]=b; echo $((§))\n",
    "((v = §)); echo $v\n",
    "let v=§; echo $v\n",
    "[[ § -eq § ]] && echo §\n",
    "declare -i v; v=§; echo $v\n",
    "for ((v = §; v < §; v++)); do :; done; echo $v\n",
]


@pytest.mark.parametrize("language", SHELLS)
@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(numbers=st.lists(st.integers(-(2**61), 2**61), min_size=1, max_size=40))
def test_numbers_arrive_in_arithmetic(language: Language, numbers: list[int], folder: Path) -> None:
    lines = NUMBER_LINES + (NUMBER_LINES_BASH if language == "bash" else [])
    parts: list[Text | Gap] = []
    given_values = []
    for number in numbers:
        for source in lines:
            parts += cut(source, INT)
            given_values += [number] * source.count("§")
    bound = bind(language, parts)
    assert bound.problems == ()
    named = {f"FLOW_V{number}": value for number, value in enumerate(given_values, start=1)}
    expected = [str(number) for number in numbers for _ in lines]
    assert run(language, script_of(language, parts, bound.uses), named, folder).decode().split() == expected


PIECES = [
    "'", '"', '`', '\\', '|', '$(', ')', '$((', '))', '((', '${x:-', '${x#', '${x[', ']}', '}', '{', '}',
    '};', '<<EOF', "<<'EOF'", '<<-EOF', 'EOF', '#', 'echo', 'eval', 'case', 'in', 'esac', 'a)', ';;', '[[',
    ']]', '-eq', '-v', 'a[', ']=', ']', '=', 'v=', 'declare', '-i', 'declare', 'let', 'sh', '-c', 'bash',
    "$'", '||', '&', '&&', ';', '>', '>&', '<', '<<<', '<(', 'if', 'then', 'fi', 'for', 'do', 'done', 'while',
    '!', 'printf', '%s', 'export', 'read', 'unset', '[', 'test', 'f()', 'command', 'env', 'exec', '.', '~',
    '*', 'a,b', '$x', '$', '"$x"', "'a'", '"a"', "\\'", '\\"', '-n', '--', '1', '+', '${x:', '${a[', 'v=(',
    'function', 'local', '-a', 'typeset', 'select', 'time',
]  # fmt: skip

FRAMES = [
    "echo §",
    'echo "§"',
    "v=§",
    'v="a§"',
    "echo §b",
    "echo $(echo §)",
    'echo "$(echo "§")"',
    "(echo §)",
    "{ echo §; }",
    "if [ § = a ]; then echo §; fi",
    "case § in §) echo §;; esac",
    'for x in § a; do echo "§"; done',
    "f() { echo §; }; f §",
    "cat <<EOF\n§\nEOF\n:",
    'cat <<-EOF\n\t§ $(echo "§")\n\tEOF\n:',
    "! [ -n § ]",
    "echo § > /dev/null",
    "export v=§",
    "set -- §",
    "echo ${x}§",
    'echo "${x:-a}§"',
    "echo a[§]",
    "[ § ]",
    "[ -v § ]",
    "test § = §",
    "printf %s §",
    "printf § a",
    "read § < /dev/null",
    "unset §",
    "[[ § == § ]]",
    "[[ § -eq 1 ]]",
    "[[ -v § ]]",
    "[[ § =~ § ]]",
    'a=(§ "§")',
    "a[§]=1",
    "a[0]=§",
    "echo ${a[§]}",
    "echo ${x:§}",
    "((v = §))",
    "let v=§",
    'let "v=§"',
    "cat <<< §",
    "cat < <(echo §)",
    "declare v=§",
    "declare -i v; v=§",
    "local v=§",
    "v=1; declare -a v=§",
    "echo >& §",
    "echo $((§))",
    "echo $[§]",
    "eval echo §",
    'sh -c "echo §"',
    "sh -c ': \"$1\"' sh §",
    "bash -s <<< §",
    "echo § | sh",
    "sh <<EOF\necho §\nEOF\n:",
    ". §",
    "command : §",
    "env x=§ true",
    "RANDOM=§",
    "PS4=§; set -x; :",
    "trap § EXIT",
    "v=§ true",
    "echo {a,§}",
    "echo $'a'§",
    "echo $x§",
    "echo # §",
    "a=([§]=x [1]=§)",
    "[ § § ]",
    "test ! § §",
    "declare -i v; export v=§",
    "for v in §; do declare -i v; done",
    "v=§ v+=§",
    "exec 3>§",
    "printf -v § x",
    "getopts § x",
    "select v in §; do break; done",
]


def soup(chance: random.Random) -> str:
    """Pieces of shell in any order: mostly broken, now and then odd."""
    pieces = [chance.choice([*PIECES, "§", "§", "§", "§", "\n", " ", " "]) for _ in range(chance.randrange(2, 9))]
    return chance.choice(["", " "]).join(pieces)


def nested(chance: random.Random, depth: int = 0) -> str:
    """Commands in commands, a few of them bent by a stray piece."""
    frame = chance.choice(FRAMES)
    while depth < 3 and "§" in frame and chance.random() < 0.4:
        inner = chance.choice(["$({})", '"$({})"', "'{}'", '"{}"', "`{}`", "${{x:-{}}}", "$(({}))", "a{}"])
        frame = frame.replace("§", inner.format(nested(chance, depth + 1)), 1)
    if chance.random() < 0.3:
        cut_at = chance.randrange(len(frame) + 1)
        frame = frame[:cut_at] + chance.choice([*PIECES, "\n", "\\\n"]) + frame[cut_at:]
    return frame + chance.choice(["", "\n" + nested(chance, 3)] if depth == 0 else [""])


def scripts_that_are_accepted(language: Language, seed: int, count: int) -> Iterator[Script]:
    chance = random.Random(seed)
    while count:
        source = soup(chance) if chance.random() < 0.4 else nested(chance)
        if "§" not in source:
            continue
        parts = cut(source, chance.choice([STR, STR, STR, INT, ListOf(STR)]))
        bound = bind(language, parts)
        if not bound.problems:
            count -= 1
            yield script_of(language, parts, bound.uses)


def hostile_value(chance: random.Random, kind: Any) -> Any:
    if kind == "int":
        return chance.choice([-3, 0, 7])
    value = chance.choice(HOSTILE[:21]) + chance.choice(["", "", chance.choice(HOSTILE)])
    return value if kind == "str" else [value] * chance.randrange(3)


# What a command prints is no longer the value that it was given, and a script may do with it what it likes: here
# commands print nothing, so that whatever runs has been run from a value directly.
QUIET = 'x=q; echo() { :; }; cat() { command cat > /dev/null; }; printf() { [ "$1" = -v ] && command printf "$@"; };'


def run_all(program: str, scripts: list[Script], chance: random.Random, folder: Path) -> list[str]:
    """Run each script in a subshell and folder of its own; the texts of those that left the canary there."""
    texts, lines = [], []
    scripts_folder = folder / "scripts"
    scripts_folder.mkdir()
    for number, script in enumerate(scripts):
        values = {binding.name: hostile_value(chance, binding.type) for binding in script.bindings}
        rendered = render_shell(script, values)
        place = folder / str(number)
        place.mkdir()
        (scripts_folder / str(number)).write_text(rendered.text)
        texts.append(f"{rendered.text!r} {rendered.variables!r}")
        exports = "".join(f"export {name}={quoted(value)};" for name, value in rendered.variables.items())
        lines.append(
            f"(cd {place}; ulimit -t 1; {QUIET} {exports} . {scripts_folder}/{number}) </dev/null >/dev/null 2>&1\n"
        )
    (folder / "all").write_text("".join(lines))
    env = {"PATH": os.environ["PATH"]}
    process = subprocess.Popen([*program.split(), folder / "all"], cwd=folder, env=env, start_new_session=True)
    try:
        # A script may well wait for what never comes; what ran until then is judged all the same.
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=30)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    return [texts[number] for number in range(len(scripts)) if (folder / str(number) / CANARY).exists()]


def quoted(value: str) -> str:
    return "'" + value.replace("'", "'\\''") + "'"


SEEDS = [*range(2), *(pytest.param(seed, marks=pytest.mark.soak) for seed in range(2, 40))]


@pytest.mark.parametrize(("language", "program"), [("sh", "dash"), ("sh", "bash --posix"), ("bash", "bash")])
@pytest.mark.parametrize("seed", SEEDS)
def test_script_that_is_accepted_never_runs_a_value(
    language: Language, program: str, seed: int, tmp_path: Path
) -> None:
    scripts = list(scripts_that_are_accepted(language, seed, 400))
    assert run_all(program, scripts, random.Random(seed), tmp_path) == []


def test_harness_sees_a_value_that_runs(tmp_path: Path) -> None:
    script = Script("bash", ("eval echo ", Hole("FLOW_V1", "word")), (Binding("FLOW_V1", None, "str"),))
    assert run_all("bash", [script] * 40, random.Random(0), tmp_path)
