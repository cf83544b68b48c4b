"""Shapes of work as graphs: which tasks each task is after. The same graphs are given to Flower and to its peers."""

from __future__ import annotations

import random
from typing import Final, TypeAlias

Needs: TypeAlias = list[list[int]]


def chain(tasks: int) -> Needs:
    """Each task after the one before."""
    return [[number - 1] if number else [] for number in range(tasks)]


def fan(tasks: int) -> Needs:
    """One task, then all others but the last at once, then the last."""
    return [[], *([0] for _ in range(1, tasks - 1)), list(range(1, tasks - 1))]


def layered(tasks: int, width: int = 100, needs: int = 3, seed: int = 0) -> Needs:
    """Layers of `width` tasks; each task after `needs` of the layer before, chosen by a fixed seed."""
    chance = random.Random(seed)

    def before(number: int) -> list[int]:
        start = number // width * width - width
        return sorted(chance.sample(range(start, start + width), needs)) if start >= 0 else []

    return [before(number) for number in range(tasks)]


def apart(tasks: int) -> Needs:
    """Tasks that do not depend on one another."""
    return [[] for _ in range(tasks)]


GRAPHS: Final = {"chain": chain, "fan": fan, "layered": layered, "scripts": apart, "line": chain}
