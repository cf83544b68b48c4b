"""What stands in a box, in which style, and how large the box must be for it."""

from __future__ import annotations

from typing import Final

from flowc.export.graph import Node
from flowc.export.svg.metrics import text_width
from runtime.model.slotted import dataclass

_LONGEST: Final = 40
_PADDING: Final = 14.0
_NAME_SIZE: Final = 13.0
_SMALL_SIZE: Final = 11.0
_NAME_HEIGHT: Final = 18.0
_SMALL_HEIGHT: Final = 15.0
_SMALLEST_WIDTH: Final = 72.0


@dataclass(frozen=True, slots=True)
class Words:
    """A line of a label. `style`: `name`, `does`, `each`, `condition`. `baseline`: below the top of the label."""

    text: str
    style: str
    baseline: float


@dataclass(frozen=True, slots=True)
class Label:
    """The lines of a box, and the size that they need with room around."""

    words: tuple[Words, ...]
    width: float
    height: float


def label_of(node: Node) -> Label:
    """The label of a task's box, or of the head of a group's."""
    does = f"on {node.hook}: {node.does}" if node.hook else node.does
    told = ((node.name, "name"), (does, "does"), (node.each, "each"), (node.condition, "condition"))
    words = []
    at, width = 6.0, _SMALLEST_WIDTH
    for text, style in told:
        if text:
            shown = _cut(text)
            at += _NAME_HEIGHT if style == "name" else _SMALL_HEIGHT
            size = _NAME_SIZE if style == "name" else _SMALL_SIZE
            width = max(width, text_width(shown, size, bold=style == "name") + 2 * _PADDING)
            words.append(Words(shown, style, at - 4.0))
    return Label(tuple(words), width, at + 6.0)


def _cut(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"
