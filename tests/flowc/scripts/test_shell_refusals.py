"""Where no value may stand in a shell script: the place, the reason and the help."""

from __future__ import annotations

import pytest

from tests.flowc.scripts.written import judged, only_problem

# situation: script, a part of the message, a part of the help
BOTH = {
    "single quotes": ("echo 'a {{ text }}'", "single quotes keep", "close the quotes"),
    "quoted here-document": ("cat <<'EOF'\n{{ text }}\nEOF", "keep `{{ text }}` from being a value", "without quotes"),
    "backquotes": ("echo `wc {{ text }}`", "between backquotes", "$( … )"),
    "default of a variable": ("echo ${x:-{{ text }}}", "inside `${ }`", "value={{ text }}"),
    "pattern of a variable": ('echo "${x#"{{ text }}"}"', "inside `${ }`", "value={{ text }}"),
    "dollar before": ("echo ${{ text }}", "the `$` before", "remove the `$`"),
    "backslash before": ("echo \\{{ text }}", "the backslash before", "remove the backslash"),
    "program": ("{{ text }} -x", "choose the program", "write the program's name"),
    "part of the program": ("ls; ./{{ text }}/run", "choose the program", "write the program's name"),
    "program after then": ("if true; then {{ text }}; fi", "choose the program", ""),
    "program after do": ("while true; do {{ text }}; done", "choose the program", ""),
    "program after a pipe": ("ls | {{ text }}", "choose the program", ""),
    "program after an assignment": ("A=1 {{ text }}", "choose the program", ""),
    "program after a negation": ("! {{ text }}", "choose the program", ""),
    "program in a substitution": ('echo "$({{ text }})"', "choose the program", ""),
    "program in a case": ("case a in a) {{ text }};; esac", "choose the program", ""),
    "program of a wrapper": ("env -i A=1 {{ text }} x", "choose the program", ""),
    "program of exec": ("exec {{ text }}", "choose the program", ""),
    "program of find": ("find . -exec {{ text }} {} +", "choose the program", ""),
    "eval": ("eval ls {{ text }}", "`eval` reads its arguments as code", "call the command directly"),
    "eval of a substitution": ('eval "$(echo {{ text }})"', "`eval` reads", ""),
    "hidden eval": ("command eval {{ text }}", "`eval` reads", ""),
    "trap": ('trap "rm {{ text }}" EXIT', "`trap` reads", ""),
    "script of sh": ('sh -c "ls {{ text }}"', "`sh` reads it as code", "sh -c '… \"$1\" …' sh {{ text }}"),
    "script of bash with options": ('/bin/bash -exc "ls {{ text }}" x', "`bash` reads it as code", ""),
    "script of sh in a container": ('docker run x sh -c "ls {{ text }}"', "`sh` reads it as code", ""),
    "option of sh": ("sh {{ text }} x", "could be an option", "make it a `path`"),
    "sourced file": (". {{ text }}", "runs this file", "make it a `path`"),
    "script of Python": ('python3 -c "print({{ text }})"', "`python3` reads it as code", "`python` action"),
    "script of awk": ('awk -F , "/{{ text }}/"', "`awk` reads it as code", "awk -v value={{ text }}"),
    "code in single quotes": ("awk '{ print {{ number }} }' f", "`awk` reads it as code", "awk -v"),
    "secret in single quotes": ("curl -H 'Key: {{ key }}' x", "is a secret", "env { NAME: key }"),
    "output inside a script of sed": ('sed "s/a/$(head -n1 {{ file }})/" f', "`sed` reads it as code", ""),
    "script of sed": ('sed -i "s/a/{{ text }}/" f', "`sed` reads it as code", ""),
    "script of jq": ('jq ".a == {{ text }}" f', "`jq` reads it as code", "--arg value {{ text }}"),
    "SQL on the command line": ('sqlite3 a.db "select {{ text }}"', "`sqlite3` reads it as code", "`sql` action"),
    "SQL after options": (
        "sqlite3 -separator , a.db 'select 1' \"select {{ text }}\"",
        "`sqlite3` reads it as code",
        "",
    ),
    "SQL in an option": ('sqlite3 -cmd "select {{ text }}" a.db', "`sqlite3` reads it as code", ""),
    "option of perl": ("perl -e 'print 1' {{ text }}", "could be an option", "`--`"),
    "command of ssh": ('ssh host "rm {{ text }}"', "`ssh` reads it as code", "standard input"),
    "shell fed by a pipe": ("echo {{ text }} | sh", "standard input as code", ""),
    "shell fed by a group": ("{ echo a; echo {{ text }}; } | tee log | bash -s", "standard input as code", ""),
    "shell fed by a here-document": ("sh <<EOF\nls {{ text }}\nEOF", "standard input as code", ""),
    "shell fed by another's here-document": ("cat <<EOF | sh\nls {{ text }}\nEOF", "standard input as code", ""),
    "variable that is code": ("PS4={{ text }}; set -x", "a shell runs what `PS4` holds", "another name"),
    "variable of env that is code": ("env BASH_ENV={{ text }} ls", "a shell runs what `BASH_ENV` holds", ""),
    "variable that is arithmetic": ("RANDOM={{ text }}", "bash evaluates what is assigned", ""),
    "declaration": ("local a={{ text }}", "bash may evaluate", "local name; name={{ text }}"),
    "name for read": ("read {{ text }}", "bash evaluates the arguments of `read`", ""),
    "name for unset": ('unset "{{ text }}"', "bash evaluates the arguments of `unset`", ""),
    "name in a test": ("[ -v {{ text }} ]", "bash evaluates the name after `-v`", ""),
    "two values in a test": ("[ {{ file }} {{ text }} ]", "could be the operator `-v`", ""),
    "format of printf": ('printf "Hello {{ text }}"', "as a part of its format", "'%s\\n' {{ text }}"),
    "duplicated descriptor": ("ls >& {{ text }}", "expands what follows `>&` twice", "> {{ text }} 2>&1"),
    "variable of a loop": ("for {{ text }} in a; do ls; done", "cannot be the name of a variable", ""),
    "text in arithmetic": ("echo $(( {{ text }} ))", "arithmetic takes an `int`", "give it an `int`"),
    "glued number": ("echo $(( 1{{ number }} ))", "must stand by itself", "a space or an operator"),
    "number in quotes in arithmetic": ('echo $(( "{{ number }}" ))', "without quotes", "remove the quotes"),
    "list in quotes": ('ls "{{ list }}"', "is a list, and one text is needed", "join(list"),
    "list glued to text": ("ls a{{ list }}", "is a list, and one text is needed", ""),
    "list in an assignment": ("a={{ list }}", "is a list, and one text is needed", ""),
    "list as a target": ("ls > {{ list }}", "is a list, and one text is needed", ""),
    "list in a test": ("[ {{ list }} ]", "is a list, and one text is needed", ""),
    "list as a host": ("ssh {{ list }}", "is a list, and one text is needed", ""),
    "missing value": ("ls {{ maybe }}", "may be missing", "{{ maybe ?? … }}"),
    "missing items": ("ls {{ gaps }}", "may be missing", "{{ compact(gaps) }}"),
    "secret": ("curl -H {{ key }}", "is a secret", "env { NAME: key }"),
}

BASH = {
    "text compared as a number": (
        "[[ {{ text }} -eq 1 ]]",
        "both sides of such a comparison",
        "compare texts with `==`",
    ),
    "name in a condition": ("[[ -v {{ text }} ]]", "the name after `-v`", ""),
    "text as a subscript": ("echo ${a[{{ text }}]}", "arithmetic takes an `int`", ""),
    "text as an offset": ("echo ${x:{{ text }}}", "arithmetic takes an `int`", ""),
    "subscript in a list": ("a=([{{ text }}]=x)", "arithmetic takes an `int`", ""),
    "text in a subscript over two lines": ("a=([\n{{ text }}]=x)", "arithmetic takes an `int`", ""),
    "declared number": ("declare -i i; i={{ text }}", "what is assigned to `i`", ""),
    "number declared by a wrapped builtin": ("builtin declare -i i; i={{ text }}", "what is assigned to `i`", ""),
    "declared number in a loop": ("declare -i i; for i in {{ text }}; do ls; done", "what is assigned to `i`", ""),
    "declared number after export": ("declare -i i; export i={{ text }}", "bash may evaluate an argument", ""),
    "declared reference": ("declare -n r; r={{ text }}", "what is assigned to `r`", ""),
    "quotes with escapes": ("echo $'a {{ text }}'", "the quotes `$'…'` keep", "close the quotes"),
    "pattern of bash": ("shopt -s extglob; ls @({{ text }})", "in a pattern", ""),
    "shell fed by a here-string": ("bash <<< {{ text }}", "standard input as code", ""),
    "let": ("let x={{ text }}", "bash evaluates the arguments of `let`", ""),
}

ONLY_SH = {
    "condition": "[[ {{ text }} == x ]]",
    "arithmetic command": "(( x = {{ number }} ))",
    "old arithmetic": "echo $[ {{ number }} ]",
    "substring": "echo ${x:{{ number }}}",
    "subscript": "a[{{ number }}]=1",
}


@pytest.mark.parametrize("language", ["sh", "bash"])
@pytest.mark.parametrize("case", BOTH)
def test_value_is_refused(case: str, language: str) -> None:
    source, message, help = BOTH[case]
    bound = judged(language, source)
    problem = bound.problems[-1]
    assert message in problem.message
    assert help in problem.help
    assert source[problem.start : problem.end].startswith("{{")
    assert bound.uses[-1] is None


@pytest.mark.parametrize("case", BASH)
def test_value_is_refused_in_bash(case: str) -> None:
    source, message, help = BASH[case]
    problem, pointed = only_problem("bash", source)
    assert message in problem.message
    assert help in problem.help
    assert pointed.startswith("{{")


@pytest.mark.parametrize("case", ONLY_SH)
def test_what_not_every_sh_has_is_refused_in_sh_alone(case: str) -> None:
    problem, _ = only_problem("sh", ONLY_SH[case])
    assert "not every `sh`" in problem.message
    assert problem.help == "write `bash` in place of `sh`"
    assert judged("bash", ONLY_SH[case]).problems == ()


@pytest.mark.parametrize(
    ("source", "pointed", "message"),
    [
        ('echo "a {{ text }}\nls', '"', "this double quote is not closed"),
        ("echo a 'b", "'", "this single quote is not closed"),
        ("echo $(ls {{ text }}", "$", "this parenthesis is not closed"),
        ("cat <<EOF\n{{ text }}\n", "<", "this here-document is not closed"),
        ("echo `ls", "`", "this backquote is not closed"),
        ("if ls {{ text }}; then ls", "i", "this `if` is not closed"),
        ("echo ${x", "$", "this `${` is not closed"),
    ],
)
def test_what_is_not_closed_is_one_problem_at_its_beginning(source: str, pointed: str, message: str) -> None:
    problem, shown = only_problem("sh", source)
    assert (problem.kind, problem.message, shown) == ("syntax", message, pointed)


@pytest.mark.parametrize(
    "source",
    [
        "echo `it's` {{ text }}",
        'echo "${x:-it\'s}" {{ text }}',
        "echo $\\\n'a' {{ text }}",
        "cat <<{{ text }}\nx\n",
        "cat <<$x\n{{ text }}\n$x",
        "echo $((ls) | wc) {{ text }}",
        "ls ) {{ text }}",
        "fi; ls {{ text }}",
        "ec\\\nho {{ text }}; i\\\nf {{ text }}",
        "cat <<EOF\na\\\nEOF\n{{ text }}\nEOF",
    ],
)
def test_script_that_cannot_be_followed_is_refused_once_and_with_a_reason(source: str) -> None:
    problem, _ = only_problem("sh", source)
    assert "whether `{{ text }}` is safe in this script cannot be told: " in problem.message
    assert problem.help


def test_script_that_cannot_be_followed_is_accepted_without_values() -> None:
    assert judged("sh", "echo `it's`").problems == ()


def test_each_refused_value_is_named_and_the_others_keep_their_use() -> None:
    bound = judged("sh", "echo {{ text }} '{{ text }}' {{ text }} '{{ text }}'")
    assert bound.uses == ("word", None, "word", None)
    assert len(bound.problems) == 2


def test_name_under_which_values_arrive_is_refused_in_a_script() -> None:
    problem, pointed = only_problem("sh", "FLOW_V1=x; ls {{ text }}")
    assert pointed == "FLOW_V1"
    assert "choose another name" in problem.help


def test_deep_nesting_is_refused_and_not_followed() -> None:
    problem, _ = only_problem("sh", "$(" * 5_000 + "{{ text }}" + ")" * 5_000)
    assert "deep" in problem.message
