"""Steps instead of rails, for groups whose orders would cross too often: who can start first, second, …"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set

from flowc.export.text.rails import GROUP, INSIDE, Row


def steps(order: Sequence[int], targets: Mapping[int, Set[int]], groups: Set[int]) -> list[Row]:
    """The nodes by step, each step with its number: a node is one step behind the last one it waits for."""
    step = dict.fromkeys(order, 1)
    for node in order:
        for target in targets[node]:
            step[target] = max(step[target], step[node] + 1)
    digits = len(str(max(step.values(), default=1)))
    rows: list[Row] = []
    shown = 0
    for node in sorted(order, key=lambda one: (step[one], one)):
        number = "" if step[node] == shown else str(step[node])
        shown = step[node]
        sign = f" {GROUP}" if node in groups else ""
        rows.append(Row(number.rjust(digits) + sign, node, " " * digits + f" {INSIDE}"))
    return rows
