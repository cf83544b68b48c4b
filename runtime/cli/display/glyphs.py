"""The signs of the display, with a second set for terminals that cannot show the first."""

from __future__ import annotations

from dataclasses import dataclass

from runtime.model.state import ExecStatus


@dataclass(frozen=True, slots=True)
class Glyphs:
    """One sign a state, and the pieces of bars and panels."""

    waiting: str = "○"
    running: str = "●"
    suspended: str = "‖"
    succeeded: str = "✓"
    failed: str = "✗"
    skipped: str = "\N{EN DASH}"
    retry: str = "↻"
    opened: str = "▾"
    folded: str = "▸"
    bar: str = "━"
    bar_rest: str = "─"
    top: str = "╭─"
    side: str = "│"
    bottom: str = "╰─"
    dot: str = "·"
    ellipsis: str = "…"

    def of(self, status: ExecStatus) -> str:
        return {
            ExecStatus.WAITING: self.waiting,
            ExecStatus.RUNNING: self.running,
            ExecStatus.SUSPENDED: self.suspended,
            ExecStatus.FINISHED: self.succeeded,
            ExecStatus.FAILED: self.failed,
            ExecStatus.IGNORED: self.skipped,
        }[status]


UNICODE = Glyphs()
ASCII = Glyphs(
    waiting=".",
    running="*",
    suspended="?",
    succeeded="+",
    failed="x",
    skipped="-",
    retry="@",
    opened="v",
    folded=">",
    bar="#",
    bar_rest="-",
    top="+-",
    side="|",
    bottom="+-",
    dot=",",
    ellipsis="...",
)


def glyphs_for(encoding: str | None) -> Glyphs:
    """The set that a stream of this encoding can show."""
    try:
        "".join(getattr(UNICODE, name) for name in Glyphs.__slots__).encode(encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return ASCII
    return UNICODE
