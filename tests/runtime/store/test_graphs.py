"""Versions of flows that are kept in memory."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from runtime.store.sqlite.files import StoreFiles
from runtime.store.sqlite.store import SqliteStore
from tests.runtime.engine.flows import FlowBuilder


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    store = SqliteStore(StoreFiles(tmp_path / "flower.db"), "OFF")
    yield store
    store.close()


def deployed(store: SqliteStore, name: str) -> int:
    store.deploy(FlowBuilder(name).task("a").build(), "/project", 1)
    newest = store.newest(name)
    assert newest is not None
    return newest[0]


def test_the_number_of_a_deploy_that_was_rolled_back_names_another_flow(store: SqliteStore) -> None:
    first = 0

    def deploy_and_fail() -> None:
        nonlocal first
        with store.transaction():
            first = deployed(store, "first")
            assert store.graph(first).flow.name == "first"
            raise KeyError

    with pytest.raises(KeyError):
        deploy_and_fail()
    with store.transaction():
        second = deployed(store, "second")
    assert (first, store.graph(second).flow.name) == (second, "second")


def test_a_version_is_loaded_once_for_all_connections(store: SqliteStore) -> None:
    with store.transaction():
        identity = deployed(store, "first")
    other = SqliteStore(store.files, "OFF")
    assert other.graph(identity) is store.graph(identity)
    other.close()
