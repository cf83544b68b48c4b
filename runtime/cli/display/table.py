"""Aligned columns for the verbs that list."""

from __future__ import annotations

from collections.abc import Sequence

from runtime.cli.display.styled import Line, Span, crop, pad, plain, width


def table(titles: Sequence[str], rows: Sequence[Sequence[Line]], cells: int, ellipsis: str = "…") -> list[Line]:
    """Lines of a table: dim titles in capitals, columns two spaces apart, the last one cut to fit."""
    head = [(Span(title.upper(), "dim"),) for title in titles]
    everything: list[Sequence[Line]] = [head, *rows]
    widths = [max(width(plain(row[column])) for row in everything) for column in range(len(titles))]
    return [crop(_row(row, widths), cells, ellipsis) for row in everything]


def _row(row: Sequence[Line], widths: Sequence[int]) -> Line:
    spans: list[Span] = []
    for index, (cell, wide) in enumerate(zip(row, widths, strict=True)):
        spans.extend(cell)
        if index + 1 < len(row):
            spans.append(Span(pad("", wide - width(plain(cell)) + 2)))
    return tuple(spans)
