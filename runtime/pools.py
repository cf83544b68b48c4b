"""Pools: places and starts that all runs of a store share. A node takes all it needs at once, in the order of names."""

from __future__ import annotations

from typing import Any

from runtime.expression.evaluator import ExpressionError, evaluate
from runtime.model.definition import TaskDefinition
from runtime.model.rows import PoolState, TaskRow
from runtime.model.state import Reason
from runtime.store.protocol import Store


def take_pools(store: Store, task: TaskDefinition, row: TaskRow, scope: Any, now: int) -> bool:
    """Take the places that a row needs; False: it is held until there are some, or until a rate lets it start.

    ExpressionError if it can never have them.
    """
    store.pools.asked(row.id)
    needed = [(store.pools.get(use.pool), use, _weight(use.weight, scope)) for use in sorted(task.uses, key=_name)]
    for pool, use, weight in needed:
        if pool is None:
            raise ExpressionError(f"there is no pool `{use.pool}` in this store; deploy the flow again")
        if pool.places is not None and weight > pool.places:
            raise ExpressionError(f"`{row.path}` uses {weight} places of pool `{pool.name}`, which has {pool.places}")
        if pool.places is not None and pool.taken + weight > pool.places:
            store.tasks.hold([row.id], -pool.id)
            return False
    if row.reason != Reason.RATE and _wait_for_rates(store, [pool for pool, _, _ in needed if pool], row, now):
        return False
    for pool, _, weight in needed:
        if pool is not None and pool.places is not None:
            store.pools.take(pool, row.id, weight, now)
    return True


def _wait_for_rates(store: Store, pools: list[PoolState], row: TaskRow, now: int) -> bool:
    """Reserve a start of each pool with a rate; whether the row must wait for it."""
    limited = [pool for pool in pools if pool.rate is not None]
    if not limited:
        return False
    at = max(store.pools.earliest(pool, now) for pool in limited)
    for pool in limited:
        store.pools.reserve(pool, at)
    if at <= now:
        return False
    store.tasks.wait_until(row.id, at, now, Reason.RATE)
    return True


def _weight(tree: Any, scope: Any) -> int:
    value = evaluate(tree, scope)
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ExpressionError("the weight of `use` must be a whole number of at least 1")
    return value


def _name(use: Any) -> str:
    return str(use.pool)
