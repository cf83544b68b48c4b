"""Did you mean: the nearest of the names that would have been valid, or none."""

from __future__ import annotations

from collections.abc import Iterable


def nearest(name: str, candidates: Iterable[str]) -> str | None:
    """The candidate that `name` is most likely a slip of; None if none is near.

    Insertions, deletions, substitutions and swaps of neighbours count one each; a third of the length may be
    wrong. Case and `-` for `_` count nothing. Ties go to the first candidate.
    """
    wanted = _folded(name)
    best, best_distance = None, max(1, min(3, len(name) // 3)) + 1
    for candidate in candidates:
        folded = _folded(candidate)
        if abs(len(folded) - len(wanted)) >= best_distance:
            continue
        distance = _distance(wanted, folded, best_distance)
        if distance < best_distance and candidate != name and (len(wanted) > 1 or distance == 0):
            best, best_distance = candidate, distance
    return best


def _folded(name: str) -> str:
    return name.lower().replace("-", "_")


def _distance(left: str, right: str, bound: int) -> int:
    """The edit distance with swaps of neighbours (optimal string alignment); `bound` if it is that or more."""
    before: list[int] = []
    row = list(range(len(right) + 1))
    for i, a in enumerate(left, start=1):
        above, before = before, row
        row = [i]
        for j, b in enumerate(right, start=1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if above and j > 1 and a == right[j - 2] and left[i - 2] == b:
                cost = min(cost, above[j - 2] + 1)
            row.append(cost)
        if min(row) >= bound and (not before or min(before) >= bound):
            return bound
    return min(row[-1], bound)
