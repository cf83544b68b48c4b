"""A script as one string for the readers of its language, each hole one character that no source can hold."""

from __future__ import annotations

from bisect import bisect_right

from flowc.analysis.scripts.parts import Hole, Parts, Text
from runtime.model.slotted import dataclass

HOLE = "\0"


@dataclass(frozen=True, slots=True)
class Joined:
    """`text` with `HOLE` for each hole; `positions[n]` is where hole n stands in it, `holes[n]` what it is."""

    text: str
    holes: tuple[Hole, ...]
    positions: tuple[int, ...]
    starts: tuple[int, ...]
    parts: tuple[Text | Hole, ...]

    @classmethod
    def of(cls, parts: Parts) -> Joined:
        starts, pieces, length = [], [], 0
        for part in parts:
            starts.append(length)
            pieces.append(HOLE if isinstance(part, Hole) else part.text.replace(HOLE, "\ufffd"))
            length += len(pieces[-1])
        positions = tuple(start for start, part in zip(starts, parts, strict=True) if isinstance(part, Hole))
        holes = tuple(part for part in parts if isinstance(part, Hole))
        return cls("".join(pieces), holes, positions, tuple(starts), tuple(parts))

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The span in the source of the characters `start` to `end` of the text; never empty in a script with text."""
        first, last = self._source(start), self._source(max(end - 1, start))
        return first[0], max(last[1], first[0])

    def _source(self, position: int) -> tuple[int, int]:
        if not self.parts:
            return (0, 0)
        index = max(bisect_right(self.starts, position) - 1, 0)
        part = self.parts[index]
        if isinstance(part, Hole):
            return part.start, part.end
        inside = min(position - self.starts[index], len(part.text))
        offset = part.offset(inside)
        return offset, offset + (1 if inside < len(part.text) else 0)
