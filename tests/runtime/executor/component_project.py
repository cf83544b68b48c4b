"""A project whose components behave badly, and a bench that runs them by the real registry."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from runtime.executor.local import LocalExecutor
from runtime.executor.protocol import Attempt
from runtime.model.definition import Call
from runtime.registry import find
from tests.runtime.executor.attempts import Bench

STEPS = """
import asyncio
import ctypes
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from runtime.component import Context, Failed, Secret, component


@component(runs="process")
def twice(n: int) -> int:
    return 2 * n


@component(runs="process")
def shows(token: Secret, crash: bool) -> int:
    print("the token is", token)
    if crash:
        ctypes.string_at(0)
    return len(token)


@component(runs="process")
def pid() -> int:
    return os.getpid()


@component
def pid_of_thread() -> int:
    return os.getpid()


@component(runs="process")
def prints(n: int) -> None:
    for number in range(n):
        print("line", number)
    os.write(2, b"from C\\n")
    subprocess.run(["echo", "from a child"])


@component(runs="process")
def endless(file: Path) -> None:
    print("begins", flush=True)
    file.touch()
    while True:
        print("x" * 200)


@component(runs="process")
def exits(code: int) -> None:
    os._exit(code)


@component(runs="process")
def leaves(code: int) -> None:
    sys.exit(code)


@component(runs="process")
def crashes() -> None:
    ctypes.string_at(0)


@component(runs="process")
def killed() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


@component(runs="process")
def raises() -> None:
    raise ValueError("bad day")


@component(runs="process")
def wrong() -> int:
    return "many"


@component(runs="process")
def huge() -> str:
    return "x" * 3_000_000


@component(runs="process")
def babbles() -> None:
    os.write(3, b"this is no message\\n")
    time.sleep(60)


@component(runs="process")
def closes() -> None:
    os.closerange(3, 100)


@component(runs="process")
def returns_twice() -> int:
    os.fork()
    return os.getpid()


@component(runs="process")
def breeds(file: Path) -> None:
    for _ in range(3):
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)
        with file.open("a") as pids:
            pids.write(f"{child.pid}\\n")


@component(runs="process")
def hangs(file: Path) -> None:
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    subprocess.Popen(["sleep", "600"], start_new_session=True)
    file.write_text(str(os.getpid()))
    while True:
        time.sleep(1)


@component(runs="process")
def polite(file: Path, context: Context) -> None:
    file.touch()
    context.wait(60)


@component(runs="process")
def hoards() -> int:
    hoards.kept = b"x" * 50_000_000
    return os.getpid()


@component
async def waits(seconds: float) -> float:
    print("waiting", seconds)
    await asyncio.sleep(seconds)
    return seconds


@component
async def forever(file: Path) -> None:
    file.touch()
    await asyncio.Event().wait()


@component
async def stubborn(file: Path, until: Path) -> None:
    file.touch()
    while not until.exists():
        try:
            await asyncio.sleep(0.05)
        except asyncio.CancelledError:
            pass


@component
async def blocks(file: Path, until: Path) -> None:
    file.touch()
    while not until.exists():
        time.sleep(0.05)


@component
async def fails_later() -> None:
    await asyncio.sleep(0)
    raise Failed("no orders")


@component(runs="process")
async def in_its_own_loop(n: int) -> int:
    await asyncio.sleep(0)
    return n + 1
"""


class ComponentBench(Bench):
    """Calls the components above by name, as `steps.NAME`."""

    def __init__(self, folder: Path, **options: Any) -> None:
        super().__init__(folder, **options)
        self.executor.close()
        self.executor = LocalExecutor(find, **({"grace_seconds": 1.0} | options))
        (self.project / "flow.toml").write_text('[project]\ncomponents = ["steps.py"]\n')
        (self.project / "steps.py").write_text(STEPS)

    def of(self, name: str, outs: dict[str, Any] | None = None, *, process: bool = True, **more: Any) -> Attempt:
        """An attempt that calls `steps.NAME`; `process`: as its definition row says."""
        return self.attempt(Call(f"steps.{name}", process=process), outs, **more)
