"""`flower worker` in real processes: engines and workers are killed, and no call is lost or made twice unasked."""

from __future__ import annotations

import random
import signal
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.commands import flowc, flower, query, start_flower
from tests.faults.test_engine_killed import kill_after_output
from tests.runtime.executor.attempts import await_fifo, fifo

STEPS = '''
import os
import time
from pathlib import Path

from runtime.component import Context, component


def note(name: str, text: str) -> None:
    fd = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.write(fd, f"{text}\\n".encode())
    os.close(fd)


@component(runs="process")
def once(n: int, context: Context) -> int:
    note(str(context.project / "effects"), str(n))
    time.sleep(0.02)
    return n


@component(runs="process")
def parent() -> int:
    return os.getppid()


def hold(context: Context) -> int:
    """Say that it has begun, and wait until it may end."""
    note(str(context.project / "effects"), "began")
    (context.project / "begun").write_text("begun")
    while not (context.project / "go").exists():
        context.wait(0.01)
    return context.fence


@component(runs="process")
def held(context: Context) -> int:
    return hold(context)


@component(runs="process", idempotent=True)
def held_again(context: Context) -> int:
    return hold(context)
'''


class Site:
    """A project in a folder, with an engine and workers in processes of their own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.processes: list[subprocess.Popen[str]] = []
        (folder / "flow.toml").write_text('[project]\ncomponents = ["steps.py"]\n')
        (folder / "steps.py").write_text(STEPS)

    def register(self, body: str) -> None:
        (self.folder / "shop.flow").write_text(f"flow shop {{\n    {body}\n}}\n")
        deployed = flowc(self.folder, "deploy", "shop.flow")
        assert deployed.returncode == 0, deployed.stdout + deployed.stderr
        assert flower(self.folder, "register", "shop").returncode == 0

    def start(self, line: str, *arguments: str) -> subprocess.Popen[str]:
        """Start `flower …` and wait until it has printed a line that ends so."""
        process = start_flower(self.folder, *arguments)
        self.processes.append(process)
        assert process.stdout is not None
        said = ""
        for text in process.stdout:
            said += text
            if text.rstrip().endswith(line):
                return process
        pytest.fail(f"it ended: {said}")

    def engine(self) -> subprocess.Popen[str]:
        return self.start("working", "serve", "--jobs", "4")

    def worker(self) -> subprocess.Popen[str]:
        return self.start("working", "worker", "--jobs", "4")

    def kill(self, process: subprocess.Popen[str]) -> None:
        process.send_signal(signal.SIGKILL)
        process.wait()

    def finish(self) -> subprocess.CompletedProcess[str]:
        return flower(self.folder, "run", "--resume", "shop-1", "--plain")

    def effects(self) -> Counter[str]:
        return Counter((self.folder / "effects").read_text().split())


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    site = Site(tmp_path)
    yield site
    for process in site.processes:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


def test_worker_executes_components_of_processes_and_ends_when_told(site: Site) -> None:
    site.engine()
    worker = site.worker()
    site.register("task a = steps.parent()")
    done = site.finish()
    assert done.returncode == 0, done.stdout + done.stderr
    (outputs,) = query(site.folder, "SELECT outputs FROM tasks WHERE task = 'a'")
    assert outputs == (f'{{"result":{worker.pid}}}',)
    assert query(site.folder, "SELECT kind, pid, jobs FROM workers WHERE kind = 'worker' AND ended IS NULL") == [
        ("worker", worker.pid, 4)
    ]
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(30) == 0


def test_call_goes_on_when_the_engine_is_killed_and_the_next_one_gets_its_result(site: Site) -> None:
    begun = fifo(site.folder / "begun")
    engine = site.engine()
    site.worker()
    site.register("task a = steps.held()")
    assert await_fifo(begun) == "begun"
    site.kill(engine)
    (site.folder / "go").touch()
    done = site.finish()
    assert done.returncode == 0, done.stdout + done.stderr
    assert site.effects() == Counter({"began": 1})
    assert query(site.folder, "SELECT number, outcome FROM attempts") == [(1, "succeeded")]


def test_call_of_a_killed_worker_is_in_doubt_unless_it_may_be_repeated(site: Site) -> None:
    begun = fifo(site.folder / "begun")
    site.engine()
    worker = site.worker()
    site.register("task a = steps.held()")
    assert await_fifo(begun) == "begun"
    site.kill(worker)
    assert site.finish().returncode == 3
    assert query(site.folder, "SELECT state, reason FROM tasks") == [("suspended", "in doubt")]
    assert site.effects() == Counter({"began": 1})


def test_repeatable_call_of_a_killed_worker_is_made_again(site: Site) -> None:
    begun = fifo(site.folder / "begun")
    site.engine()
    worker = site.worker()
    site.register("task a = steps.held_again()")
    assert await_fifo(begun) == "begun"
    site.kill(worker)
    assert await_fifo(begun) == "begun"
    (site.folder / "go").touch()
    assert site.finish().returncode == 0
    assert query(site.folder, "SELECT number, outcome FROM attempts ORDER BY number") == [
        (1, "in doubt"),
        (2, "succeeded"),
    ]


def test_cancelled_call_is_ended_by_its_worker(site: Site) -> None:
    begun = fifo(site.folder / "begun")
    site.engine()
    site.worker()
    site.register("task a = steps.held()")
    assert await_fifo(begun) == "begun"
    assert flower(site.folder, "cancel", "shop-1").returncode == 0
    assert query(site.folder, "SELECT state, reason FROM tasks") == [("failed", "cancelled")]


def test_without_an_engine_a_worker_waits_and_ends_when_told(site: Site) -> None:
    site.register("task a = steps.parent()")
    worker = site.start("waiting for an engine: flower serve, or flower run", "worker")
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(30) == 0


@pytest.mark.parametrize("seed", [1, *(pytest.param(seed, marks=pytest.mark.soak) for seed in range(2, 20))])
def test_calls_are_made_once_though_engines_are_killed(site: Site, seed: int) -> None:
    chance = random.Random(seed)
    site.register("task call for n in range(0, 40) = steps.once(n: n)")
    site.start("waiting for an engine: flower serve, or flower run", "worker", "--jobs", "2")
    for _ in range(5):
        kill_after_output(site.folder, chance.randrange(1, 12), "run", "--resume", "shop-1", "--plain", "--jobs", "1")
    done = site.finish()
    # What an engine executed by itself, before the worker had come, may be in doubt; what the worker had never is.
    doubtful = query(site.folder, "SELECT count(*) FROM attempts WHERE outcome = 'in doubt' AND pid IS NOT NULL")
    assert doubtful == [(0,)]
    assert done.returncode in (0, 3), done.stdout + done.stderr
    assert set(site.effects().values()) == {1}
