"""The times at which runs go on by themselves."""

from __future__ import annotations

from runtime.engine.times import Times


def test_the_nearest_time_is_found_however_often_times_change() -> None:
    times = Times()
    for count in range(1_000):
        times.set(1, 1_000 + count)
        times.set(2, 5_000)
        times.set(2, 6_000)
    assert times.nearest() == 1_999
    assert times.passed(5_500) == [1]
    assert len(times._heap) < 100
    times.set(1, None)
    assert times.nearest() == 6_000
    assert times.passed(6_000) == [2]
