"""The embedded store as the engine uses it: verbs on one writing connection, inside explicit transactions."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from runtime.model.definition import FlowDefinition
from runtime.model.errors import StoreProblem
from runtime.model.graph import FlowGraph
from runtime.store.sqlite import definitions
from runtime.store.sqlite.ballast import Ballast
from runtime.store.sqlite.connection import (
    connect_writer,
    transaction,
    translate,
)
from runtime.store.sqlite.effects import Effects
from runtime.store.sqlite.files import StoreFiles
from runtime.store.sqlite.graphs import graph_of
from runtime.store.sqlite.pools import CachedResults, Pools
from runtime.store.sqlite.runs import Attempts, Events, FlowRuns
from runtime.store.sqlite.schedules import Schedules
from runtime.store.sqlite.tasks import TaskRuns
from runtime.store.sqlite.triggers import Triggers


class SqliteStore:
    """The writing side. One thread at a time; the caller holds the engine lock."""

    def __init__(
        self, files: StoreFiles, synchronous: str = "FULL", kind: type[sqlite3.Connection] = sqlite3.Connection
    ) -> None:
        self.files = files
        self.ballast = Ballast(files.ballast)
        self._connection = self._connect(synchronous, kind)
        self.tasks = TaskRuns(self._connection)
        self.runs = FlowRuns(self._connection)
        self.attempts = Attempts(self._connection)
        self.events = Events(self._connection)
        self.schedules = Schedules(self._connection)
        self.triggers = Triggers(self._connection)
        self.pools = Pools(self._connection)
        self.cached = CachedResults(self._connection)
        self.effects = Effects(self._connection)
        self._incarnation = self._read("SELECT incarnation FROM store")
        self.identity = self._incarnation[:8]
        self._data_version = -1
        opened = files.db.stat()
        self._file = (opened.st_dev, opened.st_ino)

    def _connect(self, synchronous: str, kind: type[sqlite3.Connection]) -> sqlite3.Connection:
        """Even opening may need room: the ballast's, if there is no other."""
        try:
            return connect_writer(self.files, synchronous, kind)
        except StoreProblem as problem:
            if not (problem.full and self.ballast.give_up()):
                raise
            return connect_writer(self.files, synchronous, kind)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """One durable step: everything or nothing. StoreProblem if SQLite cannot do it."""
        try:
            with transaction(self._connection):
                yield
        except sqlite3.Error as error:
            raise translate(error, self.files.db) from error

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """A part of a transaction that can fail alone."""
        self._connection.execute("SAVEPOINT part")
        try:
            yield
        except BaseException:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK TO part")
                self._connection.execute("RELEASE part")
            raise
        self._connection.execute("RELEASE part")

    def _read(self, sql: str) -> Any:
        """One value; StoreProblem if SQLite cannot tell."""
        try:
            return self._connection.execute(sql).fetchone()[0]
        except sqlite3.Error as error:
            raise translate(error, self.files.db) from None

    def changed_outside(self) -> bool:
        """Whether another connection has committed since the last call (the first call says yes)."""
        version = self._read("PRAGMA data_version")
        changed = version != self._data_version
        self._data_version = version
        return bool(changed)

    def check_file(self) -> None:
        """StoreProblem if the file that is written to is not the one of its name any more."""
        try:
            now = self.files.db.stat()
        except FileNotFoundError:
            what = "been deleted"
        except OSError:
            return
        else:
            if (now.st_dev, now.st_ino) == self._file:
                return
            what = "been replaced by another file"
        raise StoreProblem(
            f"{self.files.db} has {what} while it was in use: what is written now would be lost",
            "put the file back, or start again with the one that is there",
        )

    def deploy(self, flow: FlowDefinition, project: str, now: int) -> tuple[int, int | None]:
        """Store a new version if anything changed; (version, previous version or None)."""
        newest = definitions.newest(self._connection, flow.name)
        if newest is None:
            definitions.insert(self._connection, flow, 1, project, now)
            return 1, None
        _, version, content_hash, known_project, source_file = newest
        if (content_hash, known_project, source_file) == (
            flow.content_hash,
            project,
            flow.source_file,
        ):
            return version, version
        definitions.insert(self._connection, flow, version + 1, project, now)
        return version + 1, version

    def note_components(self, flow: str, version: int, digest: str) -> None:
        """Keep which components of the project a version was deployed with."""
        self._connection.execute(
            "UPDATE flow_definition SET components = ? WHERE name = ? AND version = ?", (digest, flow, version)
        )

    def newest(self, flow: str) -> tuple[int, int, str, str, str] | None:
        """(id, version, content hash, project, source file) of a flow's newest version, or None."""
        return definitions.newest(self._connection, flow)

    def newest_flows(self) -> list[FlowDefinition]:
        """The newest version of every flow that declares pools."""
        return [self.graph(identity).flow for identity in definitions.with_pools(self._connection)]

    def graph(self, definition_id: int) -> FlowGraph:
        """A flow version, indexed; loaded once."""
        return graph_of(self._connection, self._incarnation, definition_id)

    def close(self) -> None:
        self._connection.close()
