"""An implied edge is one that can be left out without changing what comes before what."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given

from flowc.export.implied import implied_links
from runtime.model.definition import FlowDefinition
from tests.flowc.compiling import body, task
from tests.flowc.export.graphs import flows


def before(flow: FlowDefinition, left_out: frozenset[tuple[int, int]] = frozenset()) -> set[tuple[int, int]]:
    """(first, second): `second` starts after `first` has ended. Simply everything, by closing over single steps."""
    start = {(task.node, 0) for task in flow.tasks}
    steps = {((node, 0), (node, 1)) for node, _ in start}
    for one in flow.tasks[1:]:
        steps |= {((one.parent or 0, 0), (one.node, 0)), ((one.node, 1), (one.parent or 0, 1))}
    for edge in flow.dependencies:
        if (edge.predecessor, edge.successor) not in left_out:
            steps.add(((edge.predecessor, 1), (edge.successor, 0)))
    while more := {(a, d) for a, b in steps for c, d in steps if b == c} - steps:
        steps |= more
    return {(a[0], b[0]) for a, b in steps if a[1] == 1 and b[1] == 0}


@given(flows(most=7))
def test_implied_edges_can_all_be_left_out_and_no_other_can(flow: FlowDefinition) -> None:
    implied = implied_links(flow)
    assert before(flow) == before(flow, frozenset(implied))
    for edge in flow.dependencies:
        ends = (edge.predecessor, edge.successor)
        if ends not in implied:
            assert before(flow) != before(flow, frozenset({*implied, ends}))


def test_group_implies_the_order_of_its_members() -> None:
    flow = body("""
        task a { sh "echo" }
        sequence g { task b { sh "echo" }; task c { sh "echo"; after a } }
        a -> g
    """)
    assert implied_links(flow) == {(task(flow, "a").node, task(flow, "g/c").node)}


def test_edge_that_asks_for_an_outcome_implies_nothing_and_is_not_implied() -> None:
    flow = body("""
        task a { sh "echo" }
        task b { sh "echo" }
        task c { sh "echo" }
        a -> b -> c
        a -> c
    """)
    assert len(implied_links(flow)) == 1
    asking = tuple(replace(edge, outcome=edge.successor == task(flow, "b").node) for edge in flow.dependencies)
    assert implied_links(replace(flow, dependencies=asking)) == set()
