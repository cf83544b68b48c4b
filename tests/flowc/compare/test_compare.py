"""Versions of flows compared: what is the same under another name, and what differs."""

from __future__ import annotations

from flowc.compare.changes import FlowChange
from flowc.compare.flows import compare
from tests.flowc.compiling import body


def named(change: FlowChange) -> list[tuple[str, str, str | None]]:
    return [(each.sort, each.path, each.was) for each in change.nodes]


def ends(change: FlowChange) -> list[tuple[str, str, str]]:
    return [(each.sort, each.predecessor, each.successor) for each in change.edges]


BEFORE = """
    task fetch { out n: int = 3; sh "fetch the orders of yesterday" }
    parallel load {
        task clean { sh "clean {{ fetch.n }} orders" }
        task store { sh "store them in the database" }
        clean -> store
    }
    task report { sh "report {{ fetch.n }}" }
    load -> report
"""


def test_same_rows_are_unchanged() -> None:
    change = compare(body(BEFORE), body(BEFORE))
    assert change == FlowChange("case", "unchanged", 4)


def test_renamed_task_is_told_once_and_not_where_it_is_named() -> None:
    change = compare(body(BEFORE), body(BEFORE.replace("task fetch", "task get").replace("fetch.n", "get.n")))
    assert named(change) == [("changed", "get", "fetch")]
    assert change.nodes[0].facts == ()
    assert change.edges == ()


def test_task_renamed_and_changed_a_little_is_the_same_task() -> None:
    change = compare(
        body(BEFORE),
        body(BEFORE.replace("task store { sh", "task keep { timeout 1m; sh").replace("-> store", "-> keep")),
    )
    assert named(change) == [("changed", "load/keep", "load/store")]
    assert [fact.name for fact in change.nodes[0].facts] == ["timeout"]


def test_members_of_a_renamed_group_are_not_told_again() -> None:
    change = compare(
        body(BEFORE), body(BEFORE.replace("parallel load", "parallel import").replace("load ->", "import ->"))
    )
    assert named(change) == [("changed", "import", "load")]


def test_member_renamed_in_a_renamed_group_is_told() -> None:
    after = BEFORE.replace("parallel load", "parallel import").replace("load ->", "import ->")
    after = after.replace("task store", "task keep").replace("-> store", "-> keep")
    assert named(compare(body(BEFORE), body(after))) == [
        ("changed", "import", "load"),
        ("changed", "import/keep", "load/store"),
    ]


def test_task_that_moves_into_a_group_is_the_same_task() -> None:
    after = BEFORE.replace(
        'task report { sh "report {{ fetch.n }}" }', 'parallel last { task report { sh "report {{ fetch.n }}" } }'
    )
    change = compare(body(BEFORE), body(after.replace("-> report", "-> last")))
    assert named(change) == [("added", "last", None), ("changed", "last/report", "report")]


def test_tasks_that_do_different_things_are_not_taken_for_one_another() -> None:
    change = compare(
        body(BEFORE),
        body(
            BEFORE.replace("task report", "task tidy")
            .replace('"report {{ fetch.n }}"', '"rm -rf old"')
            .replace("-> report", "-> tidy")
        ),
    )
    assert named(change) == [("added", "tidy", None), ("removed", "report", None)]


def test_two_tasks_that_swap_their_names_are_told_as_two_changed_ones() -> None:
    one, two = body('task a { sh "one" }\ntask b { sh "two" }'), body('task a { sh "two" }\ntask b { sh "one" }')
    assert named(compare(one, two)) == [("changed", "a", None), ("changed", "b", None)]


def test_edge_of_an_order_that_two_spellings_give_is_not_told() -> None:
    change = compare(
        body(BEFORE), body(BEFORE.replace("load -> report", "").replace("report { sh", "report { after load; sh"))
    )
    assert change.only_moved


def test_new_and_lost_edges_say_what_makes_them() -> None:
    change = compare(body(BEFORE), body(BEFORE.replace("load -> report", "report -> load")))
    assert ends(change) == [("added", "report", "load"), ("removed", "load", "report")]
    assert {edge.origin for edge in change.edges} == {"chain"}
    assert not any(edge.with_node for edge in change.edges)


def test_edges_of_a_task_that_is_gone_go_with_it() -> None:
    after = BEFORE.replace('task report { sh "report {{ fetch.n }}" }', "").replace("load -> report", "")
    change = compare(body(BEFORE), body(after))
    assert ends(change) == [("removed", "fetch", "report"), ("removed", "load", "report")]
    assert all(edge.with_node for edge in change.edges)


def test_moved_lines_are_a_change_that_does_nothing() -> None:
    assert compare(body(BEFORE), body("# A line more.\n" + BEFORE)).only_moved


def test_order_of_tasks_in_the_file_is_told() -> None:
    change = compare(body('task a { sh "a" }\ntask b { sh "b" }'), body('task b { sh "b" }\ntask a { sh "a" }'))
    assert change.reordered
    assert change.nodes == ()
