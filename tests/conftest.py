"""What holds for every test: no settings of the machine, no clock that judges."""

from __future__ import annotations

import os
import signal

import pytest
from hypothesis import settings

# A shell ignores these for what it starts in the background, and what is started here would inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGQUIT, signal.SIG_DFL)

settings.register_profile("flower", deadline=None)
settings.load_profile("flower")


@pytest.fixture(autouse=True, scope="session")
def _no_settings_of_the_machine() -> None:
    for name in [name for name in os.environ if name.startswith("FLOWER_")]:
        del os.environ[name]
