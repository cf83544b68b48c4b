"""A run that the engine works on, and the little that steps ask about its rows."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from runtime.model.definition import TaskDefinition
from runtime.model.graph import FlowGraph
from runtime.model.rows import RunRow, TaskRow
from runtime.register import RunValues, decode_parameters
from runtime.store.protocol import Store


@dataclass(frozen=True, slots=True)
class ActiveRun:
    """A run that the engine works on, with what never changes of it.

    `folder` holds a folder for each attempt; `shared_folder` is the one that all tasks of the run may use.
    """

    row: RunRow
    graph: FlowGraph
    values: RunValues
    project: Path
    folder: Path
    shared_folder: Path

    @classmethod
    def load(cls, store: Store, row: RunRow) -> ActiveRun:
        """The run of a row, with its definition and parameters."""
        graph = store.graph(row.definition_id)
        parameters = decode_parameters(graph.flow, row.parameters)
        shared = store.files.shared(row.id)
        values = RunValues(parameters, row.time, row.zone, row.id, row.ref, row.created_at, str(shared))
        return cls(row, graph, values, Path(row.project), store.files.run(row.id), shared)

    @property
    def id(self) -> int:
        return self.row.id

    def task(self, row: TaskRow) -> TaskDefinition:
        return self.graph.flow.tasks[row.node]

    def is_item(self, row: TaskRow) -> bool:
        """Whether the row is one instance of a mapped node."""
        return row.kind == "item" or (row.kind == "task" and self.graph.mapped(row.node))

    def limited(self, row: TaskRow) -> bool:
        """Whether the container of the row has a limit."""
        if self.is_item(row):
            return self.graph.task(row.node).limit is not None
        parent = self.graph.task(row.node).parent
        return parent is not None and self.graph.task(parent).limit is not None and not self.graph.mapped(parent)
