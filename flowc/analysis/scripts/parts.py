"""What goes into the binder of scripts and what comes out: text and holes in, uses and problems out.

Offsets are character offsets in the `.flow` source; a span is `start`, `end`, half open.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import Literal

from runtime.model.slotted import dataclass
from runtime.model.types import Type

Language = Literal["sh", "bash", "python", "sql"]
Use = Literal["word", "inner", "arith", "name", "parameter"]


@dataclass(frozen=True, slots=True)
class Text:
    """Literal text of a script. `runs`: from character `index` of the text on, characters stand one after
    another in the source from `offset` on; `((0, offset),)` for text that the source has as it is."""

    text: str
    runs: tuple[tuple[int, int], ...]

    @classmethod
    def at(cls, text: str, offset: int) -> Text:
        return cls(text, ((0, offset),))

    def offset(self, index: int) -> int:
        """Where character `index` stands in the source; the text's length gives the offset of its end."""
        first, offset = self.runs[max(bisect_right(self.runs, (index, float("inf"))) - 1, 0)]
        return offset + index - first


@dataclass(frozen=True, slots=True)
class Hole:
    """A `{{ }}` in a script. The span covers the braces; `shown` is the expression as written.

    `type` is None where the expression has an error of its own: then only its place is judged.
    """

    type: Type | None
    start: int
    end: int
    shown: str


@dataclass(frozen=True, slots=True)
class Label:
    """A second place of a problem: where the other half of the story stands."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Problem:
    """A problem of a script, ready to be made a diagnostic.

    `kind`: `unsafe` (a value would be read as code, or nobody can tell), `type` (a value of this type cannot
    stand here), `syntax` (the script itself is broken: an open quote, Python that does not parse).
    `label`: two or three words for beside the caret.
    """

    kind: Literal["unsafe", "type", "syntax"]
    start: int
    end: int
    message: str
    help: str
    label: str = ""
    labels: tuple[Label, ...] = ()


@dataclass(frozen=True, slots=True)
class Bound:
    """One use for each hole in order, None where a problem names that hole; no problems means: safe to render."""

    uses: tuple[Use | None, ...]
    problems: tuple[Problem, ...]


Parts = Sequence[Text | Hole]
