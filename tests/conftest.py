"""What holds for every test: no settings of the machine, no clock that judges."""

from __future__ import annotations

import os

import pytest
from hypothesis import settings

settings.register_profile("flower", deadline=None)
settings.load_profile("flower")


@pytest.fixture(autouse=True, scope="session")
def _no_settings_of_the_machine() -> None:
    for name in [name for name in os.environ if name.startswith("FLOWER_")]:
        del os.environ[name]
