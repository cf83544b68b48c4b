"""Pools of the whole store and results that other runs may take over."""

from __future__ import annotations

import sqlite3
from collections.abc import Container, Iterable
from itertools import islice

from runtime.model.definition import PoolDefinition
from runtime.model.rows import PoolState


class Pools:
    """The tables `pool`, `pool_holder` and `pool_start`. A row held by a pool has `held_by` = minus the pool's id."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._sql = connection.execute
        self._many = connection.executemany
        self.worked_on: Container[int] | None = None
        """Runs whose rows can use a place that comes free; None: all."""
        self.asking: set[int] = set()
        """Runs of which rows may ask for places anew, since somebody emptied this."""
        self._let_go: dict[int, int] = {}
        """Pool by row: rows for which a place is free now, and that have not asked for it yet."""

    def declare(self, pools: Iterable[PoolDefinition]) -> None:
        """Make the pools, or give those that exist these sizes."""
        self._many(
            "INSERT INTO pool (name, places, rate, per) VALUES (?, ?, ?, ?) ON CONFLICT (name) DO UPDATE SET"
            " places = excluded.places, rate = excluded.rate, per = excluded.per",
            ((pool.name, pool.limit, pool.rate, round(pool.per_seconds * 1e6)) for pool in pools),
        )

    def get(self, name: str) -> PoolState | None:
        """A pool with the places that are taken; None if it was never declared."""
        row = self._sql(
            "SELECT id, name, places, rate, per,"
            " (SELECT coalesce(sum(weight), 0) FROM pool_holder WHERE pool_id = pool.id) FROM pool WHERE name = ?",
            (name,),
        ).fetchone()
        return PoolState(*row) if row else None

    def earliest(self, pool: PoolState, now: int) -> int:
        """When a pool with a rate lets the next one start, in microseconds: now, or when a period has passed since the
        start that is `rate` starts back."""
        row = self._sql(
            "SELECT at FROM pool_start WHERE pool_id = ? ORDER BY at DESC LIMIT 1 OFFSET ?",
            (pool.id, (pool.rate or 1) - 1),
        ).fetchone()
        return max(now, row[0] + pool.per) if row else now

    def reserve(self, pool: PoolState, at: int) -> None:
        """One start of a pool with a rate, at a time that `earliest` gave."""
        self._sql("INSERT INTO pool_start (pool_id, at) VALUES (?, ?)", (pool.id, at))
        self._sql(
            "DELETE FROM pool_start WHERE pool_id = ?1"
            " AND at < (SELECT max(at) FROM pool_start WHERE pool_id = ?1) - ?2",
            (pool.id, 2 * pool.per),
        )

    def take(self, pool: PoolState, task_run_id: int, weight: int, now: int) -> None:
        self._sql(
            "INSERT OR REPLACE INTO pool_holder (pool_id, task_run_id, weight, since) VALUES (?, ?, ?, ?)",
            (pool.id, task_run_id, weight, now),
        )

    def give_back(self, task_run_id: int) -> bool:
        """Give back all places that a row holds and let those go that the pools hold; whether there were any."""
        pools = self._sql("DELETE FROM pool_holder WHERE task_run_id = ? RETURNING pool_id", (task_run_id,)).fetchall()
        for (pool_id,) in pools:
            self.let_go(pool_id)
        return bool(pools)

    def give_back_all(self, run_id: int) -> bool:
        """Give back what rows of a run hold, whatever their states; whether there was anything."""
        rows = self._sql(
            "SELECT DISTINCT h.task_run_id FROM pool_holder AS h JOIN task_run AS t ON t.id = h.task_run_id"
            " WHERE t.flow_run_id = ?",
            (run_id,),
        ).fetchall()
        for (task_run_id,) in rows:
            self.give_back(task_run_id)
        return bool(rows)

    def give_back_leftovers(self, run_id: int) -> None:
        """Give back what rows of a run hold that are not running any more."""
        rows = self._sql(
            "SELECT DISTINCT h.task_run_id FROM pool_holder AS h JOIN task_run AS t ON t.id = h.task_run_id"
            " WHERE t.flow_run_id = ? AND t.exec_status <> 1",
            (run_id,),
        ).fetchall()
        for (task_run_id,) in rows:
            self.give_back(task_run_id)

    def let_go(self, pool_id: int) -> None:
        """Make ready again as many of the rows that a pool holds as it has places; each asks for its places anew.

        Rows of runs that nobody works on would never take the place: they ask again when their run is taken up.
        """
        places = self._sql("SELECT coalesce(places, 1) FROM pool WHERE id = ?", (pool_id,)).fetchone()[0]
        held = self._sql(
            "SELECT t.id, t.flow_run_id FROM task_run AS t JOIN flow_run AS r ON r.id = t.flow_run_id"
            " WHERE t.held_by = ? AND r.status = 'running' ORDER BY t.priority, t.id",
            (-pool_id,),
        )
        usable = (row for row in held if self.worked_on is None or row[1] in self.worked_on)
        chosen = list(islice(usable, places))
        self._let_go |= {task_run_id: pool_id for task_run_id, _ in chosen}
        self._ask_again(chosen)

    def asked(self, task_run_id: int) -> None:
        """A row asks for its places."""
        self._let_go.pop(task_run_id, None)

    def pass_on_unclaimed(self) -> None:
        """Places for which rows were let go that cannot ask any more, because their group or run has ended meanwhile,
        go to the next."""
        for task_run_id, pool_id in list(self._let_go.items()):
            if not self._may_ask(task_run_id):
                del self._let_go[task_run_id]
                self.let_go(pool_id)

    def _may_ask(self, task_run_id: int) -> bool:
        return bool(
            self._sql(
                "SELECT 1 FROM task_run AS t JOIN flow_run AS r ON r.id = t.flow_run_id WHERE t.id = ?"
                " AND t.exec_status = 0 AND t.remaining = 0 AND t.held_by = 0 AND t.lane < 2 AND r.status = 'running'",
                (task_run_id,),
            ).fetchone()
        )

    def pass_on(self, task_run_id: int, names: Iterable[str]) -> None:
        """A row has asked for places of some pools and did not take any: let those go that wait for what is left of
        them. The pool that holds the row itself is too full for it."""
        if self._sql("SELECT 1 FROM pool_holder WHERE task_run_id = ?", (task_run_id,)).fetchone():
            return
        for name in names:
            free = self._sql(
                "SELECT id FROM pool WHERE name = ? AND places >"
                " (SELECT coalesce(sum(weight), 0) FROM pool_holder WHERE pool_id = pool.id)"
                " AND id <> -(SELECT held_by FROM task_run WHERE id = ?)",
                (name, task_run_id),
            ).fetchone()
            if free:
                self.let_go(free[0])

    def ask_again(self, run_id: int) -> None:
        """Let the rows of a run that pools hold ask for their places anew."""
        held = self._sql("SELECT id, flow_run_id FROM task_run WHERE held_by < 0 AND flow_run_id = ?", (run_id,))
        self._ask_again(held.fetchall())

    def _ask_again(self, rows: list[tuple[int, int]]) -> None:
        """(task run, flow run) each."""
        self.asking |= {run_id for _, run_id in rows}
        self._many(
            "UPDATE task_run SET held_by = 0, revision = revision + 1 WHERE id = ?",
            [(task_run_id,) for task_run_id, _ in rows],
        )


class CachedResults:
    """The table `cached_result`."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._sql = connection.execute

    def find(self, digest: str, since: int) -> tuple[str | None, int] | None:
        """(outputs as JSON, task run) of a success not older than `since`; None if there is none."""
        return self._sql(  # type: ignore[no-any-return]
            "SELECT outputs, task_run_id FROM cached_result WHERE digest = ? AND at >= ?", (digest, since)
        ).fetchone()

    def forget(self, before: int, limit: int) -> None:
        """Delete up to so many results from before a time."""
        self._sql(
            "DELETE FROM cached_result WHERE digest IN (SELECT digest FROM cached_result WHERE at < ? LIMIT ?)",
            (before, limit),
        )

    def keep(self, digest: str, outputs: str | None, at: int, task_run_id: int) -> None:
        self._sql(
            "INSERT OR REPLACE INTO cached_result (digest, outputs, at, task_run_id) VALUES (?, ?, ?, ?)",
            (digest, outputs, at, task_run_id),
        )
