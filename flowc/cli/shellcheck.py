"""What ShellCheck says of the shell scripts of a file, where it is installed: a hint each, at its place in the file."""

from __future__ import annotations

import json
import os
import sys
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, repeat
from pathlib import Path
from typing import Any, Final

from flowc.analysis.scripts.binder import bind
from flowc.analysis.scripts.parts import Hole, Text
from flowc.diagnostics import Sink, codes
from flowc.source import Source, Span
from flowc.syntax import nodes
from flowc.syntax.inside import everything
from runtime.model.slotted import dataclass

_SECONDS: Final = 60
_AT_ONCE: Final = 100
"""Scripts that one process reads."""
_LEFT_OUT: Final = "SC1083,SC2066,SC2154,SC1090,SC1091"
"""What a script read alone cannot show: lists that become several words, variables of `env`, files read at run time;
and braces, of which a hint of ours tells."""
_UNQUOTED: Final = 2086
_OURS: Final = ("$FLOW_", "${FLOW_")
"""The paths in these hold nothing that a shell would split."""
_START: Final = "set -e\n"
"""Scripts are run so."""
_RENDERED: Final = {"word": '"${{FLOW_V{}}}"', "inner": "${{FLOW_V{}}}", "arith": "FLOW_V{}"}


@dataclass(frozen=True, slots=True)
class _Script:
    """`text` as ShellCheck reads it; `places`: where pieces of it begin in `text`, and their places in the source."""

    language: str
    text: str
    places: tuple[tuple[int, nodes.TextPart | nodes.Hole], ...]

    def span(self, at: int) -> Span:
        """The place in the source of a character of the text."""
        index = max(bisect_right(self.places, at, key=lambda place: place[0]) - 1, 0)
        start, part = self.places[index]
        if isinstance(part, nodes.Hole):
            return part.span
        offset = part.offset(min(max(at - start, 0), len(part.text)))
        return offset, offset + 1


def lint_scripts(source: Source, tree: nodes.File, sink: Sink) -> None:
    """Tells what ShellCheck finds in the scripts of a file; nothing if it is not installed or fails."""
    scripts = list(_scripts(tree))
    program = _program() if scripts else None
    if program is None:
        return
    for number, comment in _comments(program, scripts):
        script = scripts[number]
        start = script.span(_offset(script.text, comment["line"], comment["column"]))
        end = script.span(_offset(script.text, comment["endLine"], comment["endColumn"]) - 1)
        span = (start[0], max(end[1], start[1]))
        if comment["code"] == _UNQUOTED and source.text.startswith(_OURS, span[0]):
            continue
        code = f"SC{comment['code']}"
        help = f"ShellCheck explains {code} in its wiki; `# shellcheck disable={code}` in the script leaves it out"
        sink.error(codes.SHELLCHECK, source, span, f"{code}: {comment['message']}", help=help, severity="warning")


def _program() -> str | None:
    folders = [*os.get_exec_path(), os.path.dirname(sys.executable)]
    programs = (os.path.join(folder, "shellcheck") for folder in folders)
    return next((program for program in programs if os.path.isfile(program) and os.access(program, os.X_OK)), None)


def _scripts(tree: nodes.File) -> Iterator[_Script]:
    for part in everything(tree.items):
        if not isinstance(part, nodes.Action) or part.language.text not in ("sh", "bash"):
            continue
        if isinstance(part.script, nodes.Text) and (script := _script(part.language.text, part.script)) is not None:
            yield script


def _script(language: str, text: nodes.Text) -> _Script | None:
    parts = [
        Text(part.text, part.runs) if isinstance(part, nodes.TextPart) else Hole(None, *part.span, "")
        for part in text.parts
    ]
    uses = iter(bind(language, parts).uses)  # type: ignore[arg-type]
    rendered, places, length = [_START], [], len(_START)
    for number, part in enumerate(text.parts, start=1):
        shown = part.text if isinstance(part, nodes.TextPart) else _RENDERED.get(next(uses) or "", "").format(number)
        places.append((length, part))
        rendered.append(shown)
        length += len(shown)
    return _Script(language, "".join(rendered), tuple(places)) if places else None


def _comments(program: str, scripts: Sequence[_Script]) -> Iterator[tuple[int, dict[str, Any]]]:
    """The findings, each with the number of its script. Scripts that are the same are read once."""
    import tempfile
    from concurrent.futures import ThreadPoolExecutor

    same: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for number, script in enumerate(scripts):
        same[script.language, script.text].append(number)
    with tempfile.TemporaryDirectory(prefix="flowc-") as folder, ThreadPoolExecutor(os.cpu_count()) as threads:
        for (_, text), (number, *_others) in same.items():
            Path(folder, str(number)).write_text(text, encoding="utf-8")
        commands = list(_commands(program, same))
        for comment in chain.from_iterable(threads.map(_found, commands, repeat(folder))):
            first = scripts[int(comment["file"])]
            for number in same[first.language, first.text]:
                yield number, comment


def _commands(program: str, same: Mapping[tuple[str, str], list[int]]) -> Iterator[list[str]]:
    """What reads all scripts, some at a time."""
    for language in sorted({language for language, _ in same}):
        files = [str(numbers[0]) for (other, _), numbers in same.items() if other == language]
        options = ["--format=json1", f"--shell={language}", "--severity=info", f"--exclude={_LEFT_OUT}"]
        for index in range(0, len(files), _AT_ONCE):
            yield [program, *options, *files[index : index + _AT_ONCE]]


def _found(command: list[str], folder: str) -> list[dict[str, Any]]:
    import subprocess

    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, timeout=_SECONDS, check=False)
        return list(json.loads(done.stdout)["comments"])
    except (OSError, subprocess.SubprocessError, ValueError, KeyError):
        return []


def _offset(text: str, line: int, column: int) -> int:
    """The offset of a place in the form `json1`, where a tab is one column."""
    start = 0
    for _ in range(line - 1):
        start = text.find("\n", start) + 1
    return start + column - 1
