"""A service that is alive: how soon a run starts that another process asks for, how soon an engine is replaced that was
killed, and what a service costs that has nothing to do."""

from __future__ import annotations

import contextlib
import os
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import Final

from benchmarks import floors
from benchmarks.measure import Measure, Round, command, repeat

_COMPONENTS: Final = '''"""Says when it was called."""

import time
from pathlib import Path

from runtime.component import component


@component(idempotent=True)
def stamp(file: str) -> None:
    """Write the time to a file."""
    Path(file + ".new").write_text(str(time.time()))
    Path(file + ".new").rename(file)
'''
_FLOWS: Final = """flow stamped {
    param file: str

    task now = served.stamp(file: file)
}

flow sleeper {
    task sleep { sh "sleep 600" }
}
"""
_IDLE_SECONDS: Final = 30.0
_PATIENCE_SECONDS: Final = 60.0


def served(folder: Path, rounds: int) -> Iterator[Measure]:
    """Measures of `flower serve`."""
    project = folder / "served"
    write_project(project)
    with serving(project):
        commit = partial(floors.commit_seconds, project)
        yield repeat(
            Measure("asked by another process, until it starts", "run", "FULL commit"),
            max(rounds, 20),
            partial(start_seconds, project),
            commit,
        )
    bare = partial(floors.python_seconds, "pass", project)
    yield repeat(
        Measure("killed service, until the next has its script", "kill", "python -c pass"),
        rounds,
        partial(recovery_seconds, project),
        bare,
    )
    yield repeat(
        Measure("killed service, until one that stood by has its script", "kill", "python -c pass"),
        rounds,
        partial(succession_seconds, project),
        bare,
    )
    yield from idle(project)


def write_project(project: Path) -> None:
    """The flows that are served, deployed to a store of their own."""
    project.mkdir()
    (project / "flow.toml").write_text('[project]\ncomponents = ["served.py"]\n')
    (project / "served.py").write_text(_COMPONENTS)
    (project / "served.flow").write_text(_FLOWS)
    floors.command_seconds(command("flowc"), "deploy", "served.flow", folder=project)


@contextmanager
def serving(project: Path) -> Iterator[int]:
    """A service in a process of its own, which works; its pid."""
    with _service(project) as process:
        _await(lambda: _value(project, "SELECT count(*) FROM worker WHERE pid = ? AND ended_at IS NULL", process.pid))
        yield process.pid


@contextmanager
def standing_by(project: Path) -> Iterator[None]:
    """A further service of the same store."""
    with _service(project, subprocess.PIPE) as process:
        assert process.stdout is not None
        told = process.stdout.readline()
        assert "standing by" in told, told
        yield


@contextmanager
def _service(project: Path, stdout: int = subprocess.DEVNULL) -> Iterator[subprocess.Popen[str]]:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    process = subprocess.Popen(
        [command("flower"), "serve"],
        cwd=project,
        env=environment,
        stdout=stdout,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(signal.SIGTERM)
        process.communicate(timeout=_PATIENCE_SECONDS)


def start_seconds(project: Path) -> float:
    """From the request of this process to the call of the component."""
    from runtime.service import Service
    from runtime.settings import find_settings

    file = project / f"stamp-{time.monotonic_ns()}"
    with Service(find_settings(None, project)) as service:
        asked = time.time()
        service.register("stamped", {"file": str(file)})
        _await(file.exists)
    return float(file.read_text()) - asked


def recovery_seconds(project: Path) -> float:
    """From the start of a service, after another was killed, to its taking over the script of that one."""
    from runtime.service import Service
    from runtime.settings import find_settings

    with Service(find_settings(None, project)) as service:
        with serving(project) as pid:
            run = service.register("sleeper", {}).id
            _await(lambda: _value(project, "SELECT pid FROM task_attempt WHERE flow_run_id = ?", run))
            os.kill(pid, signal.SIGKILL)
        began = time.time()
        with serving(project):
            recovering = "SELECT min(at) FROM event WHERE kind = 'recovering' AND flow_run_id = ?"
            _await(lambda: _value(project, recovering, run))
            seconds = float(_value(project, recovering, run)) / 1e6 - began
            service.cancel(run)
    return seconds


def succession_seconds(project: Path) -> float:
    """From the kill of a service to the taking over of its script by another, which stood by."""
    from runtime.service import Service
    from runtime.settings import find_settings

    with Service(find_settings(None, project)) as service:
        with serving(project) as pid:
            run = service.register("sleeper", {}).id
            _await(lambda: _value(project, "SELECT pid FROM task_attempt WHERE flow_run_id = ?", run))
            with standing_by(project):
                killed = time.time()
                os.kill(pid, signal.SIGKILL)
                recovering = "SELECT min(at) FROM event WHERE kind = 'recovering' AND flow_run_id = ?"
                _await(lambda: _value(project, recovering, run))
                seconds = float(_value(project, recovering, run)) / 1e6 - killed
                service.cancel(run)
    return seconds


def idle(project: Path) -> Iterator[Measure]:
    """What a service with nothing to do holds and uses."""
    memory = Measure("idle service, resident memory", "service", "python -c pass", "bytes")
    processor = Measure("idle service, one second", "second", "a second of one CPU")
    with serving(project) as pid:
        before, began = _cpu_seconds(pid), time.monotonic()
        time.sleep(_IDLE_SECONDS)
        used = (_cpu_seconds(pid) - before) / (time.monotonic() - began)
        processor.rounds.append(Round(used, 1.0))
        memory.rounds.append(Round(_resident_bytes(pid), floors.python_bytes()))
    yield memory
    yield processor


def _cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _resident_bytes(pid: int) -> float:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def _value(project: Path, query: str, *arguments: object) -> float:
    """The first value of a query on the store; 0 if there is none, or no store yet."""
    db = project / ".flower" / "flower.db"
    try:
        with closing(sqlite3.connect(f"file:{db}?mode=ro", uri=True)) as connection:
            found = connection.execute(query, arguments).fetchone()
    except sqlite3.OperationalError:
        return 0
    return (found[0] or 0) if found else 0


def _await(happened: Callable[[], object]) -> None:
    until = time.monotonic() + _PATIENCE_SECONDS
    while not happened():
        if time.monotonic() > until:
            raise TimeoutError("the service did not do it")
        time.sleep(0.002)
