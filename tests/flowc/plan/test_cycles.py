"""Cycles: found through groups, told once each, the shortest first, and cheap where there is none."""

from __future__ import annotations

import subprocess
import sys

from flowc.plan.cycles import Shape, find_cycles
from runtime.model.definition import Dependency
from tests.flowc.compiling import messages


def _flat(size: int) -> Shape:
    return Shape([None, *[0] * size], [True, *[False] * size])


def _edges(*pairs: tuple[int, int]) -> list[Dependency]:
    return [Dependency(first, second) for first, second in pairs]


def _pairs(cycle: list[Dependency]) -> list[tuple[int, int]]:
    return [(edge.predecessor, edge.successor) for edge in cycle]


def test_graph_without_cycle_has_none() -> None:
    assert find_cycles(_flat(4), _edges((1, 2), (1, 3), (2, 4), (3, 4))) == []


def test_shortest_of_several_entangled_cycles_is_told() -> None:
    (cycle,) = find_cycles(_flat(5), _edges((1, 2), (2, 3), (3, 4), (4, 1), (3, 2), (4, 5)))
    assert sorted(_pairs(cycle)) == [(2, 3), (3, 2)]


def test_independent_cycles_are_told_one_each() -> None:
    found = find_cycles(_flat(5), _edges((1, 2), (2, 1), (3, 4), (4, 3), (2, 3), (4, 5)))
    assert [sorted(_pairs(cycle)) for cycle in found] == [[(1, 2), (2, 1)], [(3, 4), (4, 3)]]


def test_cycle_runs_through_a_group_by_its_members() -> None:
    shape = Shape([None, 0, 1, 1, 0], [True, True, False, False, False])
    (cycle,) = find_cycles(shape, _edges((2, 4), (4, 1)))
    assert sorted(_pairs(cycle)) == [(2, 4), (4, 1)]


def test_member_may_follow_what_its_group_follows_too() -> None:
    shape = Shape([None, 0, 1, 0], [True, True, False, False])
    assert find_cycles(shape, _edges((3, 1), (3, 2))) == []


def test_empty_group_keeps_the_order_through_it() -> None:
    shape = Shape([None, 0, 0], [True, True, False])
    assert len(find_cycles(shape, _edges((1, 2), (2, 1)))) == 1


def test_cycle_between_two_groups_by_different_members() -> None:
    told = messages("""
        flow case {
            parallel one { task a { out n: int = two.d.n }; task b { out n: int = 1 } }
            parallel two { task c { out n: int = one.b.n }; task d { out n: int = 1 } }
        }
    """)
    assert told == []


def test_long_ring_is_told_in_short() -> None:
    ring = " -> ".join(f"t{n}" for n in [*range(30), 0])
    tasks = "\n".join(f"task t{n} {{}}" for n in range(30))
    (told,) = messages(f"flow case {{\n{tasks}\n{ring}\n}}\n")
    assert told == "these wait for one another: t0 -> t1 -> t2 -> t3 -> … 23 more … -> t27 -> t28 -> t29 -> t0"


def test_ring_of_many_tasks_is_found_within_the_bound_of_the_search() -> None:
    size = 3_000
    pairs = [(node, node % size + 1) for node in range(1, size + 1)]
    (cycle,) = find_cycles(_flat(size), _edges(*pairs))
    assert len(cycle) == size


def test_compiler_loads_networkx_only_where_there_is_a_cycle() -> None:
    script = (
        "import sys\n"
        "from tests.flowc.compiling import messages\n"
        "messages('flow a { task b {}; task c { after b } }')\n"
        "assert 'networkx' not in sys.modules and 'lark' not in sys.modules and 'pydantic' not in sys.modules\n"
        "messages('flow a { task b { after c }; task c { after b } }')\n"
        "assert 'networkx' in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True)
