"""Drivers of other tools: those that are everywhere are run, a wrong count is seen, a missing tool is only named."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from benchmarks.peers import comparison
from benchmarks.peers.command import peers, table
from benchmarks.peers.driver import Ledger, command_seconds
from benchmarks.peers.registry import PEERS, Peer

DRIVERS = {file.stem for file in Path(comparison.__file__).parent.glob("*.py")}
REQUIREMENTS = (Path(comparison.__file__).parent / "requirements.txt").read_text()


@pytest.mark.parametrize("name", PEERS)
def test_peer_has_a_driver_and_a_way_to_come_by_it(name: str) -> None:
    assert name in DRIVERS
    assert PEERS[name].command or name in REQUIREMENTS
    assert set(PEERS[name].shapes) <= set(comparison.SIZES)


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
@pytest.mark.parametrize("shape", ["scripts", "check"])
def test_peer_is_measured_beside_flower(shape: str, tmp_path: Path) -> None:
    taken = comparison.compare(shape, 110, ["make"], Path(sys.executable), tmp_path, rounds=1)
    ours, *_, theirs = taken.results
    assert ours.rounds[0] > 0
    assert theirs.rounds[0] > 0
    assert taken.times_ours(ours) == 1
    assert theirs.tool.startswith("make ")
    assert table(taken).row_count == len(taken.results)


def test_a_peer_that_fails_says_why_and_the_others_go_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PEERS, "absent", Peer("Absent", "nothing", ("scripts",)))
    taken = comparison.compare("scripts", 3, ["absent"], Path(sys.executable), tmp_path, rounds=1)
    assert "benchmarks.peers.absent" in taken.results[-1].why
    assert taken.results[-1].rounds == []
    assert table(taken).row_count == len(taken.results)


def test_a_peer_that_is_missing_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(PEERS, "absent", Peer("Absent", "nothing", ("scripts",)))
    peers(["absent", "--shape", "scripts", "--tasks", "3", "--rounds", "1", "--folder", str(tmp_path)])
    printed = capsys.readouterr()
    assert "Absent is not here, and left out" in printed.err
    assert "Flower" in printed.out


def test_a_task_done_twice_too_early_or_never_is_seen() -> None:
    needs = [[], [0], [0, 1]]
    Ledger([0, 1, 2]).check(needs)
    for done in ([0, 1], [0, 1, 2, 2], [1, 0, 2]):
        with pytest.raises(AssertionError):
            Ledger(done).check(needs)


def test_a_command_that_does_less_than_asked_is_seen(tmp_path: Path) -> None:
    assert command_seconds(["printf", "one\none\n"], tmp_path, "one", 2) > 0
    with pytest.raises(AssertionError, match="2 of 3 tasks"):
        command_seconds(["printf", "one\none\n"], tmp_path, "one", 3)
