"""What the parser could not read, and what need not be told because of it: one mistake is told once, by the parser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from flowc.diagnostics import Code, codes
from flowc.source import Source, Span
from flowc.syntax import nodes
from flowc.syntax.inside import Part, everything, inside
from flowc.syntax.words import DECLARING, KINDS, STATEMENT_WORDS
from runtime.model.slotted import dataclass, field

_WORD: Final = re.compile(r"[A-Za-z_]\w*")
_PATH_BEFORE: Final = re.compile(r"(?:\w+:[ ]*)?[\w.]*\Z")
_NAMELESS: Final = re.compile(r"(?:task|parallel|sequence)\s+for\s+\w+\s+in\b|[(,]\s*:")
_TEXT: Final = re.compile(r"\"[^\"\n]*\"?|'[^'\n]*'?")
_LONG: Final = 80
_ABOUT_PARTS: Final = frozenset((codes.NO_ACTION, codes.TWO_ACTIONS, codes.MISPLACED, codes.BAD_SETTING))
"""Said of a task, these depend on statements of it that may not have been read."""
_ABOUT_NAMES: Final = frozenset(
    (codes.UNKNOWN_NAME, codes.UNKNOWN_TYPE, codes.UNKNOWN_COMPONENT, codes.UNKNOWN_ARGUMENT, codes.UNKNOWN_MEMBER)
)
_IN_PLACES: Final = frozenset(("last", "round", "error", "event", "tick", "failed", "failures", "attempt"))
"""Names that some statements bring along, which may not have been read."""
_Declaration = nodes.FlowDecl | nodes.GroupDecl | nodes.TaskDecl


@dataclass(slots=True)
class Unread:
    """`texts`: what was not read. `words`: the names in it, and those of declarations that were read in part, which
    are `wounded`. `nameless`: a declaration lacks its name, so that any name may be declared by it.
    """

    texts: list[str] = field(default_factory=list)
    words: set[str] = field(default_factory=set)
    wounded: list[Span] = field(default_factory=list)
    nameless: bool = False

    def mentions(self, name: str) -> bool:
        """Whether the name may well be declared in what was not read."""
        return self.nameless or any(name in text for text in self.texts)

    def explains(self, code: Code, source: Source, span: Span) -> bool:
        """Whether a problem may be there only because something else was not read."""
        if code in _ABOUT_NAMES and (self.nameless or self.texts and source.text[slice(*span)] in _IN_PLACES):
            return True
        if code in _ABOUT_PARTS and any(start <= span[0] < end for start, end in self.wounded):
            return True
        return bool(self.words) and not self.words.isdisjoint(_names(source, span))


def unread_of(file: nodes.File, source: Source) -> Unread:
    """What was not read of a file."""
    unread = Unread()
    if file.complete:
        return unread
    for text in _lost_texts(file, source):
        unread.texts.append(text)
        unread.words.update(_declared_in(text))
        unread.nameless = unread.nameless or _lacks_name(text)
    for part in everything(file.items):
        if isinstance(part, _Declaration) and (part.partial or _has_lost(part)):
            unread.words.add(part.name.text)
            if isinstance(part, nodes.TaskDecl):
                unread.wounded.append(part.span)
    return unread


def _lost_texts(file: nodes.File, source: Source) -> Iterator[str]:
    for part in everything(file.items):
        if isinstance(part, nodes.ErrorNode):
            yield source.text[slice(*part.span)]
        elif isinstance(part, _Declaration) and part.partial:
            end = part.body[0].span[0] if part.body else part.span[1]
            yield source.text[part.span[0] : end]


def _has_lost(part: Part) -> bool:
    """Whether something directly inside was not read; what is inside of branches counts as well."""
    return any(
        isinstance(inner, nodes.ErrorNode)
        or (isinstance(inner, nodes.If | nodes.Match | nodes.Branch | nodes.Case) and _has_lost(inner))
        for inner in inside(part)
    )


def _declared_in(text: str) -> list[str]:
    """The names that a text may declare: none if it is a setting or an action, and none inside of texts."""
    words = _WORD.findall(_TEXT.sub("", text))
    if words and words[0] in STATEMENT_WORDS and words[0] not in DECLARING:
        return []
    return [word for word in words if word not in KINDS]


def _lacks_name(text: str) -> bool:
    word, _, rest = text.partition(" ")
    return word in DECLARING and (not _WORD.match(rest.lstrip()) or _NAMELESS.search(text) is not None)


def _names(source: Source, span: Span) -> list[str]:
    """The names in a short text, with those of the dotted path that leads to it."""
    if span[1] - span[0] > _LONG:
        return []
    before = _PATH_BEFORE.search(source.text, max(span[0] - _LONG, 0), span[0])
    return _WORD.findall(source.text[before.start() if before else span[0] : span[1]])
