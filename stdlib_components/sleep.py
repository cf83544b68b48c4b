"""`sleep`: waits for a while. It can be cancelled at any moment."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from runtime.component import Context, component


@component(name="sleep", idempotent=True)
def sleep(duration: Annotated[dt.timedelta, "How long, such as 30s."], context: Context) -> None:
    """Wait for the duration. A cancelled or timed-out task stops waiting at once."""
    context.wait(max(0.0, duration.total_seconds()))
