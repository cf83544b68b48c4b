"""A whole frame of the display: header with its bar, the tree, the failing task with the tail of its log."""

from __future__ import annotations

import shlex
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from runtime.cli.display.clock import duration
from runtime.cli.display.explanation import failure
from runtime.cli.display.glyphs import Glyphs
from runtime.cli.display.rows import fit, row_lines
from runtime.cli.display.styled import Line, Span, crop, harmless, joined, line, width
from runtime.cli.display.tree import Node, Picture
from runtime.model.state import ExecStatus, RunStatus

WIDEST = 110
"""A line longer than this is hard to read across, however wide the terminal is."""

_TREE_ROWS = 5
"""What a failing task's panel leaves to the tree."""
_PANEL_FRAME = 2
_MOST_TAIL = 10

STATUS_STYLES = {
    RunStatus.QUEUED: "dim",
    RunStatus.RUNNING: "busy",
    RunStatus.SUCCEEDED: "good",
    RunStatus.FAILED: "bad",
    RunStatus.CANCELLED: "bad",
    RunStatus.SUSPENDED: "warn",
}
_BAR = (
    (ExecStatus.FINISHED, "good"),
    (ExecStatus.IGNORED, "dim"),
    (ExecStatus.FAILED, "bad"),
    (ExecStatus.SUSPENDED, "warn"),
    (ExecStatus.RUNNING, "busy"),
)


@dataclass(frozen=True, slots=True)
class Size:
    """Cells and rows of the terminal; `height` None is without bound (a pipe, a file)."""

    width: int
    height: int | None


@dataclass(frozen=True, slots=True)
class Failure:
    """A failed task and the end of its log."""

    node: Node
    tail: tuple[str, ...] = ()


def frame(
    picture: Picture, size: Size, glyphs: Glyphs, failing: Failure | None = None, notice: str = "", level: int = 0
) -> tuple[list[Line], int]:
    """The lines of one frame and the level of folding it took (see `rows.fit`)."""
    cells = min(size.width, WIDEST)
    head = header(picture, cells, glyphs)
    below = [(), crop(line(Span(notice, "warn")), cells, glyphs.ellipsis)] if notice else []
    if size.height is None:
        room = None
        shown = panel(failing, picture, _MOST_TAIL, cells, glyphs) if failing else []
    else:
        room = max(size.height - len(head) - len(below) - 1, 1)
        shown = _panel_within(room - _TREE_ROWS - 1, failing, picture, cells, glyphs)
        room -= len(shown) + 1 if shown else 0
    rows, level, left_out = fit(picture, room, level)
    foot = [(), *shown] if shown else []
    return [*head, *row_lines(rows, left_out, picture, cells, glyphs), *foot, *below], level


def _panel_within(room: int, failing: Failure | None, picture: Picture, cells: int, glyphs: Glyphs) -> list[Line]:
    """The panel in at most `room` lines and about a third of them; none where it would crowd out the tree."""
    if failing is None or room < _PANEL_FRAME + 1:
        return []
    most = min(room - _PANEL_FRAME, max(room // 3, 2), _MOST_TAIL)
    return panel(failing, picture, most, cells, glyphs)


def header(picture: Picture, cells: int, glyphs: Glyphs) -> list[Line]:
    """Two lines and an empty one: what runs since when, and how far it has come."""
    run = picture.run
    began = run.started_at if run.started_at is not None else run.created_at
    elapsed = duration((run.ended_at if run.ended_at is not None else picture.now) - began)
    title = joined(
        [
            line(Span(run.ref, "bold")),
            line(Span(run.status.value, STATUS_STYLES[run.status])),
            line(elapsed),
            line(Span(harmless(picture.flow.doc.strip().partition("\n")[0]), "dim")),
        ]
    )
    return [crop(title, cells, glyphs.ellipsis), progress(picture, cells, glyphs), ()]


def progress(picture: Picture, cells: int, glyphs: Glyphs) -> Line:
    """The bar and the counts beside it."""
    counts = picture.counts
    total = sum(counts.values())
    settled = counts[ExecStatus.FINISHED] + counts[ExecStatus.IGNORED]
    words = [f"{settled}/{total}{'+' if _grows(picture) else ''} tasks"]
    words += [
        f"{counts[s]} {s.word}" for s in (ExecStatus.RUNNING, ExecStatus.FAILED, ExecStatus.SUSPENDED) if counts[s]
    ]
    text = f" {glyphs.dot} ".join(words)
    length = max(min(40, cells - len(text) - 2), 0)
    return crop((*_bar(picture, length, glyphs), Span("  " if length else ""), Span(text)), cells, glyphs.ellipsis)


def _grows(picture: Picture) -> bool:
    """Whether a mapped node has not found its items yet, so that the number of tasks is not final."""
    return not picture.run.status.ended and any(
        node.view.kind == "map" and node.view.status is ExecStatus.WAITING for node in picture.nodes
    )


def _bar(picture: Picture, length: int, glyphs: Glyphs) -> Line:
    total = sum(picture.counts.values()) or 1
    spans = []
    seen = drawn = 0
    for status, style in _BAR:
        seen += picture.counts[status]
        upto = round(length * seen / total)
        spans.append(Span(glyphs.bar * (upto - drawn), style))
        drawn = upto
    spans.append(Span(glyphs.bar_rest * (length - drawn), "dim"))
    return line(*spans)


def panel(failing: Failure, picture: Picture, most: int, cells: int, glyphs: Glyphs) -> list[Line]:
    """The failed task, how it failed, and at most so many lines of the end of its log.

    An error too long for the first line takes lines of its own, and of the log's.
    """
    node = failing.node
    title = line(Span(f"{glyphs.top} ", "bad"), Span(node.view.path, "bold"), Span(" failed", "bad"))
    why = failure(node)
    if sum(width(span.text) for span in title) + width(why) + 2 <= cells:
        title, told = (*title, Span(f": {why}", "bad")), []
    else:
        told = [Span(text, "bad") for text in textwrap.wrap(why, max(cells - 2, 10))[: max(most - 1, 1)]]
    already = {harmless(text).strip() for text in node.view.message.splitlines()}
    said = [text for text in failing.tail if harmless(text).strip() not in already]
    tail = [Span(harmless(text)) for text in said][-(most - len(told)) :] if most > len(told) else []
    body = [line(Span(f"{glyphs.side} ", "bad"), span) for span in (*told, *tail)]
    of_task = f"flower logs {picture.run.ref} {shlex.quote(node.view.path)}"
    command = f"flower why {picture.run.ref}" if node is picture.root else of_task
    last = line(Span(f"{glyphs.bottom} ", "bad"), Span(command, "dim"))
    return [crop(spans, cells, glyphs.ellipsis) for spans in (title, *body, last)]


def latest_failure(picture: Picture) -> Node | None:
    """The task that failed last, which is the one to show."""
    failed = failures(picture)
    return max(failed, key=lambda node: node.view.ended_at or 0) if failed else None


def failures(picture: Picture) -> Sequence[Node]:
    """Failed tasks, and groups and mapped nodes that failed of themselves and not by a member, in order."""
    return [
        node
        for node in picture.nodes
        if node.view.status is ExecStatus.FAILED and (node.is_task or node.view.reason.value not in ("members", ""))
    ]
