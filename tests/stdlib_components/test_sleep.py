"""`sleep`: ends by itself, or at once when it is cancelled."""

from __future__ import annotations

import datetime as dt
from threading import Thread

import pytest

from runtime.component import Cancelled
from tests.stdlib_components.conftest import Caller


def test_short_sleep_ends(call: Caller) -> None:
    assert call("sleep", duration=dt.timedelta(milliseconds=1)) == {}
    assert call("sleep", duration="-1s") == {}


def test_cancelled_sleep_stops_at_once(call: Caller) -> None:
    ends: list[BaseException] = []

    def sleep() -> None:
        try:
            call("sleep", duration="1d")
        except Cancelled as cancelled:
            ends.append(cancelled)

    thread = Thread(target=sleep)
    thread.start()
    call.context.cancel.set()
    thread.join(10)
    assert len(ends) == 1


def test_sleep_of_a_cancelled_attempt_does_not_start(call: Caller) -> None:
    call.context.cancel.set()
    with pytest.raises(Cancelled):
        call("sleep", duration="1d")
