"""`flower why` and `flower events` on a run in which something is broken."""

from __future__ import annotations

import json

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
        "      a is failed: exit code 3",
    ]
    found = json.loads(shop.flower("why", "d", "--json").stdout)
    assert [cause["task"] for cause in found["causes"]] == ["d", "g", "g/b", "a"]


def test_events_tell_what_happened(shop: Shop) -> None:
    shop.write("chain.flow", FLOW)
    shop.flower("run", "chain.flow")
    shop.flower("ignore", "chain-1", "a")
    kinds = [event["kind"] for event in json.loads(shop.flower("events", "chain-1", "--json").stdout)]
    assert kinds == ["registered", "failed", "ended", "ignored"]
