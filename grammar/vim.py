"""What vim and Neovim read: the syntax file made from the table of colouring, and the files beside it.

vim gives a place to the rule that was defined last, so rules are written backwards.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files
from typing import Final

from grammar.highlighting import CONTEXTS
from grammar.roles import Role
from grammar.rule import Include, Match, Part, Region, Rule
from grammar.vim_pattern import translated, vim_pattern
from grammar.words import SCRIPTS

_START: Final = r"%(^\s*|[{;]\s*)@<="
_LANGUAGES: Final = {"shell": "sh", "python": "python", "sql": "sql"}
_IN_SCRIPTS: Final = "containedin=" + ",".join(f"{file}.*" for file in _LANGUAGES.values())
"""Inside whatever the syntax of a script's language makes of it."""
_ORDER: Final = ("raw_text", "line_text", "block_text", "expression", "type", "enum", "file")
_PLAIN_FILES: Final = ("ftdetect/flow.vim", "ftplugin/flow.vim", "indent/flow.vim")

_HEAD: Final = """\
" Vim syntax file of the Flower workflow language, made by `flowc editor`.
if exists('b:current_syntax')
  finish
endif

let b:is_bash = 1
"""
_TAIL: Final = """\
syntax sync fromstart
let b:current_syntax = 'flow'
"""


def vim_files() -> dict[str, str]:
    """The files of the plug-in, by their paths in its folder."""
    folder = files("grammar") / "editors" / "vim"
    plain = {path: folder.joinpath(path).read_text(encoding="utf-8") for path in _PLAIN_FILES}
    return {"syntax/flow.vim": vim_syntax(), **plain}


def vim_syntax() -> str:
    """The syntax file."""
    lines = [_HEAD, *_includes(), ""]
    done: set[str] = set()
    outside = set(_names(CONTEXTS["file"]))
    for context in _ORDER:
        for rule in reversed(CONTEXTS[context]):
            if isinstance(rule, Match | Region) and rule.name not in done:
                done.add(rule.name)
                lines += _items(rule, rule.name in outside)
    lines += ["", *_scripts(), "", *_clusters(), "", *_links(), "", _TAIL]
    return "\n".join(lines)


def _includes() -> Iterator[str]:
    for language, file in _LANGUAGES.items():
        yield "unlet! b:current_syntax"
        yield f"syntax include @{_group(language)} syntax/{file}.vim"
    yield "syntax case match"
    yield "syntax iskeyword @,48-57,_,192-255"


def _items(rule: Match | Region, outside: bool) -> Iterator[str]:
    """The first part stands for the rule; each names the next one as what follows it. `outside`: it may stand outside
    of all others.
    """
    parts = rule.parts if isinstance(rule, Match) else rule.begin
    told = [part for part in parts if part.role]
    for index, part in enumerate(told):
        first, last = index == 0, index == len(told) - 1
        name = rule.name if first else f"{rule.name}_{index}"
        before = _START if first and rule.starts else ""
        after = f"%({''.join(translated(later.pattern) for later in _after(parts, part))})@=" if first else ""
        options = [] if outside and first else ["contained"]
        options += [_IN_SCRIPTS] if rule in CONTEXTS["block_text"] else []
        if last and isinstance(rule, Region):
            yield _region(rule, name, vim_pattern(part.pattern, before), options)
            continue
        if not last:
            options.append(f"nextgroup={_group(f'{rule.name}_{index + 1}')} skipwhite")
        yield " ".join(["syntax match", _group(name), vim_pattern(part.pattern, before, after), *options])


def _after(parts: tuple[Part, ...], part: Part) -> tuple[Part, ...]:
    at = next(index for index, found in enumerate(parts) if found is part)
    return parts[at + 1 :]


def _region(rule: Region, name: str, start: str, options: list[str]) -> str:
    begin_role, end_role = rule.begin[-1].role, rule.end.role
    words = [
        f"syntax region {_group(name)}",
        f"matchgroup={_role(begin_role) if begin_role else 'NONE'} start={start}",
        f"matchgroup={_role(end_role) if end_role else 'NONE'} end={vim_pattern(rule.end.pattern)}",
        f"contains=@{_group(rule.inside, 'Context')}",
        *options,
    ]
    return " ".join([*words, "extend"] if "hole" in rule.name else words)


def _scripts() -> Iterator[str]:
    for language in _LANGUAGES:
        words = "|".join(word for word in SCRIPTS if SCRIPTS[word] == language)
        texts = ",".join(_group(f"{language}_{kind}") for kind in ("line", "raw_line", "lines", "raw_lines"))
        connection = _group(f"{language}_connection")
        yield (
            f"syntax match {_group(f'{language}_word')} `\\v{_START}<%({words})>%(\\s*[\"'(])@=`"
            f" nextgroup={connection},{texts} skipwhite"
        )
        yield (
            f"syntax region {connection} matchgroup={_role(Role.PUNCTUATION)} start=`(` end=`)` contained"
            f" contains=@{_group('expression', 'Context')} nextgroup={texts} skipwhite"
        )
        yield _script(language, "line", '"', r"\"|$", "line_text")
        yield _script(language, "raw_line", "'", "'|$", "")
        yield _script(language, "lines", '"""', '"""', "block_text")
        yield _script(language, "raw_lines", "'''", "'''", "")


def _script(language: str, kind: str, start: str, end: str, context: str) -> str:
    holes = f"@{_group(context, 'Context')}," if context else ""
    skip = r" skip=`\\.`" if kind == "line" else ""
    return (
        f"syntax region {_group(f'{language}_{kind}')} matchgroup={_role(Role.QUOTE)} start=`{start}`{skip}"
        f" end={vim_pattern(end)} keepend contained contains={holes}@{_group(language)}"
    )


def _clusters() -> Iterator[str]:
    for context in CONTEXTS:
        names = ",".join(_group(name) for name in _names(CONTEXTS[context]))
        yield f"syntax cluster {_group(context, 'Context')} contains={names or 'NONE'}"


def _names(rules: tuple[Rule, ...]) -> Iterator[str]:
    for rule in rules:
        if isinstance(rule, Include):
            yield from _names(CONTEXTS[rule.context])
        elif isinstance(rule, Match | Region):
            yield rule.name


def _links() -> Iterator[str]:
    for role in Role:
        yield f"highlight default link {_role(role)} {role.value.vim}"
    for group, role in roles_of_groups().items():
        if role is not Role.NAME:
            yield f"highlight default link {group} {_role(role)}"


def roles_of_groups() -> dict[str, Role]:
    """What each group of the syntax file stands for."""
    found: dict[str, Role] = {}
    for rule in (rule for rules in CONTEXTS.values() for rule in rules):
        if isinstance(rule, Match):
            found |= _roles_of_parts(rule.name, rule.parts)
        elif isinstance(rule, Region):
            found |= _roles_of_parts(rule.name, rule.begin[:-1])
            found |= {_group(rule.name): rule.content} if rule.content else {}
    return found | {_group(f"{language}_word"): Role.KEYWORD for language in _LANGUAGES}


def _roles_of_parts(name: str, parts: tuple[Part, ...]) -> dict[str, Role]:
    roles = [part.role for part in parts if part.role]
    return {_group(f"{name}_{index}" if index else name): role for index, role in enumerate(roles)}


def _group(name: str, suffix: str = "") -> str:
    return "flow" + "".join(word.capitalize() for word in name.split("_")) + suffix


def _role(role: Role) -> str:
    return f"flowAs{''.join(word.capitalize() for word in role.name.split('_'))}"
