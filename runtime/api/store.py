"""An open store: deploy files, run flows, look at what became of them. `open_store` makes one."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePath
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self

from runtime.api.compiling import choose_flow, compile_file
from runtime.api.results import RunResult, result_of
from runtime.model.errors import BadParameter
from runtime.model.values import to_json
from runtime.service import Service
from runtime.settings import find_settings

if TYPE_CHECKING:
    from runtime.service import Deployed, Work

_LOOK_SECONDS: Final = 0.5
"""How long a wait lasts before Python may deliver a Ctrl-C on every platform."""
_LEAVE_SECONDS: Final = 10.0


def open_store(db: str | PurePath | None = None, *, jobs: int | None = None) -> FlowerStore:
    """The store of a file, or of the project that the current folder is in, as for the command `flower`.

    It is made by the first deploy. `jobs`: how many tasks run at once, by default one a CPU. Use it as a context
    manager, or close it.
    """
    return FlowerStore(Service(find_settings(str(db) if db is not None else None, Path.cwd(), jobs)))


class FlowerStore:
    """One store, used by a program with the guarantees of the commands: beside services, other programs and commands.

    Methods that take a run accept its name (`etl-12`), its number, or the name of a flow for the latest. They raise
    FlowerError, whose message is a sentence and whose `help` says what to do. Use one object from one thread at a time.
    """

    def __init__(self, service: Service) -> None:
        self.service = service

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the store. Runs that were registered stay for whoever works on them."""
        self.service.close()

    def deploy(self, file: str | PurePath, *, take_over: bool = False) -> list[Deployed]:
        """Check a file and store a new version of each flow in it that changed; CompileError if it has errors."""
        compiled = compile_file(Path(file))
        return self.service.deploy(compiled.deployable, compiled.projects[0], take_over=take_over)

    def run(
        self,
        flow: str | PurePath,
        parameters: Mapping[str, Any] | None = None,
        *,
        key: str | None = None,
        timeout: float | None = None,
        **more: Any,
    ) -> RunResult:
        """Make a run and work on it until nothing of it can move; what has become of it. A failure is no exception.

        `flow`: a deployed flow, or `FILE.flow` (`FILE.flow:NAME` where it has several), which is deployed first.
        Parameters are Python values or texts, by name or in a mapping. The same `key` is the same run. After `timeout`
        seconds the run is left as it is, running; TimeoutError.
        """
        return self.resume(self.register(flow, parameters, key=key, **more), timeout=timeout)

    async def run_async(
        self,
        flow: str | PurePath,
        parameters: Mapping[str, Any] | None = None,
        *,
        key: str | None = None,
        **more: Any,
    ) -> RunResult:
        """As `run`, for programs with a loop of asyncio. If it is cancelled the run is left as it is."""
        run = await asyncio.to_thread(self.register, flow, parameters, key=key, **more)
        return await self.resume_async(run)

    def register(
        self,
        flow: str | PurePath,
        parameters: Mapping[str, Any] | None = None,
        *,
        key: str | None = None,
        **more: Any,
    ) -> str:
        """Make a run for whoever works; its name. See `run`."""
        values = {name: _as_json(name, value) for name, value in {**(parameters or {}), **more}.items()}
        return self.service.register(self._name(flow), values, key).ref

    def resume(self, run: str | int, *, timeout: float | None = None) -> RunResult:
        """Work on a run that was registered, stopped or repaired, until nothing of it can move."""
        run_id = self._id(run)
        self._let_go_on(run_id)
        work = self.service.work(run_id)
        deadline = None if timeout is None else time.monotonic() + timeout
        try:
            while (
                work.wait(_LOOK_SECONDS if deadline is None else min(_LOOK_SECONDS, deadline - time.monotonic()))
                is None
            ):
                if deadline is not None and time.monotonic() >= deadline:
                    raise TimeoutError(f"run {run} is not over after {timeout:g} seconds; it is left as it is")
        except BaseException:
            _leave(work)
            raise
        return result_of(self.service, run_id)

    async def resume_async(self, run: str | int) -> RunResult:
        """As `resume`, for programs with a loop of asyncio."""
        run_id = self._id(run)
        self._let_go_on(run_id)
        work = self.service.work(run_id)
        try:
            while await asyncio.to_thread(work.wait, _LOOK_SECONDS) is None:
                pass
        except BaseException:
            await asyncio.to_thread(_leave, work)
            raise
        return result_of(self.service, run_id)

    def rerun(
        self,
        run: str | int,
        tasks: Sequence[str] = (),
        *,
        follow: bool = False,
        parameters: Mapping[str, Any] | None = None,
    ) -> RunResult:
        """Begin anew what failed, or the tasks named (`follow`: with all that comes after), and work on the run."""
        run_id = self._id(run)
        values = {name: _as_json(name, value) for name, value in (parameters or {}).items()}
        self.service.rerun(run_id, tasks, follow=follow, parameters=values)
        return self.resume(run_id)

    def result(self, run: str | int | None = None) -> RunResult:
        """What has become of a run so far; the latest if none is named."""
        return result_of(self.service, self._id(run))

    def _id(self, run: str | int | None) -> int:
        return self.service.reader.run(None if run is None else str(run)).id

    def _let_go_on(self, run_id: int) -> None:
        if self.service.reader.run(str(run_id)).held:
            self.service.resume(run_id)

    def _name(self, flow: str | PurePath) -> str:
        text = str(flow)
        if ".flow" not in text and not isinstance(flow, PurePath):
            return text
        file, colon, name = text.rpartition(":") if not text.endswith(".flow") else (text, "", "")
        compiled = compile_file(Path(file))
        chosen = choose_flow(compiled.flows, Path(file), name if colon else None)
        self.service.deploy(compiled.deployable, compiled.projects[0])
        return chosen.name


def _leave(work: Work) -> None:
    """Start nothing more and leave what runs: scripts go on, and the next engine takes them up."""
    work.leave()
    work.wait(_LEAVE_SECONDS)


def _as_json(name: str, value: Any) -> Any:
    try:
        return to_json(value)
    except TypeError as problem:
        raise BadParameter(
            f"parameter `{name}`: {problem}", "give a text, a number, a date or a list of them"
        ) from None
