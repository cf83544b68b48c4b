"""Thousands of registrations from many processes at once, a tenth of them of keys that others use as well."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.faults.commands import environment, flowc, query
from tests.faults.test_serve import service

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("processes", "each"), [(8, 125), pytest.param(16, 625, marks=[pytest.mark.soak, pytest.mark.timeout(600)])]
)
def test_every_key_is_one_run_however_many_ask_at_once(tmp_path: Path, processes: int, each: int) -> None:
    (tmp_path / "small.flow").write_text('flow small { task a { after b; sh "true" }; task b { ask "go?" } }\n')
    assert flowc(tmp_path, "deploy", "small.flow").returncode == 0
    began = time.monotonic()
    with service(tmp_path):
        clients = [
            subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    "tests.faults.registrations",
                    tmp_path / ".flower/flower.db",
                    str(who),
                    str(each),
                ],
                cwd=ROOT,
                env=environment(),
                stdout=subprocess.PIPE,
                text=True,
            )
            for who in range(processes)
        ]
        told = [line for client in clients for line in client.communicate()[0].split("\n") if line]
    assert [client.returncode for client in clients] == [0] * processes
    seconds = time.monotonic() - began
    print(
        f"{len(told)} registrations from {processes} processes in {seconds:.1f} s: {len(told) / seconds:.0f} a second"
    )
    assert len(told) == processes * each
    ids = {}
    for line in told:
        key, _, run = line.partition("=")
        assert ids.setdefault(key, run) == run
    shared = -(-each // 10)
    assert query(tmp_path, "SELECT count(*), count(DISTINCT key) FROM flow_run") == [
        (shared + processes * (each - shared),) * 2
    ]
