"""The folders that tests of commands work in."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.shop import ETL, Shop


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    """A folder with `etl.flow`, and nothing deployed."""
    made = Shop(tmp_path)
    made.write("etl.flow", ETL)
    return made


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """A shop whose run `etl-1` failed and whose run `etl-2` published nothing; for tests that only look."""
    made = Shop(tmp_path_factory.mktemp("seen"))
    made.write("etl.flow", ETL)
    assert made.flower("run", "etl.flow").returncode == 1
    assert made.flower("run", "etl", "--dry-run").returncode == 0
    return made


@pytest.fixture
def failed(shop: Shop) -> Shop:
    """A shop whose run `etl-1` failed at its last task."""
    assert shop.flower("run", "etl.flow").returncode == 1
    return shop
