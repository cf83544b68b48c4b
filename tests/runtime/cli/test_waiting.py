"""What a row says about why it does not run."""

from __future__ import annotations

from runtime.cli.display.clock import SECOND
from runtime.cli.display.explanation import explain
from runtime.cli.display.glyphs import UNICODE
from runtime.cli.display.styled import plain
from runtime.model.definition import Dependency
from runtime.model.state import ExecStatus, Reason
from tests.runtime.cli.samples import START, Sample

DONE, RUNNING, WAITING, FAILED = ExecStatus.FINISHED, ExecStatus.RUNNING, ExecStatus.WAITING, ExecStatus.FAILED


def told(sample: Sample, path: str) -> str:
    picture = sample.picture()
    node = next(node for node in picture.nodes if node.view.path == path)
    return plain(explain(node, picture, UNICODE))


def test_a_task_names_only_the_predecessors_that_are_not_done() -> None:
    sample = Sample()
    sample.task("clean", DONE)
    sample.task("enrich", RUNNING)
    sample.task("load", after=("clean", "enrich"), remaining=1)
    assert told(sample, "load") == "waits for enrich"


def test_many_predecessors_are_counted() -> None:
    sample = Sample()
    for name in "abcde":
        sample.task(name, RUNNING)
    sample.task("join", after=tuple("abcde"), remaining=5)
    assert told(sample, "join") == "waits for a, b, c and 2 more"


def test_a_failed_predecessor_blocks() -> None:
    sample = Sample()
    sample.task("clean", FAILED)
    sample.task("other", RUNNING)
    sample.task("load", after=("clean", "other"), remaining=2)
    assert told(sample, "load") == "blocked by clean"


def test_an_instance_waits_for_its_neighbour_in_the_same_item() -> None:
    sample = Sample()
    container = sample.task("ingest", RUNNING, kind="map")
    for key in ("eu", "us"):
        item = sample.item(container, key, RUNNING)
        sample.member(item, "copy", RUNNING)
        sample.member(item, "check", WAITING, remaining=1)
    nodes = {task.path: task.node for task in sample.definitions}
    sample.edges.append(Dependency(nodes["ingest/copy"], nodes["ingest/check"]))
    assert told(sample, "ingest[us]/check") == "waits for copy"


def test_a_retry_counts_down_in_whole_seconds() -> None:
    sample = Sample()
    due = START + 60 * SECOND + 27_400_000
    sample.task("fetch", retries=4, reason=Reason.RETRY, attempts=2, message="exit code 7", not_before=due)
    assert told(sample, "fetch") == "retry 2 of 4 in 28s (exit code 7)"


def test_a_limit_names_the_group_that_holds() -> None:
    sample = Sample()
    group = sample.task("ingest", RUNNING, kind="group", limit=2)
    sample.task("ingest/a", WAITING, held_by=group.id)
    assert told(sample, "ingest/a") == "held by limit 2 of ingest"


def test_a_ready_task_waits_only_for_a_free_place() -> None:
    sample = Sample()
    sample.task("a", WAITING)
    assert told(sample, "a") == "ready"


def test_a_failure_says_how_often_it_was_tried() -> None:
    sample = Sample()
    sample.task("a", FAILED, reason=Reason.ERROR, message="exit code 3\nmore", attempts=3)
    sample.task("b", FAILED, reason=Reason.BAD_OUTPUT, message="`rows` was not written")
    assert told(sample, "a") == "exit code 3, after 3 attempts"
    assert told(sample, "b") == "bad output: `rows` was not written"


def test_a_group_tells_how_far_it_is() -> None:
    sample = Sample()
    sample.task("g", RUNNING, kind="group")
    sample.task("g/a", DONE)
    sample.task("g/b", RUNNING)
    sample.task("g/c", WAITING, remaining=1)
    assert told(sample, "g") == "1/3 ✓ 1 running"


def test_an_empty_map_says_so() -> None:
    sample = Sample()
    sample.task("g", DONE, kind="map")
    assert told(sample, "g") == "no items"
