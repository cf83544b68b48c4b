"""`flower why` and `flower events` on a run in which something is broken."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing

from tests.cli.shop import Shop

FLOW = """flow chain {
    task a { sh "exit 3" }
    parallel g {
        task b { after a; sh "true" }
        task c { sh "true" }
    }
    task d { sh "true" }
    g -> d
}
"""


def test_why_goes_down_to_the_cause(shop: Shop) -> None:
    shop.write("chain.flow", FLOW)
    assert shop.flower("run", "chain.flow").returncode == 1
    told = shop.flower("why", "chain-1", "d")
    assert told.stdout.splitlines() == [
        "d is waiting: waits for g",
        "  g is open: 1/2 ✓",
        "    g/b is waiting: blocked by a",
        "      a has failed: exit code 3",
    ]
    found = json.loads(shop.flower("why", "d", "--json").stdout)
    assert [cause["task"] for cause in found["causes"]] == ["d", "g", "g/b", "a"]


def test_events_tell_what_happened(shop: Shop) -> None:
    shop.write("chain.flow", FLOW)
    shop.flower("run", "chain.flow")
    shop.flower("ignore", "chain-1", "a")
    kinds = [event["kind"] for event in json.loads(shop.flower("events", "chain-1", "--json").stdout)]
    assert kinds == ["registered", "failed", "ended", "ignored"]


QUEUE = """flow nightly {
    limit 1 runs
    overlap queue
    task work { sh "true" }
}
pool door { limit 1 }
flow first { task a { use door; sh "true" } }
flow second { limit 1; task b { use door; sh "true" }; task c { sh "true" } }
"""


def test_a_queued_run_names_the_rule_and_the_runs_before_it(shop: Shop) -> None:
    shop.write("queue.flow", QUEUE)
    shop.deploy("queue.flow")
    for _ in range(3):
        assert shop.flower("register", "nightly").returncode == 0
    told = shop.flower("why", "nightly-3").stdout.splitlines()
    assert told == [
        "nightly-3 is queued: `limit 1 runs` of flow nightly",
        "  nightly-1 is running: 0/1 ✓",
        "  nightly-2 is queued: 0/1 ✓",
        "nobody works on nightly-3 at the moment: flower run --resume nightly-3",
    ]
    assert shop.data("why", "nightly-3")["ahead"] == ["nightly-1", "nightly-2"]


def test_a_run_that_a_person_has_suspended_says_how_to_let_it_go_on(shop: Shop) -> None:
    shop.write("queue.flow", QUEUE)
    shop.deploy("queue.flow")
    shop.flower("register", "first")
    shop.flower("suspend", "first-1")
    told = shop.flower("why", "first-1").stdout
    assert "first-1 is suspended by a person: flower resume first-1" in told
    assert "a is waiting" in told


def test_a_task_held_by_a_pool_names_who_holds_its_places(shop: Shop) -> None:
    shop.write("queue.flow", QUEUE)
    shop.deploy("queue.flow")
    shop.flower("register", "first")
    shop.flower("register", "second")
    with closing(sqlite3.connect(shop.folder / ".flower" / "flower.db")) as store, store:
        (holder,) = store.execute("SELECT id FROM task_run WHERE path = 'a'").fetchone()
        store.execute("INSERT INTO pool_holder SELECT id, ?, 1, 0 FROM pool", (holder,))
        store.execute("UPDATE task_run SET held_by = (SELECT -id FROM pool), revision = 9 WHERE path = 'b'")
    told = shop.flower("why", "second-2", "b").stdout
    assert "b is waiting: held by pool door" in told
    assert "pool door: 1 of 1 places are taken" in told
    assert "first-1 a holds one for" in told


def test_without_a_task_the_whole_run_is_explained(shop: Shop) -> None:
    shop.write("chain.flow", FLOW)
    shop.flower("run", "chain.flow")
    told = shop.flower("why", "chain-1").stdout
    assert "a has failed: exit code 3" in told
    assert "d is waiting: waits for g" in told


def test_a_run_that_has_ended_is_called_so_and_no_group_in_it_takes_longer(shop: Shop) -> None:
    shop.write("chain.flow", FLOW)
    shop.flower("run", "chain.flow")
    assert shop.flower("why").stdout.startswith("chain-1 has failed: ")
    database = sqlite3.connect(shop.folder / ".flower/flower.db")
    with database:
        database.execute("UPDATE flow_run SET ended_at = started_at + 90000000")
    database.close()
    row = next(line for line in shop.flower("status").stdout.splitlines() if line.startswith("  ▾ g"))
    assert "1m30s" in row


def test_a_ready_task_on_which_nobody_works_says_so(shop: Shop) -> None:
    shop.write("chain.flow", FLOW)
    shop.deploy("chain.flow")
    shop.flower("register", "chain")
    assert shop.flower("why", "chain-1", "a").stdout.splitlines() == [
        "a is waiting: ready",
        "  nobody is working: no `flower serve`, no `flower run`",
        "nobody works on chain-1 at the moment: flower run --resume chain-1",
    ]


DEEP = """flow deep {
    parallel outer for a in range(0, 3) by a {
        parallel inner for b in range(0, 3) by b {
            task work { sh "test {{ a }}{{ b }} != 01 -a {{ a }}{{ b }} != 22" }
            task next { after work; sh "true" }
        }
    }
    task end { after outer; sh "true" }
}
"""


def test_of_a_deep_map_the_failed_tasks_come_first_and_the_rest_is_folded(shop: Shop) -> None:
    shop.write("deep.flow", DEEP)
    shop.flower("run", "deep.flow")
    lines = shop.flower("why", "deep-1").stdout.splitlines()
    assert lines[0].startswith("deep-1 has failed: ")
    assert lines[1:3] == [
        "  outer[0]/inner[1]/work has failed: exit code 1",
        "  outer[2]/inner[2]/work has failed: exit code 1",
    ]
    assert lines[3:] == ["  and 10 more rows: flower why deep-1 --all"]
    whole = shop.flower("why", "deep-1", "--all").stdout.splitlines()
    assert "          outer[2]/inner[2]/next is waiting: blocked by work" in whole
    assert len(shop.data("why", "deep-1")["causes"]) == len(whole)


def test_among_many_members_those_that_failed_are_told_before_those_that_wait(shop: Shop) -> None:
    waiting = "".join(f'    task w{number} {{ after zero; sh "true" }}\n' for number in range(10))
    shop.write(
        "wide.flow", f'flow wide {{\n    task zero {{ sh "exit 3" }}\n{waiting}    task last {{ sh "exit 4" }}\n}}\n'
    )
    shop.flower("run", "wide.flow")
    lines = shop.flower("why", "wide-1").stdout.splitlines()
    assert lines[1:3] == ["  zero has failed: exit code 3", "  last has failed: exit code 4"]
