"""What differs between two versions, as lines that a person reads: signs, before and after, scripts as small diffs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import unified_diff
from typing import Final, NamedTuple

from flowc.compare.changes import EdgeChange, FactChange, FlowChange, NodeChange, ParameterChange, Sort


class Line(NamedTuple):
    """A line and its style: `added`, `removed`, `changed`, `faint`, `name` or nothing."""

    text: str
    style: str = ""


SIGNS: Final = {"added": "+", "removed": "-", "changed": "~", "unchanged": "="}
_ORIGINS: Final = {"data": "a value", "chain": "the chain", "after": "`after`", "sequence": "the sequence"}
_MOST_NEW: Final = 20
"""So many parameters, and so many tasks, of a flow that is new are shown."""
_MOST_LINES: Final = 40
_ON_ONE_LINE: Final = 88


def change_lines(change: FlowChange) -> Iterator[Line]:
    """Everything below a flow's title; nothing if nothing differs."""
    for fact in change.facts:
        yield from _fact(fact, "  ")
    yield from _section("parameters", [_parameter(each) for each in change.parameters], change.sort)
    yield from _section("tasks", _nodes(change.nodes), change.sort)
    yield from _section("order", list(map(_edge, _told(change.edges))), change.sort)
    if change.reordered:
        yield Line("  tasks are written in another order, which decides between those that are ready at once", "faint")
    if change.only_moved:
        yield Line("  it does what it did: only lines of the file have moved", "faint")


def _section(title: str, entries: Sequence[Sequence[Line]], sort: str) -> Iterator[Line]:
    if entries:
        yield Line(f"  {title}", "name")
    most = _MOST_NEW if sort == "added" else len(entries)
    for lines in entries[:most]:
        yield from lines
    if len(entries) > most:
        yield Line(f"    and {len(entries) - most} more", "faint")


def _parameter(change: ParameterChange) -> list[Line]:
    told = change.name if change.sort == "changed" else change.text
    return [_signed(change.sort, told), *_facts(change.facts)]


def _nodes(changes: Sequence[NodeChange]) -> list[list[Line]]:
    wide = max((len(change.path) for change in changes if change.sort != "changed"), default=0)
    return [_node(change, wide) for change in changes]


def _node(change: NodeChange, wide: int) -> list[Line]:
    if change.sort == "changed":
        was = f" (was {change.was})" if change.was is not None else ""
        return [_signed("changed", f"{change.path}{was}"), *_facts(change.facts)]
    does = " ".join(filter(None, (change.does, *_when_and_for_what(change))))
    return [_signed(change.sort, f"{change.path:{wide}}  {does}".rstrip())]


def _when_and_for_what(change: NodeChange) -> Iterator[str]:
    """`for x in xs` and `when y` of a node that has come or gone; its other facts are left to `--json`."""
    for fact in change.facts:
        if fact.name == "when" or fact.name.startswith("for "):
            yield f"{fact.name} {fact.after if fact.after is not None else fact.before}"


def _signed(sort: Sort, text: str) -> Line:
    return Line(f"    {SIGNS[sort]} {text}", sort)


def _facts(facts: Sequence[FactChange]) -> Iterator[Line]:
    for fact in facts:
        yield from _fact(fact, "        ")


def _fact(fact: FactChange, indent: str) -> Iterator[Line]:
    sort: Sort = "added" if fact.before is None else "removed" if fact.after is None else "changed"
    before, after = fact.before or "", fact.after or ""
    told = f"{before} → {after}" if sort == "changed" else before or after
    if "\n" not in told and len(told) <= _ON_ONE_LINE:
        yield Line(f"{indent}{SIGNS[sort]} {fact.name}  {told}".rstrip(), sort)
        return
    yield Line(f"{indent}{SIGNS[sort]} {fact.name}", sort)
    yield from _bounded(list(_diff(before, after, f"{indent}    ")))


def _diff(before: str, after: str, indent: str) -> Iterator[Line]:
    styles = {"+": "added", "-": "removed"}
    found = unified_diff(_lines(before), _lines(after), n=1, lineterm="")
    for number, line in enumerate(list(found)[2:]):
        if not line.startswith("@@"):
            yield Line(f"{indent}{line[:1]} {line[1:]}".rstrip(), styles.get(line[:1], "faint"))
        elif number:
            yield Line(f"{indent}…", "faint")


def _lines(text: str) -> list[str]:
    return [line.rstrip() for line in text.strip("\n").splitlines()]


def _bounded(lines: list[Line]) -> Iterator[Line]:
    yield from lines[:_MOST_LINES]
    if len(lines) > _MOST_LINES:
        yield Line(f"            … and {len(lines) - _MOST_LINES} more lines; --json has both texts", "faint")


def _told(edges: Sequence[EdgeChange]) -> list[EdgeChange]:
    """That a task which is gone waits for nothing any more needs no words."""
    return [edge for edge in edges if not (edge.with_node and edge.sort == "removed")]


def _edge(edge: EdgeChange) -> list[Line]:
    """`+ clean -> load  by a value on line 12`; of one that is gone, what made it before."""
    how = "the outcome it asks for" if edge.outcome else _ORIGINS[edge.origin]
    by = "by" if edge.sort == "added" else "was by"
    return [_signed(edge.sort, f"{edge.predecessor} -> {edge.successor}  {by} {how} on line {edge.line}")]
