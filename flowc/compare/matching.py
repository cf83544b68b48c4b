"""Which node of one version is which node of the other: by path, and where a name has gone, by what it does."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

from flowc.compare.facts import task_facts
from runtime.model.definition import FlowDefinition

ALIKE: Final = 0.75
"""From this share of common words on, a node that is gone and one that is new are the same under another name."""
_MOST_PAIRS: Final = 40_000
"""Beyond so many pairs only nodes that do exactly the same are taken for one another."""
_WORD: Final = re.compile(r"\w+")


def match(before: FlowDefinition, after: FlowDefinition) -> dict[int, int]:
    """Nodes of `before` by number, with those of `after` that they have become."""
    matching = _Matching(_Nodes(before), _Nodes(after))
    matching.members(0, 0)
    matching.elsewhere()
    return matching.pairs


class _Nodes:
    """A version with its members by group and the words of what each node does."""

    def __init__(self, flow: FlowDefinition) -> None:
        self.tasks = flow.tasks
        self.members: list[list[int]] = [[] for _ in flow.tasks]
        for task in flow.tasks[1:]:
            self.members[task.parent or 0].append(task.node)
        self._words: dict[int, Counter[str]] = {}

    def key(self, node: int) -> tuple[str, str]:
        return self.tasks[node].kind, self.tasks[node].name

    def words(self, node: int) -> Counter[str]:
        """Of the node's facts; of a group also its members' names and words."""
        if node not in self._words:
            words = Counter(_WORD.findall(" ".join(f"{name} {text}" for name, text in self._facts(node))))
            for member in self.members[node]:
                words[self.tasks[member].name] += 1
                words.update(self.words(member))
            self._words[node] = words
        return self._words[node]

    def _facts(self, node: int) -> Sequence[tuple[str, str]]:
        return tuple(task_facts(self.tasks[node]).items())


class _Matching:
    def __init__(self, before: _Nodes, after: _Nodes) -> None:
        self._before = before
        self._after = after
        self.pairs: dict[int, int] = {0: 0}
        self._taken = {0}

    def members(self, old: int, new: int) -> None:
        """Members of two matched groups: those of one name first, then those that do alike."""
        names = {self._after.key(node): node for node in self._after.members[new] if node not in self._taken}
        for node in self._before.members[old]:
            found = names.get(self._before.key(node))
            if node not in self.pairs and found is not None:
                self._pair(node, found)
        self._by_words(self._before.members[old], self._after.members[new])

    def elsewhere(self) -> None:
        """What is left may have moved into another group, with its name or without."""
        old, new = range(len(self._before.tasks)), range(len(self._after.tasks))
        self._by_words(old, new, named=True)
        self._by_words(old, new)

    def _by_words(self, old: Sequence[int], new: Sequence[int], *, named: bool = False) -> None:
        """Pairs the most alike first; among equals in the order of the source."""
        old = [node for node in old if node not in self.pairs]
        new = [node for node in new if node not in self._taken]
        least = ALIKE if len(old) * len(new) <= _MOST_PAIRS else 1.0
        scored = [
            (-score, one, other)
            for one in old
            for other in new
            if (not named or self._before.key(one) == self._after.key(other))
            and (score := self._alike(one, other)) >= least
        ]
        for _, one, other in sorted(scored):
            if one not in self.pairs and other not in self._taken:
                self._pair(one, other)

    def _pair(self, old: int, new: int) -> None:
        self.pairs[old] = new
        self._taken.add(new)
        self.members(old, new)

    def _alike(self, old: int, new: int) -> float:
        """The share of words that two nodes have in common: 1 is all, and nodes of different kinds have none."""
        if self._before.tasks[old].kind != self._after.tasks[new].kind:
            return 0.0
        one, other = self._before.words(old), self._after.words(new)
        return 2 * (one & other).total() / (one.total() + other.total())
