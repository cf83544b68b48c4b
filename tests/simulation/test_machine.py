"""The machine of a task run: hypothesis over it and over the store, and its page."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.model.machine import TRANSITIONS, explanations, table
from runtime.model.state import ExecStatus, Reason
from tests.simulation.machine import check

PAGE = Path(__file__).parents[2] / "docs" / "state_machine.md"


def test_the_store_goes_only_where_the_machine_allows() -> None:
    check(examples=40)


@pytest.mark.soak
@pytest.mark.timeout(600)
def test_the_store_goes_only_where_the_machine_allows_in_long_histories() -> None:
    check(examples=500)


def test_the_page_shows_the_machine() -> None:
    assert table() in PAGE.read_text(), "run: python -m runtime.model.machine, and put its table into the page"


@given(st.lists(st.sampled_from(TRANSITIONS), max_size=30))
def test_each_event_is_an_explanation_of_where_it_leads(events: list[object]) -> None:
    status = ExecStatus.WAITING
    for event in events:
        if status not in event.sources:  # type: ignore[attr-defined]
            continue
        for reason in event.reasons:  # type: ignore[attr-defined]
            kind = "task" if event.by == "task" else "group"  # type: ignore[attr-defined]
            assert event in explanations(status, event.target, reason, kind=kind)  # type: ignore[attr-defined]
        status = event.target  # type: ignore[attr-defined]


def test_from_every_state_everything_can_come_to_its_end() -> None:
    reached = {ExecStatus.FINISHED}
    grown = True
    while grown:
        more = {source for each in TRANSITIONS if each.target in reached for source in each.sources}
        grown = not more <= reached
        reached |= more
    assert reached == set(ExecStatus)


def test_every_reason_belongs_to_an_event() -> None:
    assert {reason for each in TRANSITIONS for reason in each.reasons} >= set(Reason) - {Reason.WAIT, Reason.RATE}


@pytest.mark.parametrize(
    ("was", "now", "reason"),
    [
        (ExecStatus.FINISHED, ExecStatus.RUNNING, ""),
        (ExecStatus.IGNORED, ExecStatus.FINISHED, ""),
        (ExecStatus.FAILED, ExecStatus.FINISHED, ""),
        (ExecStatus.WAITING, ExecStatus.SUSPENDED, "in doubt"),
        (ExecStatus.RUNNING, ExecStatus.IGNORED, "no event"),
    ],
)
def test_what_must_never_happen_to_a_task_has_no_explanation(was: ExecStatus, now: ExecStatus, reason: str) -> None:
    assert explanations(was, now, reason, kind="task") == []
