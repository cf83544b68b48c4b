"""Where a value may stand in a shell script, and how it is written there."""

from __future__ import annotations

import pytest

from tests.flowc.scripts.written import judged

BOTH = {
    "argument": ("wc -l {{ text }}", "word"),
    "argument glued to text": ("gzip < {{ file }} > {{ file }}.gz", "word word"),
    "inside double quotes": ('echo "a {{ text }} b"', "inner"),
    "assignment": ("A={{ text }} B='x'{{ text }} C=\"{{ text }}\"", "word word inner"),
    "assignment before a command": ("LANG={{ text }} sort {{ file }}", "word word"),
    "assignment after export": ("export A={{ text }}", "word"),
    "list as arguments": ("tar cf a.tar {{ list }} x", "word"),
    "list in a loop": ("for f in {{ list }} b; do echo {{ text }}; done", "word word"),
    "list after set": ('set -- {{ list }}; echo "$@"', "word"),
    "arithmetic": ("echo $(( {{ number }} + 1 )) $((2*{{ number }}))", "arith arith"),
    "arithmetic in double quotes": ('echo "$(( {{ number }} + 1 ))"', "arith"),
    "here-document": ("cat <<EOF\n{{ text }} $x\nEOF\n", "inner"),
    "indented here-document": ("cat <<-EOF\n\t{{ text }}\n\tEOF\necho {{ text }}", "inner word"),
    "command inside a here-document": ("cat <<EOF\n$(wc {{ text }})\nEOF", "word"),
    "two here-documents": ("cat <<A; cat <<'B'\n{{ text }}\nA\n'$(\nB\necho {{ text }}", "inner word"),
    "command substitution": ('x="$(wc < {{ file }} | cut -d "{{ text }}" -f 1)"', "word inner"),
    "case": ("case {{ text }} in a|b) wc {{ text }};; ({{ text }}*) ls;; esac; ls {{ text }}", "word word word word"),
    "case inside a substitution": ("x=$(case a in a) echo {{ text }};; esac); echo {{ text }}", "word word"),
    "test": ("if [ {{ text }} = x ] && [ -n {{ text }} ]; then ls; fi", "word word"),
    "function": ("f() { echo {{ text }}; }\nf {{ text }}", "word word"),
    "group and subshell": ("{ echo {{ text }}; }; (cd {{ file }} && ls {{ text }})", "word word word"),
    "negation and loop": ("! grep {{ text }} f; while read -r x; do echo $x; done < {{ file }}", "word word"),
    "script's own arguments": ("sh -c 'echo \"$1\"' sh {{ text }}", "word"),
    "arguments of a Python module": ("echo {{ text }} | python3 -m json.tool; python -m a {{ text }}", "word word"),
    "arguments of a Python script": ("python3 -c 'print(1)' {{ text }}; python a.py {{ list }}", "word word"),
    "database of sqlite3": ("sqlite3 -separator , {{ file }} 'select 1'", "word"),
    "file of a shell": ("sh {{ file }}; sh -- {{ text }}", "word word"),
    "variable of awk": ("awk -v x={{ text }} '{ print x }' {{ file }}", "word word"),
    "variable of jq": ("jq --arg x {{ text }} '.[$x]' {{ file }}", "word word"),
    "host of ssh": ("ssh -p 22 {{ text }} uptime", "word"),
    "values of a wrapper": (
        "timeout {{ number }} sudo -u {{ text }} env A={{ text }} ls {{ text }}",
        "word word word word",
    ),
    "option's value": ("sort -k{{ number }} --output={{ file }}", "word word"),
    "after a line that goes on": ("ls \\\n  {{ text }}", "word"),
    "text with braces, stars and tildes": ("ls {a,{{ text }}} *.{{ text }} ~{{ text }}", "word word word"),
    "comment with quotes above": ("# don't\nls {{ text }} # it's", "word"),
    "commented out": ("# ls {{ text }} {{ list }} 'it\nls {{ text }}", "inner inner word"),
    "number in a script of sed": ('sed -e "s/a/{{ number }}/" -n "1,{{ number }}p" f', "inner inner"),
    "hash inside a word": ("ls a#{{ text }}", "word"),
    "data as JSON": ("echo {{ data }}", "word"),
}

BASH = {
    "test of two texts": ("[[ {{ text }} == x && ! ( {{ text }} < y ) ]]", "word word"),
    "test of a pattern": ("[[ {{ text }} =~ ^(a|b c)$ ]]; ls {{ text }}", "word word"),
    "test of numbers": ("[[ {{ number }} -gt 3 || x -eq {{ number }} ]]", "word word"),
    "arithmetic command": ("(( x = {{ number }} )); for ((i = 0; i < {{ number }}; i++)); do ls; done", "arith arith"),
    "old arithmetic": ("echo $[ {{ number }} ]", "arith"),
    "let": ("let x={{ number }}", "word"),
    "array": ("a=({{ list }} 'b c'\n# more\n{{ text }}); a+=({{ text }})", "word word word"),
    "subscripts": ("a[{{ number }}]={{ text }}; echo ${a[{{ number }}]}", "inner word inner"),
    "substring": ("echo ${x:{{ number }}:{{ number }}}", "arith arith"),
    "here-string": ("wc <<< {{ text }}", "word"),
    "process substitution": ("diff <(sort {{ file }}) <(sort {{ text }}) &> {{ file }}", "word word word"),
    "quotes with escapes": ("echo $'it\\'s' {{ text }}", "word"),
    "number variable": ("declare -i i; i={{ number }}", "word"),
    "pattern before": ("shopt -s extglob; ls !(a|'b)') {{ text }}", "word"),
}


@pytest.mark.parametrize("language", ["sh", "bash"])
@pytest.mark.parametrize("case", BOTH)
def test_value_is_accepted(case: str, language: str) -> None:
    source, uses = BOTH[case]
    bound = judged(language, source)
    assert bound.problems == ()
    assert bound.uses == tuple(uses.split())


@pytest.mark.parametrize("case", BASH)
def test_value_is_accepted_in_bash(case: str) -> None:
    source, uses = BASH[case]
    bound = judged("bash", source)
    assert bound.problems == ()
    assert bound.uses == tuple(uses.split())


def test_script_without_values_is_judged_by_its_quotes_alone() -> None:
    assert judged("sh", "eval \"$(x)\"; $cmd 'a' `b` ${c:-d}").problems == ()
