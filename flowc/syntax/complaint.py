"""What to say when a token fits nowhere: from the statement so far and what could stand there to a sentence.

The rules are tried in order, the most telling first. None names a token of the grammar.
"""

from __future__ import annotations

import re
from typing import Final

from flowc.diagnostics import Fix, Sink, codes, nearest
from flowc.source import Source, Span
from flowc.syntax import habits
from flowc.syntax.lexer import Token
from flowc.syntax.misfit import ENDS, WORD_KINDS, Finding, Misfit, Rule, word_of
from flowc.syntax.shapes import SHAPES
from flowc.syntax.words import (
    CLAUSE_WORDS,
    DECLARING,
    FILE_WORDS,
    ITEM_WORDS,
    KINDS,
    RESERVED,
    SOFT,
    SOFT_KINDS,
    STATEMENT_WORDS,
)

_VALUE_STARTS: Final = WORD_KINDS | {"LITERAL", "TEXT", "LSQB", "LBRACE", "LPAR", "IF", "NOT"}
_GO_ON: Final = frozenset(("COLON", "EQUAL", "ARROW", "MINUS", "BINARY", "AND", "OR", "NOT", "IN", "THEN", "ELSE"))
_HYPHENATED: Final = re.compile(r"[A-Za-z_]\w*(?:-\w+)+")
_TAKES_VALUE: Final = frozenset(
    ("SETTING", "RETRY", "UNTIL", "WHEN", "LIMIT", "CACHE", "ENSURE", "RATE", "ASK", "WAIT", "TZ", "EXPECT")
)
_TYPES: Final = "types are str, int, float, bool, path, date, duration …, list[T], map[str, T] and your own"
_CASE: Final = "a case is the name of a member and its block: `full { … }`"
_CLOSERS: Final = {"RPAR": ")", "RSQB": "]", "RBRACE": "}"}


def explain(misfit: Misfit, sink: Sink) -> tuple[int, Token] | None:
    """Reports a misfit, unless its cause is known already. Gives the keyword that would mend it and its index."""
    put_in = misfit.bad[0] == "RBRACE" and misfit.bad[2] == misfit.bad[3]
    if put_in or misfit.bad[0] in ("BROKEN", "UNCLOSED") or sink.error_within(misfit.source, misfit.bad[2:]):
        return None
    if sink.left_out:
        sink.left_out += 1
        return None
    found = next(finding for rule in _RULES if (finding := rule(misfit)) is not None)
    span = misfit.place if found.span is None else found.span
    fixes = () if found.fix is None else (Fix(span, found.fix, found.certain),)
    sink.error(found.code, misfit.source, span, found.message, label=found.label, help=found.help, fixes=fixes)
    if found.repair is None or found.fix is None:
        return None
    _, _, start, end = misfit.tokens[found.repair]
    return found.repair, (KINDS[found.fix], found.fix, start, end)


def line_taken_in(source: Source, tokens: list[Token], at: int) -> int | None:
    """The statement that fails at `at` may have run into the next one, because its line ends with `:`, `=` or an
    operator: then the index where that next one begins."""
    begin = at - 1
    if begin < 1 or tokens[begin][0] not in SOFT_KINDS or tokens[begin - 1][0] not in _GO_ON:
        return None
    return begin if "\n" in source.text[tokens[begin - 1][3] : tokens[begin][2]] else None


def report_open_line(source: Source, tokens: list[Token], start: int, end: int, sink: Sink) -> None:
    """Says what is missing after the last token before `end`, where a line ends too early."""
    last = tokens[end - 1]
    typed = last[0] == "COLON" and tokens[start][0] in ("PARAM", "OUT")
    what = "a type" if typed else "a step" if last[0] == "ARROW" else "a value"
    message = f"{what} is missing after `{source.text[last[2] : last[3]]}`"
    sink.error(codes.MISSING_PART, source, (last[3], last[3]), message, help=_TYPES if typed else "")


def report_hyphens(source: Source, name: Token, sink: Sink) -> Token | None:
    """A hyphenated name that begins with the token `name`: reports it and gives the name as it should be."""
    found = _HYPHENATED.match(source.text, name[2])
    if not found or name[0] not in WORD_KINDS:
        return None
    better = found[0].replace("-", "_")
    sink.error(
        codes.BAD_NAME,
        source,
        found.span(),
        f"`{found[0]}` cannot be a name, `-` means minus",
        help=f"write `{better}`",
        fixes=(Fix(found.span(), better, certain=True),),
    )
    return ("NAME", better, found.start(), found.end())


def _bad_start(misfit: Misfit) -> Finding | None:
    if misfit.at > misfit.start or misfit.level == "hole":
        return None
    word, kind, shown = misfit.word, misfit.bad[0], misfit.shown(misfit.bad)
    if misfit.level == "file":
        return _bad_item(misfit, word, kind, shown)
    if misfit.level == "cases":
        return Finding(codes.SYNTAX, f"no case begins with {shown}", _CASE)
    help = "a statement begins with a word such as `task`, `param` or `sh`, or is a chain: `a -> b`"
    return Finding(codes.SYNTAX, f"no statement begins with {shown}", help)


def _bad_item(misfit: Misfit, word: str, kind: str, shown: str) -> Finding:
    near = nearest(word, ITEM_WORDS) if kind in ("NAME", "TYPE_NAME") else None
    if near:
        message = f"there is no `{word}` to begin a part of a file"
        return Finding(codes.UNKNOWN_STATEMENT, message, f"did you mean `{near}`?", fix=near, repair=misfit.start)
    if kind in SOFT_KINDS:
        return Finding(codes.SYNTAX, f"{shown} stands outside a flow", "put it into a block: `flow NAME { … }`")
    help = "a file is made of `flow NAME { … }`, and of `task`, `type`, `enum`, `let`, `pool`, `from`, `import`, `test`"
    return Finding(codes.SYNTAX, f"no part of a file begins with {shown}", help)


def _unknown_statement(misfit: Misfit) -> Finding | None:
    """The statement begins with a word that was taken for the first name of a chain, but no chain came."""
    between = {token[0] for token in misfit.tokens[misfit.start : misfit.at]}
    if misfit.level != "block" or misfit.first[0] not in WORD_KINDS or "ARROW" not in misfit.expected:
        return None
    if "ARROW" in between:
        return None
    word, kind, shown = misfit.word, misfit.bad[0], misfit.shown(misfit.bad)
    first = (misfit.first[2], misfit.first[3])
    if word in FILE_WORDS:
        help = "move it out of the block, to the top of the file"
        return Finding(codes.SYNTAX, f"`{word}` cannot stand inside a block", help, span=first)
    if word in CLAUSE_WORDS and kind != "LBRACE":
        return Finding(
            codes.SYNTAX, f"`{word}` begins no statement", "put it at the end of the line before", span=first
        )
    if word in SHAPES:
        return None
    if kind == "COMMA":
        return Finding(codes.SYNTAX, "steps side by side stand in brackets", f"write `[{word}, …] -> …`")
    path = misfit.source.text[misfit.first[2] : misfit.before[3]]
    near = nearest(word, STATEMENT_WORDS) if "DOT" not in between else None
    if near and word not in SOFT:
        help = f"did you mean `{near}`?"
        return Finding(
            codes.UNKNOWN_STATEMENT, f"there is no statement `{word}`", help, span=first, fix=near, repair=misfit.start
        )
    if kind in ENDS:
        return Finding(codes.SYNTAX, f"`{path}` alone says nothing", f"give it an order: `{path} -> …`", span=first)
    return _no_chain(word, kind, path, first, shown)


def _no_chain(word: str, kind: str, path: str, first: Span, shown: str) -> Finding:
    if kind == "EQUAL":
        help = f"`task {word} = …` calls something, `let {word} = …` names a value"
        return Finding(codes.SYNTAX, f"`{path} = …` is not a statement", help, span=first)
    if kind == "LPAR":
        return Finding(codes.SYNTAX, "a call is made by a task", f"write `task NAME = {path}(…)`", span=first)
    if kind == "LBRACE":
        help = f"a task is written `task {word} {{ … }}`, a group `parallel {word} {{ … }}`"
        return Finding(codes.UNKNOWN_STATEMENT, f"there is no block `{word}`", help, span=first)
    if kind == "TEXT":
        help = 'scripts are written `sh "…"`, `bash "…"`, `python "…"` or `sql(…) "…"`'
        return Finding(codes.UNKNOWN_STATEMENT, f"there is no statement `{word}`", help, span=first)
    help = "a statement begins with a word such as `task`, `param` or `sh`, or is a chain: `a -> b`"
    return Finding(codes.UNKNOWN_STATEMENT, f"there is no statement `{word}`", help, span=first)


def _nameless(misfit: Misfit) -> Finding | None:
    """`parallel for x in xs { … }`."""
    if (
        misfit.first[0] not in ("TASK", "GROUP")
        or misfit.at != misfit.start + 2
        or misfit.before[0] not in ("FOR", "BY")
    ):
        return None
    place = (misfit.first[3], misfit.first[3])
    help = f"write `{misfit.word} NAME {misfit.before[1]} …`"
    return Finding(codes.MISSING_PART, f"a name is missing after `{misfit.word}`", help, span=place)


def _in_chain(misfit: Misfit) -> Finding | None:
    if "ARROW" not in {token[0] for token in misfit.tokens[misfit.start : misfit.at]}:
        return None
    if misfit.bad[0] == "COMMA":
        return Finding(codes.SYNTAX, "steps side by side stand in brackets", "write `a -> [b, c] -> d`")
    if misfit.before[0] == "ARROW":
        if word_of(misfit.bad) in RESERVED:
            return _reserved(misfit, misfit.shown(misfit.bad))
        return Finding(codes.MISSING_PART, "a step is missing after `->`", "write `a -> b`")
    if misfit.bad[0] == "LPAR":
        return Finding(
            codes.SYNTAX, "a chain names tasks, it does not call them", "declare the task, then name it here"
        )
    message = f"{misfit.shown(misfit.bad)} is no part of a chain"
    return Finding(codes.SYNTAX, message, "a chain is made of names of tasks and groups: `a -> [b, c] -> d`")


def _name_wanted(misfit: Misfit) -> Finding | None:
    if not misfit.expected or not misfit.expected <= {"NAME", "TYPE_NAME", "new_name", "new_type", "path", "paths"} | {
        "generator",
        "generators",
        "LSQB",
        "step",
    }:
        return None
    kind, shown = misfit.bad[0], misfit.shown(misfit.bad)
    if word_of(misfit.bad) in RESERVED or kind == "LITERAL" and misfit.source.text[misfit.bad[2]].isalpha():
        return _reserved(misfit, shown)
    if kind == "TEXT":
        plain = misfit.source.text[misfit.bad[2] : misfit.bad[3]].strip("\"'")
        help = f"write `{plain}`" if plain.isidentifier() else "names are made of a-z, 0-9 and _"
        return Finding(codes.BAD_NAME, "a name stands here without quotes", help)
    if kind == "LITERAL":
        return Finding(codes.BAD_NAME, f"{shown} cannot be a name", "a name begins with a letter or _")
    what = "a name is missing after " + misfit.shown(misfit.before)
    block = f"write `{misfit.word} NAME {{ … }}`" if kind == "LBRACE" and misfit.word in DECLARING else ""
    return Finding(codes.MISSING_PART, what, SHAPES.get(misfit.word, block), label="a name belongs here")


def _reserved(misfit: Misfit, shown: str) -> Finding:
    hyphened = _HYPHENATED.match(misfit.source.text, misfit.bad[2])
    if hyphened:
        better = hyphened[0].replace("-", "_")
        message = f"`{hyphened[0]}` cannot be a name, `-` means minus"
        return Finding(codes.BAD_NAME, message, f"write `{better}`", span=hyphened.span(), fix=better)
    return Finding(codes.BAD_NAME, f"{shown} is a reserved word and cannot be a name", "choose another name")


def _guessed_type(misfit: Misfit) -> str:
    """The type of the value after `=`, as far as it can be seen; nothing if it cannot."""
    value = misfit.source.text[misfit.bad[3] :].lstrip(" ").partition("\n")[0]
    shapes = ((r"[\"']", "str"), (r"(true|false)\b", "bool"), (r"\d+\.\d+\b", "float"), (r"-?\d+\s*$", "int"))
    return next((kind for shape, kind in shapes if re.match(shape, value)), "")


def _type_wanted(misfit: Misfit) -> Finding | None:
    if "plain_type" not in misfit.expected:
        return None
    if misfit.bad[0] in ("TEXT", "LITERAL") and misfit.before[0] == "COLON":
        help = f"write `{misfit.head()}: TYPE = {misfit.source.text[misfit.bad[2] : misfit.bad[3]][:30]}`; {_TYPES}"
        return Finding(codes.SYNTAX, "a type stands after `:`, its value after `=`", help)
    return Finding(codes.MISSING_PART, f"a type is missing after {misfit.shown(misfit.before)}", _TYPES)


def _value_wanted(misfit: Misfit) -> Finding | None:
    if "atom" not in misfit.expected:
        return None
    kind, before = misfit.bad[0], misfit.shown(misfit.before)
    if kind == "EQUAL" and misfit.before[0] in ("EQUAL", "BINARY"):
        return Finding(codes.SYNTAX, f"no operator is written {before[:-1]}=`", "equal is `==`, not equal is `!=`")
    if kind == "IF" and "IF" not in misfit.expected:
        return Finding(
            codes.SYNTAX, "a condition inside an expression stands in parentheses", "write `(if a then b else c)`"
        )
    if kind == "EQUAL" and misfit.before[0] in _TAKES_VALUE:
        return Finding(codes.SYNTAX, f"{before} takes its value without `=`", f"write {before[:-1]} VALUE`")
    if misfit.at == misfit.start:
        return Finding(codes.MISSING_PART, "a value is missing here")
    if misfit.before[0] == "RETRY":
        return Finding(codes.MISSING_PART, "`retry` needs a number of further attempts", "write `retry 3, delay: 30s`")
    if kind in ENDS or kind in ("RPAR", "RSQB", "COMMA", "BINARY", "EQUAL"):
        return Finding(codes.MISSING_PART, f"a value is missing after {before}")
    return Finding(codes.SYNTAX, f"a value is wanted after {before}, {misfit.shown(misfit.bad)} is none")


def _one_sign_wanted(misfit: Misfit) -> Finding | None:
    """Something that must come next did not."""
    expected, head = misfit.expected, misfit.head()
    kind, shown = misfit.bad[0], misfit.shown(misfit.bad)
    if "COLON" in expected and misfit.first[0] in ("PARAM", "OUT") and misfit.at == misfit.start + 2:
        written = str(misfit.bad[1]) if kind in WORD_KINDS else "TYPE"
        if kind == "EQUAL" and (guess := _guessed_type(misfit)):
            written = guess
        help = f"write `{head}: {written}`" if written != "TYPE" else f"write `{head}: TYPE`; {_TYPES}"
        return Finding(codes.MISSING_PART, f"`{head}` needs a type", help)
    if "TEXT" in expected and misfit.first[0] == "LANGUAGE":
        word = misfit.word
        help = f'write `{word} "…"`' if word != "sql" else 'write `sql("file.db") "…"`'
        return Finding(codes.MISSING_PART, f"`{word}` needs its script between quotes", help)
    if misfit.first[0] == "TASK" and "LPAR" in expected and "DOT" in expected and kind in ENDS | {"LBRACE"}:
        begin = next((token[3] for token in misfit.tokens[misfit.start : misfit.at] if token[0] == "EQUAL"), None)
        called = misfit.source.text[begin : misfit.before[3]].strip() if begin is not None else "callee"
        return Finding(codes.MISSING_PART, "a call needs parentheses", f"write `{called}()`")
    if expected <= {"EQUAL"}:
        example = f"let {misfit.tokens[misfit.start + 1][1]} = 1" if misfit.first[0] == "LET" else "type Name = { … }"
        return Finding(codes.MISSING_PART, f"`=` is missing before {shown}", f"write it like `{example}`")
    if "LBRACE" in expected and misfit.first[0] in ("FLOW", "GROUP", "ENUM", "ENV") and kind in ENDS:
        return Finding(codes.MISSING_PART, f"`{head}` needs a block", f"write `{head} {{ … }}`")
    for part in ("then", "else"):
        if part.upper() in expected:
            return Finding(codes.MISSING_PART, f"`if` lacks its `{part}`", "write `if a then b else c`")
    if expected <= {"IN"}:
        return Finding(codes.MISSING_PART, f"`in` is missing before {shown}", "write `for x in xs`")
    if expected <= {"COLON"}:
        return Finding(codes.MISSING_PART, f"`:` is missing before {shown}", "write `name: value`")
    return None


def _slip_of_a_word(misfit: Misfit) -> Finding | None:
    if misfit.bad[0] not in ("NAME", "TYPE_NAME"):
        return None
    words = [word for word, kind in {**RESERVED, **SOFT}.items() if kind in misfit.expected and kind != "LITERAL"]
    near = nearest(str(misfit.bad[1]), words)
    if near is None or len(near) < 3 and len(near) != len(str(misfit.bad[1])):
        return None
    shown = misfit.shown(misfit.bad)
    help = f"did you mean `{near}`?"
    return Finding(codes.SYNTAX, f"{shown} does not belong here", help, fix=near, repair=misfit.at, certain=False)


def _in_brackets(misfit: Misfit) -> Finding | None:
    closers = [sign for kind, sign in _CLOSERS.items() if kind in misfit.expected]
    if (
        not closers
        or misfit.level == "block"
        and misfit.expected >= {"NEWLINE", "RBRACE"}
        and "COMMA" not in misfit.expected
    ):
        return None
    kind, shown = misfit.bad[0], misfit.shown(misfit.bad)
    if kind == "EQUAL":
        return Finding(codes.SYNTAX, "a value is given with `:` here, not with `=`", "write `name: value`", fix=":")
    if kind == "COLON" and misfit.tokens[misfit.at - 2][0] == "MINUS":
        return Finding(codes.BAD_NAME, "a name cannot have a `-`", "write it with `_`", span=_joined(misfit))
    if kind == "COLON":
        return Finding(
            codes.SYNTAX, f"{misfit.shown(misfit.before)} cannot be the name of a value", "write `name: value`"
        )
    if "COMMA" in misfit.expected and kind in _VALUE_STARTS:
        return Finding(codes.SYNTAX, f"a comma is missing before {shown}", "put `,` between the two")
    return Finding(
        codes.SYNTAX, f"{shown} does not belong here", f"close the bracket with `{closers[0]}`, or go on after `,`"
    )


def _joined(misfit: Misfit) -> Span:
    return misfit.tokens[max(misfit.at - 3, misfit.start)][2], misfit.before[3]


def _misshapen(misfit: Misfit) -> Finding | None:
    """A statement of several parts: how it looks says more than what could stand here."""
    word, kind = misfit.word, misfit.bad[0]
    if misfit.level == "cases":
        return Finding(codes.SYNTAX, f"{misfit.shown(misfit.bad)} does not belong here", _CASE)
    if misfit.level == "hole" or word not in SHAPES or misfit.at == misfit.start or word == misfit.tokens[misfit.at][1]:
        return None
    if kind in ENDS:
        return Finding(codes.MISSING_PART, f"this `{word}` lacks a part", SHAPES[word])
    if word == "after" and misfit.begins_another:
        return _another(misfit)
    return Finding(codes.SYNTAX, f"{misfit.shown(misfit.bad)} does not belong here", SHAPES[word])


def _another(misfit: Misfit) -> Finding:
    shown = misfit.shown(misfit.bad)
    return Finding(codes.SYNTAX, f"{shown} begins another statement", "put it on a line of its own, or `;` before it")


def _too_much(misfit: Misfit) -> Finding:
    kind, shown, word = misfit.bad[0], misfit.shown(misfit.bad), misfit.word
    if kind == "EQUAL" and word in ("when", "param", "out", "let"):
        return Finding(codes.SYNTAX, "`=` does not compare", "write `==`", fix="==")
    if kind == "COLON" and word in STATEMENT_WORDS:
        return Finding(codes.SYNTAX, f"`{word}` takes no `:` here", f"write `{word} …` without it")
    if word_of(misfit.bad) in STATEMENT_WORDS and misfit.level != "hole":
        return _another(misfit)
    if kind in ENDS:
        return Finding(codes.MISSING_PART, f"something is missing before {shown}", _choices(misfit))
    if misfit.level == "hole":
        help = "one `{{ }}` holds one expression; for two plain braces write `\\{{`"
        return Finding(codes.SYNTAX, f"{shown} does not belong here", help)
    return Finding(codes.SYNTAX, f"{shown} does not belong here", _choices(misfit))


def _choices(misfit: Misfit) -> str:
    """What could stand at the misfit, if that is a short list."""
    signs = {
        "LBRACE": "{", "COMMA": ",", "COLON": ":", "EQUAL": "=", "ARROW": "->", "FOR": "for", "BY": "by",
        "WHERE": "where", "DEFAULT": "default",
    }  # fmt: skip
    listed = [f"`{sign}`" for kind, sign in signs.items() if kind in misfit.expected]
    end = ["the end of the statement"] if "NEWLINE" in misfit.expected else []
    found = listed + end
    if not found:
        return ""
    return "here may stand " + (", ".join(found[:-1]) + " or " if len(found) > 1 else "") + found[-1]


_RULES: Final[tuple[Rule, ...]] = (
    _nameless,
    *habits.RULES,
    _bad_start,
    _unknown_statement,
    _in_chain,
    _name_wanted,
    _type_wanted,
    _value_wanted,
    _one_sign_wanted,
    _slip_of_a_word,
    _misshapen,
    _in_brackets,
    _too_much,
)
