"""Pools of a file, and which of them the nodes of a flow use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowc.analysis.mismatch import Wanted
from flowc.analysis.model import Flow, Pool, Task
from flowc.analysis.report import Report, did_you_mean
from flowc.analysis.scope import Scope
from flowc.analysis.typed import CREATION
from flowc.diagnostics import Label, codes
from flowc.syntax import nodes
from runtime.model.definition import PoolDefinition, Tree, Use
from runtime.model.slotted import dataclass
from runtime.model.types import INT

if TYPE_CHECKING:
    from flowc.analysis.module import Module
    from flowc.analysis.settings import Settings

_EXAMPLE = "`pool NAME { limit 3 }`"
_HELP = "say how many places it has, `limit 3`, or how many starts in a time, `rate 10 per 1s`"


@dataclass(slots=True, eq=False)
class Pools:
    """The pools that can be named in a file; those that a flow uses become part of the flow."""

    module: Module
    flow: Flow

    def find(self, path: nodes.Path) -> Pool | None:
        """None if no pool is called so."""
        found = self.module.find(path)
        if found is None or not isinstance(found.decl, nodes.PoolDecl):
            return None
        if found.pool is None:
            found.pool = Pool(PoolDefinition(found.name), found.decl.name.span, found.module.source)
        return found.pool

    def names(self) -> list[str]:
        return [name for name, found in self.module.definitions.items() if isinstance(found.decl, nodes.PoolDecl)]


def check_pool(item: nodes.PoolDecl, report: Report) -> Pool:
    """The pool as declared; what is wrong with it is reported, and it counts as declared all the same."""
    return Pool(_definition(item, report), item.name.span, report.source)


def _definition(item: nodes.PoolDecl, report: Report) -> PoolDefinition:
    name, line = item.name.text, report.line(item.span)
    sizes = [entry for entry in item.body if isinstance(entry, nodes.Limit | nodes.Rate)]
    for entry in item.body:
        if not isinstance(entry, nodes.Limit | nodes.Rate | nodes.ErrorNode):
            report.error(codes.MISPLACED, entry.span, "a pool has a `limit` or a `rate`, and nothing else", help=_HELP)
    if not sizes:
        if not any(isinstance(entry, nodes.ErrorNode) for entry in item.body):
            report.error(codes.BAD_SETTING, item.head, f"the pool `{name}` has no size", help=_HELP)
        return PoolDefinition(name, line=line)
    for extra in sizes[1:]:
        report.error(
            codes.DUPLICATE_SETTING,
            extra.span,
            f"the pool `{name}` has two sizes",
            label="another size",
            labels=[Label(sizes[0].span, "the first is here")],
            help="a pool has either a `limit` or a `rate`; a task may use several pools",
        )
    size = sizes[0]
    if isinstance(size, nodes.Limit):
        return PoolDefinition(name, limit=_count(size.value, "limit", report), line=line)
    return PoolDefinition(
        name, rate=_count(size.count, "rate", report), per_seconds=_period(size.per, report), line=line
    )


def _count(expr: nodes.Expr, word: str, report: Report) -> int | None:
    if isinstance(expr, nodes.Literal) and expr.kind == "int" and expr.value >= 1:
        return int(expr.value)
    if not isinstance(expr, nodes.ErrorNode):
        message = f"the `{word}` of a pool is a whole number of at least 1, written out"
        report.error(codes.BAD_SETTING, expr.span, message, help=_HELP)
    return None


def _period(expr: nodes.Expr, report: Report) -> float:
    if isinstance(expr, nodes.Literal) and expr.kind == "duration" and expr.value.total_seconds() > 0:
        return float(expr.value.total_seconds())
    if not isinstance(expr, nodes.ErrorNode):
        report.error(codes.BAD_SETTING, expr.span, "the time after `per` is a duration, written out", help=_HELP)
    return 1.0


def read_use(settings: Settings, pools: Pools, task: Task, item: nodes.Use, scope: Scope) -> tuple[Use, ...]:
    """The pools that the node uses, with this one."""
    report = settings.report
    weight = _weight(settings, item, scope)
    pool = pools.find(item.pool)
    if pool is None:
        _unknown(report, item, pools)
        return task.uses
    name = pool.definition.name
    _agree(report, item, pool, pools.flow.pools.setdefault(name, pool))
    if any(use.pool == name for use in task.uses):
        report.error(
            codes.DUPLICATE_SETTING,
            item.span,
            f"`{task.dotted}` uses the pool `{name}` twice",
            label="used again here",
            help=f"say how many places it needs: `use {name} 2`",
        )
        return task.uses
    _check_weight(settings, pool, item, weight)
    _check_held(report, pool, task, item, weight)
    return (*task.uses, Use(name, weight))


def _agree(report: Report, item: nodes.Use, pool: Pool, other: Pool) -> None:
    """A pool is one thing for all flows, whichever file declares it."""
    if sizes_of(pool) != sizes_of(other):
        report.error(
            codes.DUPLICATE_NAME,
            item.pool.span,
            f"there are two pools called `{pool.definition.name}`, of different sizes",
            labels=[
                Label(pool.span, "this one is used here", pool.source),
                Label(other.span, "and this one elsewhere in the flow", other.source),
            ],
            help="a pool is shared by all flows under its name: declare it once, or the same way",
        )


def sizes_of(pool: Pool) -> tuple[object, ...]:
    """What two declarations of one pool must agree on."""
    found = pool.definition
    return found.limit, found.rate, found.per_seconds


def _weight(settings: Settings, item: nodes.Use, scope: Scope) -> Tree:
    if item.weight is None:
        return 1
    wanted = Wanted(INT, "`use` takes the number of places that are needed")
    found = settings.value(item.weight, scope, wanted, CREATION, "use")
    return 1 if found is None else found.tree


def _check_weight(settings: Settings, pool: Pool, item: nodes.Use, weight: Tree) -> None:
    if item.weight is None or not isinstance(weight, int):
        return
    name, limit = pool.definition.name, pool.definition.limit
    if weight < 1:
        settings.impossible(item.weight, "a task needs at least one place", f"write `use {name}` for one place")
    elif pool.definition.rate is not None and weight > 1:
        settings.impossible(
            item.weight,
            f"the pool `{name}` has a rate and no places, so nothing can take {weight} of them",
            f"write `use {name}`: it counts one start",
        )
    elif limit is not None and weight > limit:
        settings.report.error(
            codes.BAD_SETTING,
            item.weight.span,
            f"this needs {weight} places, but the pool `{name}` has only {limit}, so it could never start",
            label="more than there are",
            labels=[Label(pool.span, "the pool is declared here", pool.source)],
            help=f"write at most `use {name} {limit}`, or give the pool more places",
        )


def _check_held(report: Report, pool: Pool, task: Task, item: nodes.Use, weight: Tree) -> None:
    """What a group holds is not free for its members."""
    limit, name = pool.definition.limit, pool.definition.name
    holders = [(group, use.weight) for group in task.ancestors() for use in group.uses if use.pool == name]
    held = sum(places for _, places in holders if isinstance(places, int))
    if limit is None or not holders or not isinstance(weight, int) or weight > limit or held + weight <= limit:
        return
    report.error(
        codes.BAD_SETTING,
        item.span,
        f"`{task.dotted}` could never start: of the {limit} places of `{name}` the groups around it hold {held}",
        labels=[Label(group.span, f"`{group.dotted}` holds places from its start to its end") for group, _ in holders],
        help="let either the group or its members use the pool",
    )


def _unknown(report: Report, item: nodes.Use, pools: Pools) -> None:
    name = item.pool.text
    if report.may_be_lost(name):
        return
    if pools.module.find(item.pool) is not None:
        report.error(codes.NOT_A_VALUE, item.pool.span, f"`{name}` is no pool", help=f"declare one: {_EXAMPLE}")
        return
    help, fixes = did_you_mean(name, pools.names(), item.pool.span)
    report.error(
        codes.UNKNOWN_NAME,
        item.pool.span,
        f"there is no pool called `{name}`",
        label="not found",
        help=help or f"declare it outside of the flow: `pool {item.pool.names[-1].text} {{ limit 1 }}`",
        fixes=fixes,
    )
