"""What a person named: a task run of a run, by its path or a unique ending of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from runtime.model.errors import FlowerError
from runtime.model.names import find_path
from runtime.model.run import RunSummary, TaskView

if TYPE_CHECKING:
    from runtime.store.sqlite.reader import Reader

_RUN = re.compile(r"([A-Za-z_][A-Za-z0-9_]*-)?[0-9]+")


def find_task(name: str, tasks: Sequence[TaskView]) -> TaskView:
    """The task, group or item that is meant; NotFound with the nearest names."""
    known = {task.path: task for task in tasks if task.kind != "flow"}
    return known[find_path(name, list(known))]


def below(task: TaskView, tasks: Sequence[TaskView]) -> list[TaskView]:
    """The task itself and everything inside it, in the order given."""
    inside = {task.id}
    for other in tasks:
        if other.parent_id in inside:
            inside.add(other.id)
    return [other for other in tasks if other.id in inside]


def split_run(words: Sequence[str]) -> tuple[str | None, list[str]]:
    """`[RUN] [TASK…]` as typed: a first word with a number at its end such as `etl-12` or `12` is the run."""
    if words and _RUN.fullmatch(words[0]):
        return words[0], list(words[1:])
    return None, list(words)


def find_run(words: Sequence[str], reader: Reader) -> tuple[RunSummary, list[str]]:
    """The run that the words begin with, and the other words: without one the latest of all.

    A flow's name stands for its latest run, unless the latest run of all has a task of that name.
    """
    ref, rest = split_run(words)
    if ref is None and rest and reader.runs(rest[0], limit=1) and not _is_task(rest[0], reader):
        ref, rest = rest[0], rest[1:]
    return reader.run(ref), rest


def _is_task(name: str, reader: Reader) -> bool:
    return any(f"/{task.path}".endswith(f"/{name}") for task in reader.tasks(reader.run().id) if task.kind != "flow")


def one_task(names: Sequence[str], usage: str) -> str:
    """The one task that a verb needs; FlowerError if there are none or several."""
    if len(names) != 1:
        raise FlowerError("name one task" if not names else f"one task, please, not {len(names)}", f"write {usage}")
    return names[0]
