"""Flow versions that this process has loaded: a version never changes, so whoever needs it next need not load it."""

from __future__ import annotations

import gc
import sqlite3
import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from runtime.model.graph import FlowGraph
from runtime.store.sqlite import definitions

_MOST_NODES: Final = 200_000
"""Of all versions that are kept together; the newest is kept whatever its size."""

_Name = tuple[str, int, str, str, int]
_lock = threading.Lock()
_graphs: OrderedDict[_Name, FlowGraph] = OrderedDict()


def graph_of(connection: sqlite3.Connection, incarnation: str, definition_id: int) -> FlowGraph:
    """A version, indexed; NotFound if there is none, StoreProblem if a row of it cannot be read.

    An id alone does not name a version: that of a deploy that was rolled back is given again.
    """
    found = connection.execute(
        "SELECT content_hash, source_file, deployed_at FROM flow_definition WHERE id = ?", (definition_id,)
    ).fetchone()
    name: _Name = (incarnation, definition_id, *(found or ("", "", 0)))
    with _lock:
        known = _graphs.get(name)
        if known is not None:
            _graphs.move_to_end(name)
            return known
    with _collector_paused():
        loaded = FlowGraph.of(definition_id, definitions.load(connection, definition_id))
    _keep(name, loaded)
    return loaded


def _keep(name: _Name, graph: FlowGraph) -> None:
    with _lock:
        _graphs[name] = graph
        left = sum(known.size for known in _graphs.values())
        while left > _MOST_NODES and len(_graphs) > 1:
            left -= _graphs.popitem(last=False)[1].size


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Loading makes many objects that stay and no garbage: looking through them again and again takes longer than the
    loading."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
