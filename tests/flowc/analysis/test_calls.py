"""Calls of tasks and flows, defaults and branches: what becomes of them in rows."""

from __future__ import annotations

import pytest

from flowc.analysis import declarations
from runtime.model.definition import Call, Script, TaskDefinition
from tests.flowc.compiling import compiled, edges, flow_of, messages


def bound(found: TaskDefinition) -> list[object]:
    """The values of a script, in order."""
    assert isinstance(found.action, Script)
    return [binding.value for binding in found.action.bindings]


COPY = """
let base = 10
task copy(name: str, times: int = base) {
    out rows: int
    timeout 5m
    sh "copy {{ name }} {{ times }} {{ [x for x in [name]] }}"
}
"""


def flow(text: str, name: str = "daily") -> dict[str, TaskDefinition]:
    """The nodes of one flow of a text without errors, by path."""
    found = compiled(text)
    assert [problem.message for problem in found.diagnostics] == []
    (chosen,) = (each for each in found.flows if each.name == name)
    return {node.path: node for node in chosen.tasks}


def test_an_argument_that_is_an_item_is_not_caught_by_a_variable_of_the_called_task() -> None:
    nodes = flow(COPY + 'flow daily { parallel g for x in ["a"] { task one = copy(name: x) } }')
    assert bound(nodes["g/one"]) == [
        ["item", "x"],
        10,
        ["for", "x'", ["list", ["item", "x"]], ["item", "x'"], True],
    ]


def test_an_argument_that_is_an_output_makes_an_edge() -> None:
    found = flow_of(COPY + 'flow daily { task first { out n: str; sh "x" }; task one = copy(name: first.n) }')
    assert edges(found) == {("first", "one")}


def test_the_called_task_does_not_see_the_flow_of_its_caller() -> None:
    text = 'task copy() { sh "echo {{ day }}" }\nflow daily { param day: date = today(); task one = copy() }'
    assert messages(text) == ["there is nothing called `day` here"]


def test_a_setting_of_the_call_replaces_the_one_of_the_called_task_and_conditions_add_up() -> None:
    text = """
    task copy(name: str) { timeout 5m; priority 3; when name != ""; sh "copy {{ name }}" }
    flow daily {
        param big: bool
        task one = copy(name: "a") { timeout 1m; when big }
    }
    """
    one = flow(text)["one"]
    assert (one.timeout_seconds, one.priority) == (60.0, 3)
    assert one.when == ["and", ["param", "big"], ["!=", "a", ""]]


def test_defaults_count_from_the_inside_out_and_the_file_of_the_called_task_comes_last() -> None:
    text = """
    defaults { retry 1; timeout 1h }
    task copy() { sh "copy" }
    flow daily {
        defaults { retry 2 }
        parallel g {
            defaults { retry 3 }
            task one = copy()
        }
        task two = copy()
        task three { retry 4; sh "x" }
        task join
    }
    """
    nodes = flow(text)
    assert [nodes[path].retry[0].attempts for path in ("g/one", "two", "three")] == [3, 2, 4]
    assert nodes["two"].timeout_seconds == 3600.0
    assert nodes["join"].retry == ()


def test_a_task_may_call_through_another_task_down_to_a_component() -> None:
    text = """
    task outer(text: str) = inner(text: "{{ text }}!") { priority 2 }
    task inner(text: str) = echo(text: "<{{ text }}>") { out size: int = len(text) }
    flow daily { task one = outer(text: "a") { out more: int = size + 1 } }
    """
    one = flow(text)["one"]
    assert one.action == Call("echo", {"text": ["text", "<", ["text", "a", "!"], ">"]})
    assert [out.name for out in one.outs] == ["text", "size", "more"]
    assert one.priority == 2


LOAD = """
flow load {
    param tables: list[str] = ["orders"]
    limit 3
    defaults { timeout 1h }
    parallel each for x in tables by x { task copy { out n: int = len(x); sh "copy {{ x }}" } }
    task tell { sh "tell" }
    each -> tell
    out total: int = sum(each.copy.n)
}
"""


def test_a_called_flow_is_a_group_with_its_tasks_and_one_that_computes_its_outputs() -> None:
    text = LOAD + 'flow daily { task run = load(tables: ["a"]); task use { sh "echo {{ run.total }}" } }'
    nodes = flow(text)
    assert list(nodes) == ["", "run", "run/each", "run/each/copy", "run/tell", "run/outputs", "use"]
    assert nodes["run"].kind == "group"
    assert nodes["run"].limit == 3
    assert nodes["run/tell"].timeout_seconds == 3600.0
    assert nodes["use"].timeout_seconds is None
    assert bound(nodes["use"]) == [["out", "run/outputs", "total"]]


def test_who_uses_an_output_of_a_called_flow_waits_for_all_of_it() -> None:
    found = compiled(LOAD + 'flow daily { task run = load(); task use { sh "echo {{ run.total }}" } }').flows[1]
    assert edges(found) >= {("run", "use"), ("run/each", "run/outputs"), ("run/each", "run/tell")}
    assert ("run/outputs", "use") not in edges(found)


def test_a_member_called_outputs_leaves_its_name_to_the_flow() -> None:
    text = """
    flow load { task outputs { out n: int = 1 }; out n: int = outputs.n }
    flow daily { task run = load(); task use { sh "echo {{ run.n }}" } }
    """
    assert bound(flow(text)["use"]) == [["out", "run/outputs_2", "n"]]


def test_outputs_of_a_mapped_call_are_lists_and_of_one_that_may_be_skipped_optional() -> None:
    text = (
        LOAD
        + """
    flow daily {
        task many for x in ["a", "b"] by x = load(tables: [x])
        task maybe = load() { when len(many.total) > 1 }
        out all: list[int] = many.total
        out one: int = maybe.total ?? 0
    }
    """
    )
    assert {out.name for out in flow(text)[""].outs} == {"all", "one"}
    assert messages(text.replace(" ?? 0", "")) == ["`maybe.total` may be missing here"]


def test_branches_exclude_one_another_and_their_values_are_certain_together() -> None:
    text = """
    flow daily {
        param n: int
        if n > 1 { task a { out v: int = 1 } }
        else if n > 0 { task b { out v: int = 2 } }
        else { task c { out v: int = 3 } }
        out v: int = a.v ?? b.v ?? c.v
    }
    """
    nodes = flow(text)
    more, some = [">", ["param", "n"], 1], [">", ["param", "n"], 0]
    assert nodes["a"].when == more
    assert nodes["b"].when == ["and", ["not", more], some]
    assert nodes["c"].when == ["and", ["not", more], ["not", some]]
    assert len(messages(text.replace("a.v ?? b.v ?? c.v", "a.v ?? b.v"))) == 1


def test_a_condition_of_its_own_makes_a_value_of_a_branch_uncertain() -> None:
    text = """
    flow daily {
        param big: bool
        if big { task a { when big; out v: int = 1 } } else { task b { out v: int = 3 } }
        out v: int = a.v ?? b.v
    }
    """
    assert messages(text) == ["`b.v` may be missing here"]


def test_values_of_the_same_branch_are_certain_also_across_its_groups() -> None:
    text = """
    flow daily {
        param big: bool
        if big {
            task a { out v: int = 1 }
            parallel g { task b { sh "echo {{ a.v }}" } }
        }
        if big { task c { sh "echo {{ a.v }}" } }
    }
    """
    assert messages(text) == ["`a.v` may be missing here"]


def test_what_is_known_not_to_be_null_in_a_branch() -> None:
    text = """
    flow daily {
        param name: str?
        if name != null { task a { sh "echo {{ name }}" }; parallel g { task b { sh "echo {{ name }}" } } }
        else { task c { sh "echo {{ name }}" } }
    }
    """
    assert messages(text) == ["`name` may be missing here"]


def test_several_lines_of_retry_are_kept_in_order_and_one_that_is_never_reached_is_refused() -> None:
    text = 'flow daily { task a { retry 1, when: error.kind == "timeout"; retry 2; sh "x" } }'
    assert [rule.attempts for rule in flow(text)["a"].retry] == [1, 2]
    assert messages(text.replace("retry 2;", "retry 2; retry 3;")) == [
        "this `retry` is never reached: the one before it holds for every failure"
    ]


def test_a_parameter_may_be_handed_on_to_a_setting_of_another_task() -> None:
    text = """
    task inner(times: int) { retry times; sh "x" }
    task outer(n: int) = inner(times: n)
    flow daily { task one = outer(n: 3) }
    """
    assert flow(text)["one"].retry[0].attempts == 3
    assert messages(text.replace("n: 3", "n: 0")) == ["`retry times` is no number of attempts"]


def test_flows_that_grow_too_large_by_calls_are_refused_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(declarations, "MOST_NODES", 100)
    levels = (f"flow f{n} {{ task a = f{n - 1}(); task b = f{n - 1}() }}" for n in range(1, 9))
    text = '\nflow f0 { task a { sh "x" } }\n' + "\n".join(levels)
    assert messages(text) == ["with all that it calls, `f6` has more than 100 tasks"]


def test_an_argument_that_doubles_at_each_call_is_refused() -> None:
    levels = (f"task t{n}(n: int) = t{n - 1}(n: n + n)" for n in range(1, 40))
    text = '\ntask t0(n: int) { sh "echo {{ n }}" }\n' + "\n".join(levels) + "\nflow daily { task a = t39(n: 1) }"
    assert set(messages(text)) == {"the value of `n` stands for too large an expression"}


def test_hooks_of_a_called_flow_count_and_know_its_parameters() -> None:
    text = """
    flow load { param to: str; task a { sh "x" }; on failure { task tell { sh "echo {{ to }} {{ failed.task }}" } } }
    flow daily { task run = load(to: "desk") }
    """
    nodes = flow(text)
    assert nodes["run/on_failure/tell"].hook == "failure"
    assert bound(nodes["run/on_failure/tell"])[0] == "desk"


COUNTED = """
flow load {
    param tables: list[str]
    task count { out rows: int = len(tables); sh "echo" }
    out rows: int = count.rows
}
flow quiet { task one { sh "true" } }
"""


def test_an_output_at_the_call_of_a_flow_is_computed_by_its_member_of_outputs() -> None:
    calls = 'task shop = load(tables: ["a"]) { out twice: int = rows * 2 }; task t { sh "echo {{ shop.twice }}" }'
    nodes = flow(COUNTED + f"flow daily {{ {calls} }}")
    assert [(out.name, out.value) for out in nodes["shop/outputs"].outs] == [
        ("rows", ["out", "shop/count", "rows"]),
        ("twice", ["*", ["own", "rows"], 2]),
    ]
    assert bound(nodes["t"]) == [["out", "shop/outputs", "twice"]]


def test_a_flow_without_outputs_has_those_of_its_call() -> None:
    nodes = flow(COUNTED + 'flow daily { task q = quiet() { out word: str = "done"; ensure word != "", "empty" } }')
    assert [out.name for out in nodes["q/outputs"].outs] == ["word"]
    assert len(nodes["q/outputs"].ensures) == 1


def test_an_output_that_nothing_gives_is_refused_at_the_call_of_a_flow() -> None:
    text = COUNTED + 'flow daily { task shop = load(tables: ["a"]) { out other: int } }'
    assert messages(text) == ["nothing gives the output `other`: `load` has no output of that name"]


def test_an_output_at_the_call_of_a_flow_takes_no_name_that_the_flow_gives() -> None:
    text = COUNTED + 'flow daily { task shop = load(tables: ["a"]) { out rows: int = 3 } }'
    assert messages(text) == ["`load` gives an output called `rows` itself"]


ITEMS = """
flow daily {
    task copy for t in ["a", "b"] by t { out rows: int; sh "x" }
    parallel load for r in ["eu"] by r {
        allow_failures 1
        task get { out n: int; sh "x" }
        parallel inner for k in [1, 2] { task x { out y: int; sh "x" } }
        task bare { sh "x" }
    }
    task report { EXPR; sh "x" }
}
"""


def test_items_of_a_mapped_task_pair_keys_and_outputs() -> None:
    found = flow_of(ITEMS.replace("EXPR", "out n: list[int] = [i.value.rows for i in copy.items]"))
    value = ["record", ["rows", ["own", "rows"]]]
    (out,) = next(task for task in found.tasks if task.path == "report").outs
    assert out.value[2] == ["items", "copy", value]
    assert ("copy", "report") in edges(found)


def test_items_of_a_mapped_group_have_a_record_for_each_member_that_gives_something() -> None:
    use = "out n: list[int] = [i.value.get.n + sum(i.value.inner.x.y) for i in load.items if i.value != null]"
    found = flow_of(ITEMS.replace("EXPR", use))
    assert ("load", "report") in edges(found)


@pytest.mark.parametrize(
    ("expression", "told"),
    [
        ("[i.value.get.n for i in load.items]", "`i.value` may be missing here"),
        ("[i.value.bare for i in load.items if i.value != null]", "has no field"),
        ("[i.value for i in load.get.items]", "`load.get` has no output called `items`"),
    ],
)
def test_items_are_typed(expression: str, told: str) -> None:
    (message, *_) = messages(ITEMS.replace("EXPR", f"out n: list[int] = {expression}"))
    assert told in message
