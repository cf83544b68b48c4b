"""Charts as SVG text: columns, bars and a heat map. They know numbers and labels, and nothing of flights.

Colours are CSS variables of the page, so that a chart follows its light and dark dress.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

WIDTH = 880


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: `value` from 0 to 1, `notes` right of it, `hint` for the pointer."""

    label: str
    value: float
    hint: str
    detail: str = ""
    notes: tuple[str, ...] = ()


def columns(bars: Sequence[Bar], title: str, height: int = 250) -> str:
    """Upright columns with lines at every tenth."""
    left, bottom, top = 40, 30, 16
    highest = _ceiling([bar.value for bar in bars])
    scale = (height - bottom - top) / highest
    step = (WIDTH - left) / len(bars)
    base = height - bottom
    parts = [_grid(tenth / 10, base - tenth / 10 * scale, left) for tenth in range(round(highest * 10) + 1)]
    peak = max(bar.value for bar in bars)
    for index, bar in enumerate(bars):
        x, tall = left + index * step, bar.value * scale
        kind = "bar peak" if bar.value == peak else "bar"
        parts.append(
            f'<g><title>{escape(bar.hint)}</title><rect class="{kind}" x="{x + step * 0.14:.1f}"'
            f' y="{base - tall:.1f}" width="{step * 0.72:.1f}" height="{tall:.1f}" rx="2"/>'
            f'<text class="value" x="{x + step / 2:.1f}" y="{base - tall - 5:.1f}">{bar.value * 100:.0f}</text>'
            f'<text class="tick" x="{x + step / 2:.1f}" y="{height - 10}">{escape(bar.label)}</text></g>'
        )
    return _svg(height, title, parts)


def rows(bars: Sequence[Bar], headings: tuple[str, ...], title: str, label_width: int = 300) -> str:
    """Lying bars, one below the other, with figures in columns at the right."""
    row, top, note_width = 27, 26, 78
    room = WIDTH - label_width - note_width * len(headings) - 56
    highest = max(bar.value for bar in bars)
    parts = [
        f'<text class="heading" x="{WIDTH - note_width * (len(headings) - 1 - index)}" y="12">{escape(heading)}</text>'
        for index, heading in enumerate(headings)
    ]
    for index, bar in enumerate(bars):
        y, long = top + index * row, bar.value / highest * room
        middle = y + row / 2 + 4
        kind = "bar peak" if bar.value == highest else "bar"
        edges = [WIDTH - note_width * left for left in reversed(range(len(bar.notes)))]
        notes = "".join(
            f'<text class="note" x="{edge}" y="{middle}">{escape(note)}</text>'
            for edge, note in zip(edges, bar.notes, strict=True)
        )
        parts.append(
            f'<g><title>{escape(bar.hint)}</title><text class="label" x="0" y="{middle}">{escape(bar.label)}'
            f'<tspan class="faint" dx="9">{escape(bar.detail)}</tspan></text>'
            f'<rect class="{kind}" x="{label_width}" y="{y + 5}" width="{long:.1f}" height="{row - 10}" rx="2"/>'
            f'<text class="value start" x="{label_width + long + 7:.1f}" y="{middle}">{bar.value * 100:.0f} %</text>'
            f"{notes}</g>"
        )
    return _svg(top + row * len(bars) + 4, title, parts)


def heat(
    values: Mapping[tuple[int, int], tuple[float, str]], down: Sequence[str], across: Sequence[int], title: str
) -> str:
    """Fields of a grid, the stronger the higher the value. Keys are (number of the line from 1, column)."""
    left, row, foot = 40, 26, 46
    step = (WIDTH - left) / len(across)
    highest = max(value for value, _ in values.values())
    parts = []
    for line, name in enumerate(down, start=1):
        y = (line - 1) * row
        parts.append(f'<text class="label small" x="0" y="{y + row / 2 + 4}">{escape(name)}</text>')
        for column, key in enumerate(across):
            if (line, key) in values:
                value, hint = values[line, key]
                parts.append(
                    f'<rect class="field" x="{left + column * step + 1:.1f}" y="{y + 1}" width="{step - 2:.1f}"'
                    f' height="{row - 2}" rx="2" fill-opacity="{0.04 + 0.96 * (value / highest) ** 1.3:.3f}">'
                    f"<title>{escape(hint)}</title></rect>"
                )
    base = len(down) * row
    parts += [
        f'<text class="tick" x="{left + (column + 0.5) * step:.1f}" y="{base + 16}">{key}</text>'
        for column, key in enumerate(across)
    ]
    parts.append(_legend(base + 28, highest))
    return _svg(base + foot, title, parts)


def _legend(y: int, highest: float) -> str:
    steps = 6
    fields = "".join(
        f'<rect class="field" x="{WIDTH - 150 + index * 16}" y="{y}" width="16" height="10"'
        f' fill-opacity="{0.04 + 0.96 * ((index + 1) / steps) ** 1.3:.3f}"/>'
        for index in range(steps)
    )
    return (
        f'<text class="note" x="{WIDTH - 158}" y="{y + 9}">0 %</text>{fields}'
        f'<text class="note" x="{WIDTH}" y="{y + 9}">{highest * 100:.0f} %</text>'
    )


def _grid(value: float, y: float, left: int) -> str:
    return (
        f'<line class="grid" x1="{left}" x2="{WIDTH}" y1="{y:.1f}" y2="{y:.1f}"/>'
        f'<text class="note" x="{left - 8}" y="{y + 4:.1f}">{value * 100:.0f} %</text>'
    )


def _ceiling(values: Sequence[float]) -> float:
    """The next tenth that leaves room for the labels."""
    return int(max(values) * 10 + 1) / 10


def _svg(height: float, title: str, parts: Sequence[str]) -> str:
    return (
        f'<svg viewBox="0 0 {WIDTH} {height:.0f}" role="img" aria-label="{escape(title)}"'
        f' xmlns="http://www.w3.org/2000/svg">{"".join(parts)}</svg>'
    )
