"""The page that pieces are printed on: lines, their indentation, and comments in their places."""

from __future__ import annotations

from typing import Final

from flowc.format.comments import Comment

WIDTH: Final = 120
STEP: Final = 4


class Writer:
    """Collects the text. `wrapped` is the indentation of a line that goes on with a statement or an entry.

    A comment at the end of a line waits until the line is over, so that a comma may still come before it.
    """

    def __init__(self) -> None:
        self.lines = 1
        self.wrapped = STEP
        self._out: list[str] = []
        self._indent = 0
        self._column = 0
        self._fresh = True
        self._waiting: Comment | None = None

    def finish(self) -> str:
        """All of it, with one newline at the end."""
        self._flush()
        text = "".join(self._out)
        return text if self._fresh or not text else text + "\n"

    def fits(self, flat: str, after: int) -> bool:
        """Whether a text and `after` columns more stand on this line."""
        if self._waiting:
            return self.wrapped + len(flat) + after <= WIDTH
        return self._column + len(flat) + after <= WIDTH

    def write(self, text: str) -> None:
        """Text on this line; on the next one if a comment has ended this."""
        if self._waiting:
            self.line(self.wrapped)
        if self._fresh:
            text = text.lstrip(" ")
            if not text:
                return
            self._out.append(" " * self._indent)
            self._fresh = False
        self._out.append(text)
        self._column += len(text)

    def comma(self) -> None:
        """A comma after what was written last."""
        self._out.append(",")
        self._column += 1

    def raw(self, text: str, column: int) -> None:
        """Text with line ends of its own, which leaves the line at this column."""
        self._out.append(text)
        self.lines += text.count("\n")
        self._column = column

    def line(self, indent: int) -> None:
        """A new line, with this indentation."""
        self._flush()
        if not self._fresh:
            self._out.append("\n")
            self.lines += 1
        self._fresh, self._indent, self._column = True, indent, indent

    def entry(self, indent: int) -> None:
        """A new line that a statement or an entry begins."""
        self.line(indent)
        self.wrapped = indent + STEP

    def blank(self) -> None:
        """An empty line, at the start of a line."""
        self._out.append("\n")
        self.lines += 1

    def end_of_line(self, comment: Comment) -> None:
        """A comment at the end of this line."""
        assert self._waiting is None
        self._waiting = comment

    def comments(self, comments: list[Comment], closed: bool = False) -> None:
        """Comments on lines of their own, before what is written next; `closed` if that is a closing bracket."""
        if not self._fresh or self._waiting:
            self.line(self.wrapped)
        for place, comment in enumerate(comments):
            if comment.blank_before and place > 0:
                self.blank()
            self.write(comment.text)
            self.line(self._indent)
        if comments[-1].blank_after and not closed:
            self.blank()

    def _flush(self) -> None:
        if self._waiting is not None:
            self._out.append(f"  {self._waiting.text}")
            self._waiting = None
