"""The runner as a library: files, runs and results in a program, with the guarantees of the commands."""

from __future__ import annotations

import asyncio
import datetime as dt
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

import runtime
from runtime import BadParameter, CompileError, FlowerStore, NotFound, RunFailed, RunStatus, open_store

WAIT_SECONDS = 60

SHOP = """\
flow shop {
    param day: date = 2026-11-01
    param fail: bool = false
    task count { out rows: int; sh "echo counting {{ day }}; echo rows=3 >> $FLOW_OUT" }
    task check { when fail; sh "echo broken >&2; exit 4" }
    count -> check
    out rows: int = count.rows
    out next: date = day + 1d
}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "shop.flow").write_text(SHOP)
    return tmp_path


@pytest.fixture
def store(folder: Path) -> FlowerStore:
    return open_store(folder / "store.db")


def test_a_file_is_deployed_and_run_in_three_lines(folder: Path) -> None:
    with open_store(folder / "store.db") as store:
        result = store.run(folder / "shop.flow", day="2026-12-31")
    assert result.raise_for_failure().outputs == {"rows": 3, "next": dt.date(2027, 1, 1)}
    assert result.run == "shop-1"
    assert result["check"].state == "skipped"
    assert "counting 2026-12-31" in result["count"].log


def test_a_failed_run_names_its_task_and_goes_on_when_the_cause_is_mended(store: FlowerStore, folder: Path) -> None:
    with store:
        result = store.run(folder / "shop.flow", {"fail": True})
        assert result.status is RunStatus.FAILED
        assert result.failed_task is not None
        assert (result.failed_task.path, result.failed_task.exit_code) == ("check", 4)
        with pytest.raises(RunFailed, match="run shop-1 failed at `check`") as failure:
            result.raise_for_failure()
        assert failure.value.result is result
        again = store.rerun(result.run, parameters={"fail": False})
        assert again.succeeded
        assert again["count"].attempts == 1


def test_what_does_not_fit_is_refused_before_anything_is_written(store: FlowerStore, folder: Path) -> None:
    (folder / "bad.flow").write_text('flow bad { task a { sh "{{ b }}" } }')
    with store:
        with pytest.raises(CompileError, match="error\\[F") as refused:
            store.run(folder / "bad.flow")
        assert refused.value.diagnostics[0].severity == "error"
        with pytest.raises(NotFound, match="there is no file"):
            store.deploy(folder / "gone.flow")
        store.deploy(folder / "shop.flow")
        with pytest.raises(BadParameter, match="day"):
            store.run("shop", day="soon")
        with pytest.raises(BadParameter, match="cannot be stored"):
            store.run("shop", day=object())
        with pytest.raises(NotFound, match="no flow `shp`"):
            store.run("shp")


def test_the_same_key_is_the_same_run(store: FlowerStore, folder: Path) -> None:
    with store:
        store.deploy(folder / "shop.flow")
        assert store.register("shop", key="a") == store.register("shop", key="a") == "shop-1"
        assert store.run("shop", key="a").run == "shop-1"


def test_two_stores_in_one_process_work_side_by_side(folder: Path) -> None:
    (folder / "meet.flow").write_text(
        "flow meet { param me: str; param other: str;"
        ' task t { sh "touch {{ me }}; while [ ! -e {{ other }} ]; do sleep 0.01; done" } }'
    )
    with open_store(folder / "store.db") as store:
        store.deploy(folder / "meet.flow")
    results: list[runtime.RunResult] = []

    def work(me: str, other: str) -> None:
        with open_store(folder / "store.db") as store:
            results.append(store.run("meet", me=me, other=other))

    threads = [threading.Thread(target=work, args=names) for names in (("a", "b"), ("b", "a"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(WAIT_SECONDS)
    assert [result.status for result in results] == [RunStatus.SUCCEEDED] * 2


def test_it_works_inside_a_running_loop_of_asyncio(store: FlowerStore, folder: Path) -> None:
    async def program() -> tuple[bool, bool]:
        with store:
            waited = await store.run_async(folder / "shop.flow")
            return waited.succeeded, store.run("shop").succeeded

    assert asyncio.run(program()) == (True, True)


def test_a_run_that_takes_too_long_is_left_and_can_be_taken_up(store: FlowerStore, folder: Path) -> None:
    (folder / "slow.flow").write_text('flow slow { task t { sh "while [ ! -e go ]; do sleep 0.01; done" } }')
    with store:
        store.deploy(folder / "slow.flow")
        with pytest.raises(TimeoutError, match="slow-1 is not over"):
            store.run("slow", timeout=0.3)
        assert store.result("slow-1")["t"].state == "running"
        (folder / "go").touch()
        result = store.resume("slow-1")
        assert result.succeeded
        assert result["t"].attempts == 1


PROGRAM = """\
from runtime import open_store
with open_store("store.db") as store:
    store.deploy("slow.flow")
    try:
        store.run("slow")
    except KeyboardInterrupt:
        print("left", store.result()["t"].state)
"""


def test_ctrl_c_gives_control_back_and_the_script_goes_on(folder: Path) -> None:
    (folder / "slow.flow").write_text(
        'flow slow { task t { sh "touch begun; while [ ! -e go ]; do sleep 0.01; done; touch done" } }'
    )
    program = subprocess.Popen([sys.executable, "-c", PROGRAM], cwd=folder, stdout=subprocess.PIPE, text=True)
    try:
        wait_for(folder / "begun")
        program.send_signal(signal.SIGINT)
        told, _ = program.communicate(timeout=WAIT_SECONDS)
    finally:
        program.kill()
    assert told == "left running\n"
    (folder / "go").touch()
    with open_store(folder / "store.db") as store:
        result = store.resume("slow-1")
    assert result.succeeded
    assert result["t"].attempts == 1


def wait_for(path: Path) -> None:
    """Until a script has made the file."""
    done = threading.Event()
    for _ in range(WAIT_SECONDS * 100):
        if path.exists():
            return
        done.wait(0.01)
    raise AssertionError(f"{path} was never made")


def test_importing_the_package_loads_nothing_heavy() -> None:
    program = "import sys, runtime; dir(runtime); print(*[name for name in sys.modules if name.startswith('runtime.')])"
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert told.stdout.split() == []


def test_every_public_name_is_there_and_no_other() -> None:
    assert all(getattr(runtime, name) is not None for name in runtime.__all__)
    with pytest.raises(AttributeError, match="no attribute `opn_store`"):
        runtime.opn_store  # noqa: B018
