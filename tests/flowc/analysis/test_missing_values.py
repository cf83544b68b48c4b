"""Where a value may be missing, and how items of mapped nodes look from outside."""

from __future__ import annotations

import pytest

from tests.flowc.compiling import messages

NODES = """
    param full: bool = false
    task always { out n: int; sh "echo n=1 >> $FLOW_OUT" }
    task perhaps { when full; out n: int; sh "echo n=1 >> $FLOW_OUT" }
    parallel group {
        when full
        task inner { out n: int; sh "echo n=1 >> $FLOW_OUT" }
        task beside { out n: int = inner.n }
        parallel deep { task innermost { out n: int = inner.n } }
    }
    task each for x in [1, 2] by x { out n: int = x }
    task some for y in [1, 2] by y { when y > 1; out n: int = y }
    parallel outer for a in [1, 2] by a {
        task copy { out n: int = a }
        task pick { when a > 1; out n: int = copy.n }
        parallel rows for c in [3, 4] by c { task cell { out n: int = a * c + copy.n } }
    }
    parallel skipped {
        when full
        task many for z in [1] by z { out n: int = z }
    }
"""


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("always.n", "int"),
        ("perhaps.n", "int?"),
        ("group.inner.n", "int?"),
        ("group.deep.innermost.n", "int?"),
        ("each.n", "list[int]"),
        ("some.n", "list[int?]"),
        ("outer.copy.n", "list[int]"),
        ("outer.pick.n", "list[int?]"),
        ("outer.rows.cell.n", "list[list[int]]"),
        ("skipped.many.n", "list[int]?"),
    ],
)
def test_type_of_an_output_from_outside(value: str, kind: str) -> None:
    told = messages("flow case {" + NODES + f"    task look {{ out seen: secret = {value} }}\n}}\n")
    assert f"the output `seen` is `secret`, but this is `{kind}`" in [message.split(", which")[0] for message in told]


def test_condition_that_asks_for_null_narrows_the_task() -> None:
    told = messages("""
        flow case {
            param limit: int? = null
            task load { when limit != null and limit > 3; out n: int = limit }
            parallel g { when limit != null; task inner { out n: int = limit } }
        }
    """)
    assert told == []


def test_own_output_by_the_name_of_the_task_is_known_in_its_block() -> None:
    told = messages("""
        flow case {
            task load {
                out file: path = "a.csv"
                out size: int
                out double: int = load.size * 2
                sh "touch {{ load.file }}; echo size=1 >> $FLOW_OUT"
            }
        }
    """)
    assert told == []


def test_error_is_in_scope_of_a_retry_only() -> None:
    good = 'flow case { task a { retry 3, when: error.exit_code != null and error.exit_code == 75; sh "true" } }'
    bad = 'flow case { task a { when error.kind == "x"; sh "true" } }'
    assert messages(good) == []
    assert messages(bad) == ["there is nothing called `error` here"]
