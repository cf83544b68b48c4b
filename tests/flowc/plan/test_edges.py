"""Dependencies: where they come from, lifted out of mapped nodes, without doubles."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.flowc.compiling import body, edge, edges, task


def test_data_chain_after_and_sequence_each_make_an_edge() -> None:
    flow = body("""
        task a { out n: int = 1 }
        task b { out n: int = a.n }
        task c { after b }
        sequence s { task one {}; task two {} }
        c -> s
    """)
    assert [(found.origin, found.line) for found in flow.dependencies] == [
        ("data", 4),
        ("after", 5),
        ("chain", 7),
        ("sequence", 6),
    ]
    assert edges(flow) == {("a", "b"), ("b", "c"), ("c", "s"), ("s/one", "s/two")}


def test_edge_that_is_said_twice_is_one_and_keeps_the_reason_that_tells_most() -> None:
    flow = body("""
        task a { out n: int = 1 }
        task b { after a; out n: int = a.n + a.n }
        a -> b
    """)
    (only,) = flow.dependencies
    assert only.origin == "data"
    assert task(flow, "b").edges_in == 1


def test_chain_of_lists_is_the_product_of_its_steps() -> None:
    flow = body("task a {}\ntask b {}\ntask c {}\ntask d {}\ntask e {}\n[a, b] -> [c, d] -> e")
    assert edges(flow) == {("a", "c"), ("a", "d"), ("b", "c"), ("b", "d"), ("c", "e"), ("d", "e")}


MAPPED = """
    task find { out xs: list[int] = [1, 2] }
    parallel outer for x in find.xs by x {
        task copy { out n: int = x }
        parallel inner for y in find.xs by y {
            task cell { out n: int = copy.n + y }
            task next { out n: int = cell.n }
        }
        task total { out n: int = sum(inner.cell.n) }
    }
    task report { out n: list[int] = outer.total.n }
    task other { out n: list[list[int]] = outer.inner.cell.n }
"""


def test_predecessor_is_lifted_out_of_mapped_nodes_that_the_successor_is_not_in() -> None:
    flow = body(MAPPED)
    assert edges(flow) == {
        ("find", "outer"),
        ("find", "outer/inner"),
        ("outer/copy", "outer/inner/cell"),
        ("outer/inner/cell", "outer/inner/next"),
        ("outer/inner", "outer/total"),
        ("outer", "report"),
        ("outer", "other"),
    }


def test_edge_into_further_mapped_nodes_is_deep() -> None:
    flow = body(MAPPED)
    assert edge(flow, "outer/copy", "outer/inner/cell").deep
    assert edge(flow, "find", "outer/inner").deep
    assert not edge(flow, "find", "outer").deep
    assert not edge(flow, "outer/inner/cell", "outer/inner/next").deep
    assert not edge(flow, "outer", "report").deep


def test_order_into_a_mapped_group_from_outside_is_deep() -> None:
    flow = body("task a {}\nparallel g for x in [1] by x { task m {} }\na -> g.m")
    assert edge(flow, "a", "g/m").deep


def test_condition_of_a_group_is_an_edge_to_the_group() -> None:
    flow = body("task a { out go: bool = true }\nparallel g { when a.go; task m {} }")
    assert edges(flow) == {("a", "g")}


def test_nodes_are_numbered_in_the_order_of_the_source_parents_first() -> None:
    flow = body(MAPPED)
    assert [found.node for found in flow.tasks] == list(range(len(flow.tasks)))
    assert [found.path for found in flow.tasks] == [
        "",
        "find",
        "outer",
        "outer/copy",
        "outer/inner",
        "outer/inner/cell",
        "outer/inner/next",
        "outer/total",
        "report",
        "other",
    ]
    assert all(found.parent < found.node for found in flow.tasks[1:] if found.parent is not None)


def _task(node: int, block: list[str], values: list[str]) -> str:
    return f"task t{node} {{ " + "; ".join([*block, f"out n: int = {' + '.join(values)}"]) + " }"


@settings(max_examples=60, deadline=None)
@given(st.integers(2, 40), st.randoms(use_true_random=False))
def test_random_graph_compiles_to_exactly_the_declared_edges(size: int, chance: random.Random) -> None:
    """Each edge is written in one of three ways, the tasks in any order."""
    declared: set[tuple[str, str]] = set()
    blocks: dict[int, list[str]] = {node: [] for node in range(size)}
    values: dict[int, list[str]] = {node: ["1"] for node in range(size)}
    chains: list[str] = []
    for node in range(1, size):
        for other in chance.sample(range(node), min(node, chance.randint(0, 4))):
            declared.add((f"t{other}", f"t{node}"))
            match chance.randint(0, 2):
                case 0:
                    blocks[node].append(f"after t{other}")
                case 1:
                    values[node].append(f"t{other}.n")
                case _:
                    chains.append(f"t{other} -> t{node}")
    order = chance.sample(range(size), size)
    lines = [_task(n, blocks[n], values[n]) for n in order]
    flow = body("\n".join([*lines, *chains]))
    assert edges(flow) == declared
    assert len(flow.dependencies) == len(declared)


@pytest.mark.parametrize("depth", [1, 5, 40])
def test_group_within_groups_is_one_node_in_a_chain(depth: int) -> None:
    inside = "task m {}"
    for level in range(depth):
        inside = f"parallel g{level} {{ {inside} }}"
    flow = body(f"task a {{}}\ntask z {{}}\n{inside}\na -> g{depth - 1} -> z")
    assert edges(flow) == {("a", f"g{depth - 1}"), (f"g{depth - 1}", "z")}
