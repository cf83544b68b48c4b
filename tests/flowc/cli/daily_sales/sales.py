"""The component that the flow of this folder calls."""

from __future__ import annotations

import datetime as dt

from runtime.component import component


@component
def clean(day: dt.date) -> int:
    """Removes the sales that were cancelled on a day; how many there were."""
    return day.day
