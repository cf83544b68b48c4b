"""What `event` of a trigger is."""

from __future__ import annotations

import pytest

from tests.flowc.compiling import flow_of

FLOW = """
flow load {
    param file: path
    param bytes: size = 0B
    trigger file "inbox/*.csv" when CONDITION with (file: event.path, bytes: event.size)
    task read { sh "wc -c {{ file }}" }
}
"""


@pytest.mark.parametrize("condition", ["event.size > 1MB", "event.size == 0B", "event.size / 1kB < 3"])
def test_the_size_of_a_file_is_compared_with_sizes(condition: str) -> None:
    assert flow_of(FLOW.replace("CONDITION", condition)).triggers[0].kind == "file"
