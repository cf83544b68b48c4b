"""Habits from other languages: YAML, Python, HCL, GitHub Actions, Airflow. What was meant is clear, so it is said.

Rules like those of `complaint`, tried before them.
"""

from __future__ import annotations

import re
from typing import Final

from flowc.diagnostics import codes
from flowc.syntax import python_habits
from flowc.syntax.misfit import ENDS, WORD_KINDS, Finding, Misfit, Rule, word_of
from flowc.syntax.words import DECLARING, STATEMENT_WORDS

_ORDER: Final = "what comes before is named in the task, `after a, b`, or in a chain: `a -> b`"
_SCRIPT: Final = 'scripts are written `sh "…"`, `bash "…"`, `python "…"` or `sql("file.db") "…"`'
_RETRY: Final = "write `retry 3, delay: 30s`"
_TASK: Final = "each task is written `task NAME { … }`"
_OUT: Final = "an output is declared by `out NAME: TYPE`"
_PARAM: Final = "a parameter is declared by `param NAME: TYPE`"
_ENV: Final = "write `env { NAME: value }`"
_WHEN: Final = "a condition is written `when a == b`"
_FOR: Final = "write `task NAME for x in xs { … }`, or `parallel NAME for x in xs { … }` for several tasks"
_SCHEDULE: Final = 'write `schedule daily at 06:30`, `schedule every 15m` or `schedule cron "0 6 * * 1-5"`'
_DOC: Final = "write it as a comment above: `## …`"
_FAILURE: Final = "write `on failure { task NAME { … } }`"

_FOREIGN: Final = {
    **dict.fromkeys(("needs", "depends_on", "depends", "dependencies", "requires", "upstream", "before"), _ORDER),
    **dict.fromkeys(("run", "command", "commands", "cmd", "script", "shell", "exec", "bash_command"), _SCRIPT),
    **dict.fromkeys(("retries", "max_retries", "attempts", "retry_count", "retry_delay", "delay", "backoff"), _RETRY),
    **dict.fromkeys(("tasks", "steps", "jobs", "stages", "step", "job", "stage", "nodes"), _TASK),
    **dict.fromkeys(("output", "outputs", "returns", "produces"), _OUT),
    **dict.fromkeys(("input", "inputs", "params", "parameters", "var", "variable", "arg", "args"), _PARAM),
    **dict.fromkeys(("environment", "envs", "variables", "vars"), _ENV),
    **dict.fromkeys(("condition", "only_if"), _WHEN),
    "trigger_rule": "write `after a.done` (whatever has become of it), `after a.failed`, or `after a or b`",
    **dict.fromkeys(("foreach", "for_each", "matrix", "loop", "with_items", "for"), _FOR),
    **dict.fromkeys(("schedule_interval", "interval", "daily", "weekly", "every", "cron"), _SCHEDULE),
    **dict.fromkeys(("description", "doc", "docs", "name", "title", "label"), _DOC),
    **dict.fromkeys(("on_failure", "on_error", "catch", "except"), _FAILURE),
    **dict.fromkeys(("continue_on_error", "ignore_errors", "ignore_failure"), "write `allow_failure`"),
    **dict.fromkeys(("working_directory", "working_dir", "workdir", "chdir", "cd"), 'write `cwd "folder"`'),
    **dict.fromkeys(("concurrency", "max_parallel", "max_active_tasks", "parallelism"), "write `limit 4`"),
    "uses": "a component is called by a task: `task page = http.get(url: …)`",
}
"""Words that begin a statement elsewhere, and what is written here."""

_UNITS: Final = {
    **dict.fromkeys(("ms", "millis", "milliseconds"), "ms"),
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), "s"),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes"), "m"),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), "h"),
    **dict.fromkeys(("d", "day", "days"), "d"),
    **dict.fromkeys(("w", "week", "weeks"), "w"),
    **{unit.lower(): unit for unit in ("B", "kB", "MB", "GB", "TB", "KiB", "MiB", "GiB", "TiB")},
}
_ARROWS: Final = re.compile(r"(?:-{2,}>|=+>|>>|<<|-\s+>|<-|\|>|then\b)")
_STEP: Final = re.compile(r"\s*([\w.]+|\[[\w., ]*\])")
_RANGE: Final = re.compile(r"(\d+)\.\.\.?(\d+)")


def _foreign_word(misfit: Misfit) -> Finding | None:
    """A statement that begins as it does elsewhere."""
    help = _FOREIGN.get(misfit.word)
    if help is None or misfit.level != "block" or misfit.at == misfit.start or "ARROW" not in misfit.expected:
        return None
    if _ARROWS.match(misfit.source.text, misfit.bad[2]):
        return None
    first = (misfit.first[2], misfit.first[3])
    if misfit.word == "for":
        return Finding(codes.SYNTAX, "`for` belongs to a task or a group", help, span=first)
    help = _rewritten(misfit, help) or help
    return Finding(codes.UNKNOWN_STATEMENT, f"there is no statement `{misfit.word}`", help, span=first)


def _rewritten(misfit: Misfit, help: str) -> str:
    """The statement as it is written here, if it is a plain one."""
    begin = misfit.start + 1 + (misfit.tokens[misfit.start + 1][0] in ("COLON", "EQUAL"))
    value = misfit.rest(begin)
    if help == _SCRIPT and misfit.tokens[begin][0] == "TEXT" and value != "…":
        return f"write `sh {value}`"
    if help == _RETRY and value.isdigit():
        return f"write `retry {value}`"
    if help == _ORDER and (names := _plain_names(value)):
        return f"write `after {names}`"
    return ""


def _plain_names(written: str) -> str:
    """`a, b` for `[a, b]`, `a b` or `"a"`; nothing for what is more than names."""
    found = re.fullmatch(r"\[?\s*((?:[\"']?[a-z_][\w.]*[\"']?[,\s]*)+)\]?", written)
    return ", ".join(re.findall(r"[\w.]+", found[1])) if found else ""


def _names_after(misfit: Misfit) -> Finding | None:
    """`after [a, b]`, `after "a"`, `after a b`."""
    names = _plain_names(misfit.rest(misfit.start + 1)) if misfit.first[0] == "AFTER" else ""
    if not names or misfit.at == misfit.start or re.search(r"\b(or|and|any|not)\b", names):
        return None
    if misfit.begins_another:
        return None
    return Finding(codes.SYNTAX, "`after` takes names with commas between them", f"write `after {names}`")


def _foreign_file(misfit: Misfit) -> Finding | None:
    """`workflow build { … }` in place of `flow`."""
    if misfit.level != "file" or misfit.at > misfit.start or misfit.word not in ("workflow", "pipeline", "dag", "job"):
        return None
    help = "write `flow NAME { … }`"
    message = f"there is no `{misfit.word}` to begin a part of a file"
    return Finding(codes.UNKNOWN_STATEMENT, message, help, fix="flow", repair=misfit.start)


def _other_arrow(misfit: Misfit) -> Finding | None:
    """`a >> b`, `a --> b`, `a => b`, `a then b`."""
    sign = _ARROWS.match(misfit.source.text, misfit.bad[2])
    kinds = {token[0] for token in misfit.tokens[misfit.start : misfit.at]}
    if not sign or misfit.level != "block" or not kinds <= WORD_KINDS | {"DOT", "LSQB", "RSQB", "COMMA", "ARROW"}:
        return None
    if "ARROW" not in misfit.expected or misfit.at == misfit.start:
        return None
    left = misfit.written(misfit.start, misfit.at)
    after = _STEP.match(misfit.source.text, sign.end())
    right = after[1] if after else "…"
    if sign[0] in ("<<", "<-"):
        left, right = right, left
    help = f"write `{left} -> {right}`"
    message = f"order is written with `->`, not with `{sign[0]}`"
    fix = "->" if sign[0] not in ("<<", "<-", "then", "|>") else None
    return Finding(codes.SYNTAX, message, help, span=sign.span(), fix=fix)


def _other_brackets(misfit: Misfit) -> Finding | None:
    """`a -> (b, c)`, and `a -> [b c]`."""
    kinds = [token[0] for token in misfit.tokens[misfit.start : misfit.at]]
    if "ARROW" not in kinds or misfit.level != "block":
        return None
    if misfit.before[0] == "ARROW" and misfit.bad[0] in ("LPAR", "LBRACE"):
        found = re.compile(r"[({]\s*([\w., ]*?)\s*[)}]").match(misfit.source.text, misfit.bad[2])
        help = f"write `{misfit.written(misfit.start, misfit.at)} [{found[1] if found else 'b, c'}]`"
        return Finding(codes.SYNTAX, "steps side by side stand in square brackets", help)
    if kinds.count("LSQB") > kinds.count("RSQB") and misfit.bad[0] in WORD_KINDS and misfit.before[0] in WORD_KINDS:
        shown = misfit.shown(misfit.bad)
        help = f"write `{misfit.before[1]}, {misfit.bad[1]}`"
        return Finding(codes.SYNTAX, f"a comma is missing before {shown}", help)
    return None


def _sign_after_word(misfit: Misfit) -> Finding | None:
    """`retry: 3`, `timeout = 5m`, `sh: "…"`."""
    word, sign = misfit.word, misfit.bad[1]
    if misfit.at != misfit.start + 1 or misfit.bad[0] not in ("COLON", "EQUAL") or misfit.level != "block":
        return None
    if word not in STATEMENT_WORDS or word in DECLARING:
        return None
    if misfit.source.text[misfit.bad[3] :].lstrip(" ").startswith(("|", ">")):
        help = f'write `{word} """` there, and `"""` below the last line'
        return Finding(codes.SYNTAX, 'a text of many lines stands between `"""`', help)
    help = f"write `{word} {misfit.rest(misfit.at + 1)}`"
    return Finding(codes.SYNTAX, f"`{word}` takes its value without `{sign}`", help)


def _script_in_parentheses(misfit: Misfit) -> Finding | None:
    """`sh("…")`."""
    follows = misfit.tokens[misfit.start + 1][0] if misfit.at > misfit.start + 1 else ""
    if misfit.first[0] != "LANGUAGE" or misfit.word == "sql" or follows != "LPAR":
        return None
    opened = misfit.tokens[misfit.start + 1]
    help = f'write `{misfit.word} "…"`'
    message = f"the script of `{misfit.word}` stands without parentheses"
    return Finding(codes.SYNTAX, message, help, span=(opened[2], opened[3]))


def _setting_before_the_block(misfit: Misfit) -> Finding | None:
    """`task d after a { … }`, `task greet: sh "…"`."""
    if misfit.first[0] not in ("TASK", "GROUP", "FLOW") or misfit.at < misfit.start + 2:
        return None
    kinds = [token[0] for token in misfit.tokens[misfit.start : misfit.at]]
    if kinds.count("LPAR") > kinds.count("RPAR"):
        return None
    head = misfit.written(misfit.start, misfit.at)
    if misfit.bad[0] == "COLON" and misfit.at == misfit.start + 2:
        return Finding(codes.SYNTAX, f"a block follows `{head}`, and no `:`", f"write `{head} {{ … }}`")
    word = word_of(misfit.bad)
    if word in STATEMENT_WORDS and word not in DECLARING and misfit.before[0] == "RBRACE":
        return Finding(codes.SYNTAX, f"`{word}` stands inside the block", "move it before the `}`")
    if word not in STATEMENT_WORDS or misfit.before[0] == "RBRACE" or "\n" in head:
        return None
    help = f"put it into the block: `{head} {{ {word} … }}`"
    return Finding(codes.SYNTAX, f"`{word}` stands inside the block", help)


def _setting_after_a_comma(misfit: Misfit) -> Finding | None:
    """`sh "…", timeout: 3`, and `task a = echo(text: "…"), timeout: 3s`."""
    of_call = misfit.first[0] == "TASK" and misfit.before[0] == "RPAR" and "LBRACE" in misfit.expected
    of_script = misfit.first[0] == "LANGUAGE" and misfit.before[0] == "TEXT"
    if misfit.bad[0] != "COMMA" or not (of_call or of_script):
        return None
    word, sign = word_of(misfit.tokens[misfit.at + 1]), misfit.tokens[min(misfit.at + 2, len(misfit.tokens) - 1)]
    if word not in STATEMENT_WORDS or word in DECLARING:
        return None
    value = misfit.rest(misfit.at + 2 + (sign[0] in ("COLON", "EQUAL")))
    setting = f"{word} {value}{'s' if value.isdigit() and word in ('timeout', 'deadline') else ''}"
    if of_call:
        help = f"put it into a block behind the call: `{{ {setting} }}`"
        return Finding(codes.SYNTAX, f"`{word}` is no argument of the call", help)
    help = f"put it on a line of its own, or after a `;`: `{misfit.word} …; {setting}`"
    return Finding(codes.SYNTAX, f"`{word}` is a statement beside the script, not a part of it", help)


def _value_after_colon(misfit: Misfit) -> Finding | None:
    """`param n: int: 3`."""
    if misfit.bad[0] != "COLON" or misfit.first[0] not in ("PARAM", "OUT") or "EQUAL" not in misfit.expected:
        return None
    help = f"write `{misfit.written(misfit.start, misfit.at)} = {misfit.rest(misfit.at + 1)}`"
    return Finding(codes.SYNTAX, "a value stands after `=`", help)


def _named_without_colon(misfit: Misfit) -> Finding | None:
    """`retry 3, delay 5s`, `env { A = "3" }`, `env A: "3"`."""
    if misfit.expected <= {"COLON"} and misfit.before[0] in WORD_KINDS and misfit.first[0] not in ("PARAM", "OUT"):
        name = misfit.shown(misfit.before).strip("`")
        if misfit.bad[0] == "EQUAL":
            help = f"write `{name}: …`"
            return Finding(codes.SYNTAX, "a value is given with `:` here, not with `=`", help, fix=":")
        if misfit.bad[0] not in ENDS:
            shown = misfit.shown(misfit.bad)
            value = shown.strip("`") if shown.startswith("`") else "…"
            return Finding(codes.MISSING_PART, f"`:` is missing after `{name}`", f"write `{name}: {value}`")
    if misfit.first[0] == "ENV" and misfit.at == misfit.start + 1 and misfit.bad[0] in WORD_KINDS:
        rest = misfit.rest(misfit.at)
        return Finding(codes.MISSING_PART, "`env` needs a block", f"write `env {{ {rest} }}`")
    return None


def _spelled_unit(misfit: Misfit) -> Finding | None:
    """`timeout 5 minutes`, `retry 3 times`."""
    number = misfit.shown(misfit.before).strip("`")
    word = word_of(misfit.bad)
    if misfit.before[0] != "LITERAL" or not number.isdigit() or not word:
        return None
    span = (misfit.before[2], misfit.bad[3])
    if word == "times":
        return Finding(codes.SYNTAX, "the number stands alone here", f"write `{misfit.word} {number}`")
    unit = _UNITS.get(word.lower())
    if unit is None:
        return None
    message = f"`{number} {word}` is written in one word"
    return Finding(codes.BAD_LITERAL, message, f"write `{number}{unit}`", span=span, fix=number + unit)


def _quote_inside(misfit: Misfit) -> Finding | None:
    """`"echo "hi" there"`."""
    if misfit.before[0] != "TEXT" or misfit.at == misfit.start or misfit.bad[2] != misfit.before[3]:
        return None
    if misfit.bad[0] in ENDS or misfit.bad[0] in ("RPAR", "RSQB", "COMMA", "COLON"):
        return None
    quote = misfit.source.text[misfit.before[3] - 1]
    other = "'" if quote == '"' else '"'
    help = f"put the whole text between {other} or three {quote}"
    help += f", or write `\\{quote}` for a quote inside it" if quote == '"' else ""
    span = (misfit.before[3] - 1, misfit.before[3])
    return Finding(codes.SYNTAX, f"this quote ends the text, and {misfit.shown(misfit.bad)} follows", help, span=span)


def _braces_around_a_value(misfit: Misfit) -> Finding | None:
    """`when {{ x }} == 3`."""
    if misfit.bad[0] != "LBRACE" or misfit.before[0] != "LBRACE" or misfit.before[3] != misfit.bad[2]:
        return None
    found = re.compile(r"\{\{\s*([^{}\n]*?)\s*\}\}").match(misfit.source.text, misfit.before[2])
    if not found or misfit.at == misfit.start:
        return None
    message = "`{{ }}` stands in texts only; here a value is named without it"
    return Finding(codes.SYNTAX, message, f"write `{found[1]}`", span=found.span(), fix=found[1])


def _template_of_others(misfit: Misfit) -> Finding | None:
    """`docker ps --format '{{.Names}}'`, and `{{ xs.0 }}`."""
    if misfit.level == "hole" and misfit.at == misfit.start and misfit.bad[0] == "DOT":
        help = "for two plain braces, as Docker and Go have them, write `\\{{`"
        return Finding(codes.SYNTAX, "`{{ }}` holds a value, and none begins with `.`", help)
    if misfit.before[0] == "DOT" and misfit.bad[0] == "LITERAL":
        number, list_name = misfit.shown(misfit.bad).strip("`"), misfit.tokens[misfit.at - 2]
        if number.isdigit() and list_name[0] in WORD_KINDS and misfit.at > misfit.start + 1:
            help = f"write `{list_name[1]}[{number}]`"
            return Finding(codes.SYNTAX, "an item of a list stands in brackets", help)
    return None


def _operator(misfit: Misfit) -> Finding | None:
    """`x is null`, `a ? b : c`, `1..3`."""
    written = misfit.source.text[misfit.bad[2] : misfit.bad[3]]
    if written == "is" and "BINARY" in misfit.expected:
        negated = word_of(misfit.tokens[misfit.at + 1]) == "not"
        return Finding(codes.SYNTAX, "`is` does not compare", f"write `{'!=' if negated else '=='}`")
    if written == "?" and "BINARY" in misfit.expected:
        return Finding(codes.SYNTAX, "a choice is written in words", "write `if a then b else c`")
    line = misfit.source.text.rfind("\n", 0, misfit.bad[2]) + 1
    for found in _RANGE.finditer(misfit.source.text, line, misfit.bad[3] + 20):
        if found.start() <= misfit.bad[2] < found.end():
            help = f"write `range({found[1]}, {int(found[2][:18]) + 1})`, which ends before its second number"
            return Finding(codes.SYNTAX, "there are no ranges with dots", help, span=found.span())
    return None


def _loop(misfit: Misfit) -> Finding | None:
    """`for (x in xs)`, `for k, v in xs`, `task a foreach x in xs`."""
    if misfit.before[0] == "FOR" and misfit.bad[0] == "LPAR":
        return Finding(codes.SYNTAX, "`for` takes no parentheses", "write `for x in xs`")
    if misfit.expected <= {"IN"} and misfit.bad[0] == "COMMA":
        name = misfit.shown(misfit.before).strip("`")
        help = f"write `for {name} in …`; the fields of a record are `{name}.key` and so on"
        return Finding(codes.SYNTAX, "`for` takes one name", help)
    if "FOR" in misfit.expected and word_of(misfit.bad).lower() in ("foreach", "each", "loop", "forall", "over"):
        shown = misfit.shown(misfit.bad)
        return Finding(
            codes.SYNTAX, f"{shown} does not belong here", "write `for x in xs`", fix="for", repair=misfit.at
        )
    return None


def _order_of_declarations(misfit: Misfit) -> Finding | None:
    """`task a { … } -> task b { … }`."""
    if misfit.bad[0] != "ARROW" or misfit.before[0] != "RBRACE" or misfit.first[0] not in ("TASK", "GROUP"):
        return None
    following = misfit.tokens[misfit.at + 1 : misfit.at + 3]
    names = [str(token[1]) for token in following if token[0] in WORD_KINDS]
    name = names[-1] if names and (len(names) == 1 or names[0] in DECLARING) else "…"
    help = f"write `{misfit.tokens[misfit.start + 1][1]} -> {name}` on a line of its own"
    return Finding(codes.SYNTAX, "`->` stands between names, not between blocks", help)


_PRESETS: Final = {
    "@hourly": "every 1h",
    "@daily": "daily at 00:00",
    "@midnight": "daily at 00:00",
    "@weekly": "weekly on sun at 00:00",
    "@monthly": 'cron "0 0 1 * *"',
    "@yearly": 'cron "0 0 1 1 *"',
    "@annually": 'cron "0 0 1 1 *"',
}


def _preset(misfit: Misfit) -> Finding | None:
    """`schedule "@daily"`."""
    if misfit.first[0] != "SCHEDULE" or misfit.bad[0] != "TEXT":
        return None
    end = misfit.bad[3]
    better = _PRESETS.get(misfit.source.text[misfit.bad[2] + 1 : end - 1])
    if better is None:
        return None
    message, span = "when a flow runs is written in words", (misfit.first[3] + 1, end)
    return Finding(codes.SYNTAX, message, f"write `schedule {better}`", span=span, fix=better)


def _cron_text(misfit: Misfit) -> Finding | None:
    """`schedule "0 6 * * *"`."""
    if misfit.first[0] != "SCHEDULE" or misfit.at != misfit.start + 1 or misfit.bad[0] != "TEXT":
        return None
    written = misfit.source.text[misfit.bad[2] : misfit.bad[3]]
    if len(written.split()) != 5 or "\n" in written:
        return None
    return Finding(codes.MISSING_PART, "`cron` is missing before this text", f"write `schedule cron {written}`")


RULES: Final[tuple[Rule, ...]] = (
    _braces_around_a_value,
    _foreign_file,
    _foreign_word,
    _other_arrow,
    _other_brackets,
    _sign_after_word,
    _script_in_parentheses,
    _setting_before_the_block,
    _setting_after_a_comma,
    _names_after,
    _value_after_colon,
    _named_without_colon,
    _spelled_unit,
    _quote_inside,
    _template_of_others,
    _operator,
    _loop,
    _order_of_declarations,
    *python_habits.RULES,
    _preset,
    _cron_text,
)
