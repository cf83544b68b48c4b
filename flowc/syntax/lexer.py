"""Text to tokens. Newlines that are free are left out here, so the grammar sees a newline only where it ends something.

A token is `(kind, value, start, end)`. `value` is the text of a word or sign, the node of a literal, and for a text
the spans of its holes. What has no meaning is reported and becomes a BROKEN token, a missing bracket an UNCLOSED one:
the parser gives up the statement around them without a word of its own.
"""

from __future__ import annotations

import re
from typing import Any, Final

from flowc.diagnostics import Fix, Label, Sink, codes
from flowc.source import Source, Span
from flowc.syntax import literals, texts
from flowc.syntax.meaningless import meaningless
from flowc.syntax.nodes import Literal
from flowc.syntax.unclosed import report_unclosed
from flowc.syntax.words import KINDS
from runtime.model.slotted import dataclass, field

Token = tuple[str, Any, int, int]

MAX_DEPTH: Final = 100
_FAR: Final = 10_000

_SIGNS: Final = {
    "{": "LBRACE",
    "}": "RBRACE",
    "(": "LPAR",
    ")": "RPAR",
    "[": "LSQB",
    "]": "RSQB",
    ",": "COMMA",
    ".": "DOT",
    ":": "COLON",
    ";": "NEWLINE",
    "=": "EQUAL",
    "->": "ARROW",
    "?": "QUESTION",
    "-": "MINUS",
    **dict.fromkeys(("+", "*", "/", "??", "==", "!=", "<", "<=", ">", ">="), "BINARY"),
}
_OPEN: Final = frozenset("{([")
_CLOSE: Final = {"}": "{", ")": "(", "]": "["}
_CLOSING: Final = {opening: closing for closing, opening in _CLOSE.items()}
_BRACKETS: Final = frozenset(_SIGNS[sign] for sign in "{}()[]")
_CONSTANTS: Final = {"true": ("bool", True), "false": ("bool", False), "null": ("null", None)}

_OPERATORS: Final = ("ARROW", "MINUS", "BINARY", "AND", "OR", "IN", "THEN", "ELSE", "EQUAL", "COMMA")
_AFTER: Final = frozenset((*_OPERATORS, "NOT", "COLON", "LBRACE", "LPAR", "LSQB", "NEWLINE", "START"))
"""A newline after one of these is free."""
_BEFORE: Final = frozenset((*_OPERATORS, "RBRACE", "NEWLINE"))
"""A newline before one of these is free."""

_TOKEN: Final = re.compile(
    r"[ \t\f]*+(?:"
    r"(?P<word>[^\W\d]\w*)"
    r"|(?P<newline>\n)"
    r"|(?P<sign>->|\?\?|==|!=|<=|>=|[{}()\[\],.:;=<>+*/?\-])"
    r"|(?P<quote>[\"'])"
    r"|(?P<number>[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?!\w)|[0-9]{1,2}:[0-9]{1,2}(?::[0-9]{1,2})?(?!\w)"
    r"|[0-9]+\.[0-9]\w*%?|[0-9]\w*%?)"
    r"|(?P<comment>\#[^\n]*+)"
    r"|(?P<end>\Z)"
    r"|(?P<bad>[^\s\w{}()\[\],.:;=<>+*/?\-\"'#]+|[^\S\n]+|.))",
)
_NAMED: Final = re.compile(r"[ \t]*:")
_CHAIN_GOES_ON: Final = re.compile(r"[ \t]*(?:->|,|\.)")
_IN_FOLLOWS: Final = re.compile(r"[ \t]+in\b")
_NEW_STATEMENT: Final = re.compile(
    r"[ \t]*(\}|(?:flow|task|param|parallel|sequence|out|type|enum|let)[ \t]+[A-Za-z_][\w.\-]*[ \t]*(?:[={:(]|for\b|\n)"
    r"|(?:sh|bash|python|sql)[ \t]+[\"'])"
)
"""What a line inside round or square brackets cannot begin with: one of them was forgotten before it."""


@dataclass(slots=True)
class Lexed:
    """Tokens with an END as the last, and the doc comments by the start of the token that they stand above.

    `comments`: where every comment stands, the doc comments too, in order.
    `cut`: the end of the text is inside an unclosed text, so open braces need no complaint of their own.
    `open_braces` and `stray`: braces do not balance; `flowc.syntax.braces` mends them.
    """

    tokens: list[Token] = field(default_factory=list)
    docs: dict[int, str] = field(default_factory=dict)
    comments: list[Span] = field(default_factory=list)
    cut: bool = False
    open_braces: bool = False
    stray: bool = False
    too_deep: bool = False


def lex(source: Source, sink: Sink, start: int = 0, end: int | None = None) -> Lexed:
    """The tokens of a part of the source; with `end`, as inside brackets."""
    return _Lexer(source, sink, end is not None).run(start, len(source.text) if end is None else end)


class _Lexer:
    def __init__(self, source: Source, sink: Sink, inside: bool) -> None:
        self.source = source
        self.sink = sink
        self.inside = inside
        self.text = source.text
        self.lexed = Lexed()
        self.brackets: list[tuple[str, int]] = []
        self.doc: list[str] = []
        self.newline = -1
        self.previous = "START"

    def run(self, at: int, stop: int) -> Lexed:
        text, match = self.text, _TOKEN.match
        readers = {
            "word": self._word,
            "sign": self._sign,
            "quote": self._quote,
            "number": self._number,
            "bad": self._bad,
        }
        while True:
            found = match(text, at, stop)
            assert found is not None
            group = found.lastgroup
            assert group is not None
            begin, at = found.start(group), found.end()
            if group in readers:
                token = readers[group](begin, at)
                at = token[3]
                if not self._add(token):
                    return self._give_up(begin, stop)
            elif group == "newline":
                self._break(begin, at)
            elif group == "comment":
                self._comment(begin, at)
            else:
                return self._finish(stop)

    def _break(self, begin: int, at: int) -> None:
        self.newline = begin if self.newline < 0 else self.newline
        if self.brackets and self.brackets[-1][0] != "{":
            self._check_line(at)

    def _add(self, token: Token) -> bool:
        """Adds a token, with the newline before it if that ends something; false to stop here."""
        kind, _, begin, at = token
        tokens = self.lexed.tokens
        if self.newline >= 0:
            if not self.inside and self.previous not in _AFTER and self._ends(kind, at):
                tokens.append(("NEWLINE", "\n", self.newline, self.newline + 1))
            self.newline = -1
        if self.doc:
            self.lexed.docs[begin] = "\n".join(self.doc)
            self.doc = []
        if kind in _BRACKETS:
            kind = self._bracket(kind, begin)
            token = (kind, token[1], begin, at)
        elif kind == "NEWLINE" and self.previous in _AFTER:
            return True
        if kind not in ("NONE", "$END"):
            tokens.append(token)
            self.previous = kind
        return kind != "$END"

    def _finish(self, stop: int) -> Lexed:
        if self.brackets and self.brackets[-1][0] != "{":
            self._close_round(None)
        if self.lexed.tokens and self.lexed.tokens[-1][0] == "NEWLINE":
            self.lexed.tokens.pop()
        self.lexed.open_braces = bool(self.brackets)
        self.lexed.tokens.append(("$END", "", stop, stop))
        return self.lexed

    def _ends(self, kind: str, at: int) -> bool:
        """Whether a newline before a token of this kind, which ends at `at`, ends a statement or an entry."""
        if self.brackets and self.brackets[-1][0] != "{":
            return False
        if kind in _BEFORE:
            return False
        if kind == "BY":
            return _CHAIN_GOES_ON.match(self.text, at) is not None
        return kind != "NOT" or _IN_FOLLOWS.match(self.text, at) is None

    def _sign(self, begin: int, end: int) -> Token:
        sign = self.text[begin:end]
        return (_SIGNS[sign], sign, begin, end)

    def _word(self, begin: int, end: int) -> Token:
        word = self.text[begin:end]
        if self.previous == "DOT":
            return ("NAME", word, begin, end)
        kind = KINDS.get(word)
        if kind is None:
            if not word.isascii():
                return self._foreign_word(word, begin, end)
            return ("TYPE_NAME" if "A" <= word[0] <= "Z" else "NAME", word, begin, end)
        if word in _CONSTANTS or kind in _AFTER or kind == "IF":
            if _NAMED.match(self.text, end):
                return ("NAME", word, begin, end)
            if word in _CONSTANTS:
                constant: Any = _CONSTANTS[word]
                return ("LITERAL", Literal(constant[0], constant[1], (begin, end)), begin, end)
        return (kind, word, begin, end)

    def _foreign_word(self, word: str, begin: int, end: int) -> Token:
        self.sink.error(
            codes.BAD_NAME,
            self.source,
            (begin, end),
            f"`{word}` cannot be a name",
            help="names are made of a-z, 0-9 and _; other letters may stand in texts and comments",
        )
        return ("BROKEN", word, begin, end)

    def _number(self, begin: int, end: int) -> Token:
        text = self.text[begin:end]
        read = literals.read(text)
        if read.problem:
            fixes = (Fix((begin, end), read.instead, certain=True),) if read.instead else ()
            help = f"write `{read.instead}`" if read.instead else f"literals look like {literals.EXAMPLES}"
            self.sink.error(codes.BAD_LITERAL, self.source, (begin, end), read.problem, help=help, fixes=fixes)
        return ("LITERAL", Literal(read.kind, read.value, (begin, end)), begin, end)

    def _quote(self, begin: int, _end: int) -> Token:
        try:
            end, holes = texts.scan(self.text, begin)
        except texts.Unclosed as problem:
            return self._unclosed_text(begin, problem)
        return ("TEXT", holes, begin, end)

    def _unclosed_text(self, begin: int, problem: texts.Unclosed) -> Token:
        quote = self.text[begin : begin + 3]
        quote = quote if quote in ('"""', "'''") else quote[0]
        report_unclosed(self.source, begin, quote, problem, self.sink)
        if len(quote) == 1:
            return ("BROKEN", quote, begin, self._end_of_broken_line(begin))
        closing = self.text.find(quote, max(begin + 3, problem.start + 1))
        self.lexed.cut = self.lexed.cut or closing < 0
        return ("BROKEN", quote, begin, len(self.text) if closing < 0 else closing + 3)

    def _end_of_broken_line(self, begin: int) -> int:
        """The end of the line, without the braces at its end that close what was opened on it."""
        line_start = self.text.rfind("\n", 0, begin) + 1
        end = self.text.find("\n", begin)
        end = len(self.text) if end < 0 else end
        for sign, at in reversed(self.brackets):
            line = self.text[begin + 1 : end].rstrip()
            if sign != "{" or at < line_start or not line.endswith("}"):
                break
            end = begin + len(line)
        return end

    def _bad(self, begin: int, end: int) -> Token:
        found = meaningless(self.text, begin, end)
        span = (begin, found.end if found.whole else end)
        self.sink.error(codes.BAD_CHARACTER, self.source, span, found.message, help=found.help, fixes=found.fixes)
        return ("BROKEN", self.text[begin:end], begin, found.end)

    def _comment(self, begin: int, end: int) -> None:
        text = self.text
        self.lexed.comments.append((begin, end))
        if text.startswith("##", begin) and not text.startswith("###", begin):
            line_start = text.rfind("\n", 0, begin) + 1
            if not text[line_start:begin].strip():
                self.doc.append(text[begin + 2 : end].strip())

    def _bracket(self, kind: str, begin: int) -> str:
        """Keeps the stack of brackets; gives the kind of the token, NONE to leave it out, $END to stop here."""
        brackets, sign = self.brackets, self.text[begin]
        if sign in _OPEN:
            brackets.append((sign, begin))
            return kind if len(brackets) <= MAX_DEPTH else "$END"
        if sign == "}" and self.previous == "NEWLINE":
            self.lexed.tokens.pop()
        wanted = _CLOSE[sign]
        if brackets and brackets[-1][0] == wanted:
            brackets.pop()
            return kind
        if sign == "}":
            return self._stray_brace(kind, begin)
        return self._stray_round(sign, begin)

    def _stray_brace(self, kind: str, begin: int) -> str:
        if self.brackets and self.brackets[-1][0] != "{" and self._is_closed_later(begin + 1):
            self.sink.error(
                codes.STRAY_CLOSE,
                self.source,
                (begin, begin + 1),
                "this `}` closes nothing",
                help="remove it",
                fixes=(Fix((begin, begin + 1), ""),),
            )
            return "NONE"
        if any(sign == "{" for sign, _ in self.brackets):
            self._close_round((begin, begin + 1))
            self.brackets.pop()
            return kind
        if self.brackets:
            self._close_round((begin, begin + 1))
        self.lexed.stray = True
        return kind

    def _is_closed_later(self, at: int) -> bool:
        """Whether the innermost bracket has its closing one behind `at`, before another statement begins."""
        wanted, depth = _CLOSING[self.brackets[-1][0]], 0
        for place in range(at, min(len(self.text), at + _FAR)):
            sign = self.text[place]
            if sign == wanted and not depth:
                return True
            depth += (sign in _OPEN) - (sign in _CLOSE)
            if depth < 0 or sign == "\n" and _NEW_STATEMENT.match(self.text, place + 1):
                return False
        return False

    def _stray_round(self, sign: str, begin: int) -> str:
        labels: tuple[Label, ...] = ()
        message, help = f"this `{sign}` closes nothing", "remove it"
        kind = "NONE"
        if self._is_record_left_open(sign):
            return self._close_records(begin)
        if self.brackets and self.brackets[-1][0] != "{":
            opening, at = self.brackets.pop()
            message = f"`{opening}` is closed by `{sign}`"
            help = f"write `{_CLOSING[opening]}`"
            labels = (Label((at, at + 1), "opened here"),)
            kind = "UNCLOSED"
        self.sink.error(codes.STRAY_CLOSE, self.source, (begin, begin + 1), message, labels=labels, help=help)
        return kind

    def _is_record_left_open(self, sign: str) -> bool:
        """Whether `sign` closes a bracket around a `{`, which is then the brace of a record."""
        outer = [opening for opening, _ in self.brackets if opening != "{"]
        return bool(outer) and self.brackets[-1][0] == "{" and outer[-1] == _CLOSE[sign]

    def _close_records(self, begin: int) -> str:
        """Closes the braces above the last round or square bracket, with one complaint, and that bracket."""
        if self.previous == "LBRACE" and self.brackets[-2][0] == _CLOSE[self.text[begin]]:
            return self._turned_round(begin)
        while self.brackets[-1][0] == "{":
            _, place = self.brackets.pop()
            self.lexed.tokens.append(("RBRACE", "}", begin, begin))
        self.brackets.pop()
        self.sink.error(codes.UNCLOSED_BLOCK, self.source, (place, place + 1), "this `{` is not closed", help="add `}`")
        return _SIGNS[self.text[begin]]

    def _turned_round(self, begin: int) -> str:
        """`f(a: 1 { )`: the `{` belongs behind the bracket."""
        _, place = self.brackets.pop()
        self.brackets[-1] = ("{", place)
        closing = self.text[begin]
        self.lexed.tokens.insert(-1, (_SIGNS[closing], closing, place, place))
        span = (place, begin + 1)
        self.sink.error(
            codes.SYNTAX,
            self.source,
            span,
            f"`{{` stands before the `{closing}` that it belongs behind",
            help=f"write `{closing} {{`",
            fixes=(Fix(span, f"{closing} {{", certain=True),),
        )
        return "NONE"

    def _check_line(self, at: int) -> None:
        """At the start of a line inside round or square brackets: closes them if they were forgotten before it."""
        found = _NEW_STATEMENT.match(self.text, at)
        if found and not (found[1] == "}" and all(sign != "{" for sign, _ in self.brackets)):
            self._close_round(found.span(1))
            self.previous = "UNCLOSED"

    def _close_round(self, where: Span | None) -> None:
        """Closes the round and square brackets above the last brace, with one complaint about the outermost."""
        sign, begin = self.brackets[-1]
        while self.brackets and self.brackets[-1][0] != "{":
            sign, begin = self.brackets.pop()
            self.lexed.tokens.append(("UNCLOSED", sign, begin, begin + 1))
        closing = _CLOSING[sign]
        labels = (Label(where, f"a `{closing}` is missing before this"),) if where else ()
        self.sink.error(
            codes.UNCLOSED_BLOCK,
            self.source,
            (begin, begin + 1),
            f"this `{sign}` is not closed",
            labels=labels,
            help=f"add `{closing}`",
        )

    def _give_up(self, begin: int, stop: int) -> Lexed:
        self.sink.error(
            codes.TOO_DEEP,
            self.source,
            (begin, begin + 1),
            f"brackets are nested more than {MAX_DEPTH} deep here",
            help="close some of them, or move the inner part into a group or a flow of its own",
        )
        self.lexed.too_deep = True
        self.lexed.tokens.append(("$END", "", stop, stop))
        return self.lexed
