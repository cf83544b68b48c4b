"""The one table of colouring: in each context the rules, of which the first that matches at a place holds there.

`grammar.textmate`, `grammar.vim` and `grammar.pygments_lexer` turn it into what their editors read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from grammar import words
from grammar.roles import Role
from grammar.rule import Include, Match, Part, Region, Rule, Scripts

_GAP: Final = Part(r"[ \t]+")
_SPACE: Final = Part(r"[ \t]*")
_NAME: Final = r"[A-Za-z_][A-Za-z0-9_]*"
_FREE: Final = r"(?<![.\w])"
_STATEMENT: Final = r"(?:flow|task|param|parallel|sequence|out|type|enum|let)[ \t]+[A-Za-z_]\w*[ \t]*[={:(]"
_FORGOTTEN: Final = rf"(?=\}})|(?=^[ \t]*{_STATEMENT})"
"""Where a round or square bracket ends whose closing one is missing, so that an open one colours no whole file."""


def _any(names: Iterable[str]) -> str:
    return f"(?:{'|'.join(names)})"


def _word(names: Iterable[str], then: str = "") -> str:
    return rf"{_FREE}{_any(names)}\b{then}"


def _match(name: str, pattern: str, role: Role) -> Match:
    return Match(name, (Part(pattern, role),))


def _start(name: str, *parts: Part) -> Match:
    return Match(name, parts, starts=True)


def _declaration(name: str, names: Iterable[str], declared: Role) -> Match:
    return _start(name, Part(_word(names), Role.DECLARATION), _GAP, Part(_NAME, declared))


_NO_OPERATOR: Final = r"(?![ \t]+(?:and|or|in|then|else|not[ \t]+in)\b)"
_NOT_A_NAME: Final = rf"(?![ \t]*(?:->|[,.:={{<>*/+?!])){_NO_OPERATOR}"
"""A word at the start of a line is a name if a chain or an expression goes on behind it."""
_BEFORE_A_VALUE: Final = rf"(?=[ \t]+(?:[\w\"'(\[]|-(?!>))){_NO_OPERATOR}"

_DAYS: Final = _any(words.DAYS)
_TYPE_END: Final = Part(r"(?=[ \t]*=)|(?=[ \t]+(?:where|default)\b)|(?=[ \t]*[;}])|$")
_COLON: Final = Part(":", Role.PUNCTUATION)
_ROUND_END: Final = Part(rf"\)|{_FORGOTTEN}", Role.PUNCTUATION)

_COMMENTS: Final[tuple[Rule, ...]] = (
    _start("doc", Part(r"##(?!#).*", Role.DOC)),
    _match("comment", r"#.*", Role.COMMENT),
)

_DECLARATIONS: Final[tuple[Rule, ...]] = (
    Region(
        "template",
        (Part(_word(["task"]), Role.DECLARATION), _GAP, Part(_NAME, Role.NODE), _SPACE, Part(r"\(", Role.PUNCTUATION)),
        _ROUND_END,
        "type",
        starts=True,
    ),
    _declaration("node", words.NODES, Role.NODE),
    Region(
        "typed",
        (Part(_word(["param", "out"]), Role.DECLARATION), _GAP, Part(_NAME, Role.VALUE), _SPACE, _COLON),
        _TYPE_END,
        "type",
        starts=True,
    ),
    _declaration("value", words.VALUES, Role.VALUE),
    Region(
        "type_declaration",
        (
            Part(_word(["type"]), Role.DECLARATION),
            _GAP,
            Part(_NAME, Role.TYPE),
            _SPACE,
            Part("=", Role.OPERATOR),
        ),
        Part(r"$"),
        "type",
        starts=True,
    ),
    Region(
        "enum_declaration",
        (
            Part(_word(["enum"]), Role.DECLARATION),
            _GAP,
            Part(_NAME, Role.TYPE),
            _SPACE,
            Part(r"\{", Role.PUNCTUATION),
        ),
        Part(r"\}", Role.PUNCTUATION),
        "enum",
        starts=True,
    ),
    _start("pool", Part(_word(["pool"]), Role.DECLARATION), _GAP, Part(_NAME, Role.NODE), Part(r"(?=[ \t]*\{)")),
    _start("test", Part(_word(["test"], r"(?=[ \t]*[\"'])"), Role.DECLARATION)),
    _start("module", Part(_word(words.MODULES, r"(?=[ \t]*[\"'])"), Role.IMPORT)),
)

_STATEMENTS: Final[tuple[Rule, ...]] = (
    _start(
        "crash",
        Part(_word(["on"]), Role.KEYWORD),
        _GAP,
        Part("crash", Role.CHOICE),
        _GAP,
        Part(rf"{_any(words.OUTCOMES_OF_A_CRASH)}\b", Role.CHOICE),
    ),
    *(
        _start(word, Part(_word([word]), Role.KEYWORD), _GAP, Part(rf"{_any(choices)}\b", Role.CHOICE))
        for word, choices in words.CHOICES.items()
    ),
    _start("choice", Part(_word(words.CHOICES, _BEFORE_A_VALUE), Role.KEYWORD)),
    _start("waiting", Part(_word(["wait"]), Role.KEYWORD), _GAP, Part(r"until\b", Role.KEYWORD)),
    _start("block", Part(_word(words.BLOCKS, r"(?=[ \t]*\{)"), Role.KEYWORD)),
    _start("setting", Part(_word(words.SETTINGS, _NOT_A_NAME), Role.KEYWORD)),
    _start("arm", Part(rf"{_FREE}(?!(?:else|if)\b){_NAME}(?=[ \t]*\{{)", Role.MEMBER)),
)

_TEXTS: Final[tuple[Rule, ...]] = (
    Region("text_lines", (Part('"""', Role.QUOTE),), Part('"""', Role.QUOTE), "block_text", Role.TEXT),
    Region("raw_lines", (Part("'''", Role.QUOTE),), Part("'''", Role.QUOTE), "raw_text", Role.RAW_TEXT),
    Region("text_line", (Part('"', Role.QUOTE),), Part('"|$', Role.QUOTE), "line_text", Role.TEXT),
    Region("raw_line", (Part("'", Role.QUOTE),), Part("'|$", Role.QUOTE), "raw_text", Role.RAW_TEXT),
)

_BRACKETS: Final[tuple[Rule, ...]] = (
    Region("round", (Part(r"\(", Role.PUNCTUATION),), _ROUND_END, "expression"),
    Region("square", (Part(r"\[", Role.PUNCTUATION),), Part(rf"\]|{_FORGOTTEN}", Role.PUNCTUATION), "expression"),
    Region("record", (Part(r"\{", Role.PUNCTUATION),), Part(r"\}", Role.PUNCTUATION), "expression"),
)

_LITERALS: Final[tuple[Rule, ...]] = (
    _match("date", rf"{_FREE}[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}\b", Role.TIME),
    _match("clock", rf"{_FREE}[0-9]{{2}}:[0-9]{{2}}(?::[0-9]{{2}})?\b", Role.TIME),
    _match("duration", rf"{_FREE}(?:[0-9]+(?:ms|[wdhms]))+\b", Role.TIME),
    _match("size", rf"{_FREE}[0-9]+(?:\.[0-9]+)?(?:[KMGT]i?|k)?B\b", Role.NUMBER),
    _match("number", rf"{_FREE}[0-9][0-9_]*(?:\.[0-9][0-9_]*)?(?:[eE][-+]?[0-9]+)?(?:%|\b)", Role.NUMBER),
)

_WORDS: Final[tuple[Rule, ...]] = (
    _match("state", rf"(?<=\.){_any(words.STATES)}\b", Role.STATE),
    _match("member", rf"(?<=\.){_NAME}", Role.NAME),
    _match("key", rf"{_FREE}{_NAME}(?=[ \t]*:)", Role.KEY),
    _match("constant", _word(words.CONSTANTS), Role.CONSTANT),
    _match("operator_word", _word(words.OPERATORS), Role.OPERATOR_WORD),
    _match("branch", _word(words.BRANCHES), Role.KEYWORD),
    _match("import", _word(["import"], _BEFORE_A_VALUE), Role.IMPORT),
    _match("after_number", rf"(?<=[0-9][ \t]){_any(words.AFTER_NUMBERS)}\b", Role.KEYWORD),
    _match("day", rf"{_FREE}{_DAYS}(?=(?:[ \t]*,[ \t]*{_DAYS})*[ \t]+at[ \t]+[0-9])", Role.CHOICE),
    Match(
        "catching_up",
        (Part(_word(["catchup"]), Role.KEYWORD), _GAP, Part(rf"{_any(words.CHOICES['catchup'])}\b", Role.CHOICE)),
    ),
    _match("clause", _word(words.CLAUSES, _BEFORE_A_VALUE), Role.KEYWORD),
    _match("default_record", _word(["default"], r"(?=[ \t]+\{[ \t]*\w+[ \t]*:)"), Role.KEYWORD),
    _match("function", _word(words.FUNCTIONS, r"(?=\()"), Role.FUNCTION),
    _match("callee", rf"{_FREE}[a-z_]\w*(?:\.[a-z_]\w*)*(?=\()", Role.CALLEE),
    _match("type_name", rf"{_FREE}[A-Z]\w*", Role.TYPE),
    _match("name", _NAME, Role.NAME),
)

_SIGNS: Final[tuple[Rule, ...]] = (
    _match("arrow", "->", Role.ARROW),
    _match("operator", r"\?\?|[=!<>]=|[-=<>+*/?]", Role.OPERATOR),
    _match("sign", r"[()\[\]{},.:;]", Role.PUNCTUATION),
)

CONTEXTS: Final[Mapping[str, tuple[Rule, ...]]] = {
    "file": (
        *_COMMENTS,
        Scripts(),
        *_DECLARATIONS,
        *_STATEMENTS,
        _match("brace", r"[{}]", Role.PUNCTUATION),
        Include("expression"),
    ),
    "expression": (*_COMMENTS, *_TEXTS, *_BRACKETS, *_LITERALS, *_WORDS, *_SIGNS),
    "type": (
        *_COMMENTS,
        Region("fields", (Part(r"\{", Role.PUNCTUATION),), Part(r"\}", Role.PUNCTUATION), "type"),
        Region("of_types", (Part(r"\[", Role.PUNCTUATION),), Part(rf"\]|{_FORGOTTEN}", Role.PUNCTUATION), "type"),
        _match("field", rf"{_FREE}{_NAME}(?=[ \t]*:)", Role.KEY),
        _match("builtin_type", _word(words.BUILTIN_TYPES, r"(?!\()"), Role.BUILTIN_TYPE),
        Include("expression"),
    ),
    "enum": (*_COMMENTS, *_TEXTS, _match("enum_member", rf"{_FREE}{_NAME}", Role.MEMBER), *_SIGNS),
    "line_text": (
        _match("escape", r"\\(?:\{\{|u\{[0-9A-Fa-f]+\}|u[0-9A-Fa-f]{4}|.)", Role.ESCAPE),
        Region("line_hole", (Part(r"\{\{", Role.HOLE),), Part(r"\}\}|$", Role.HOLE), "expression"),
    ),
    "block_text": (
        _match("plain_braces", r"\\\{\{", Role.ESCAPE),
        Region("hole", (Part(r"\{\{", Role.HOLE),), Part(r"\}\}", Role.HOLE), "expression"),
    ),
    "raw_text": (),
}
