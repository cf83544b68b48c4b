"""The facade over one store, for commands and for programs."""

from __future__ import annotations

import shutil
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self

from runtime.model.definition import FlowDefinition
from runtime.model.errors import StoreProblem
from runtime.model.run import RunSummary
from runtime.settings import Settings, find_gate, find_wakeup
from runtime.store.sqlite.connection import OutdatedStore
from runtime.store.sqlite.files import StoreFiles
from runtime.store.sqlite.lock import EngineLock
from runtime.store.sqlite.reader import Reader

if TYPE_CHECKING:
    from runtime.engine.trouble import Trouble
    from runtime.rerun import Plan
    from runtime.service.component_worker import ComponentWorker
    from runtime.service.doctor import Doctor
    from runtime.service.requests import Deployed
    from runtime.service.serve import Serving
    from runtime.service.work import Work
    from runtime.store.sqlite.backup import BackupReport

_RETRY_SECONDS: Final = 0.02
_LOCKED_SECONDS: Final = 30.0


class Service:
    """One store: deploy and register, work on runs, ask for changes, read.

    Every change goes through the engine that is alive; if there is none, this process takes the lock, applies its one
    change and lets go. All methods raise FlowerError with a sentence for people.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.files = StoreFiles(settings.db)
        self._reader: Reader | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        if self._reader is not None:
            self._reader.close()
            self._reader = None

    @property
    def reader(self) -> Reader:
        """Reads the store; StoreProblem if there is none yet."""
        if self._reader is None:
            try:
                self._reader = Reader(self.files)
            except OutdatedStore:
                self._bring_up_to_date()
                self._reader = Reader(self.files)
        return self._reader

    def _bring_up_to_date(self) -> None:
        """Open a store of an older version for writing once, unless somebody works on it."""
        from runtime.store.sqlite.store import SqliteStore

        self.files.create()
        lock = EngineLock(self.files)
        if lock.acquire():
            try:
                SqliteStore(self.files, self.settings.synchronous).close()
            finally:
                lock.release()

    def deploy(
        self,
        flows: Sequence[FlowDefinition],
        project: Path,
        *,
        take_over: bool = False,
        expected: Mapping[str, tuple[int, str] | None] | None = None,
    ) -> list[Deployed]:
        """Store a new version of each flow that changed; all or nothing.

        `expected`: the newest version and content hash of each flow that the caller decided upon; Refused if the store
        has others by now.
        """
        from runtime.model.encode import flow_to_json
        from runtime.project import components_hash
        from runtime.service.requests import Deployed

        request = {
            "verb": "deploy",
            "flows": [flow_to_json(flow) for flow in flows],
            "project": str(project.absolute()),
            "components": components_hash(project.absolute()),
            "take_over": take_over,
            "expected": None if expected is None else {name: at and list(at) for name, at in expected.items()},
        }
        return [Deployed(**each) for each in self._change(request, create=True)]

    def register(
        self,
        flow: str,
        parameters: Mapping[str, Any] | None = None,
        key: str | None = None,
    ) -> RunSummary:
        """A run of the newest version, for whoever works. `parameters`: JSON values. The same `key` is the same run."""
        request = {
            "verb": "register",
            "flow": flow,
            "parameters": dict(parameters or {}),
            "key": key,
            "zone": self.settings.zone,
        }
        self.reader.newest(flow)
        return self.reader.run(str(self._change(request)["id"]))

    def rerun(
        self,
        run_id: int,
        tasks: Sequence[str] = (),
        *,
        follow: bool = False,
        parameters: Mapping[str, Any] | None = None,
    ) -> list[str]:
        """Reset what failed in a run, or the tasks named; the paths that were reset. Nothing is started.

        `follow`: with all that comes after the tasks named. `parameters`: other values, as JSON; what needs them is
        reset as well, with all that comes after it.
        """
        request = {"tasks": list(tasks), "follow": follow, "parameters": dict(parameters or {})}
        return list(self._change({"verb": "rerun", "run": run_id, **request}))

    def plan_rerun(
        self,
        run_id: int,
        tasks: Sequence[str] = (),
        *,
        follow: bool = False,
        parameters: Mapping[str, Any] | None = None,
    ) -> Plan:
        """What `rerun` would do at this moment. Nothing is changed."""
        from runtime.rerun import Wanted, plan

        graph, run, rows = self.reader.whole(run_id)
        return plan(graph, run, rows, Wanted(tasks, follow, parameters or {}))

    def suspend(self, run_id: int, task: str | None = None) -> list[str]:
        """Start nothing more of a run, or of a task or group of it, until it is resumed; the paths held back.

        What runs goes on."""
        return list(self._change({"verb": "suspend", "run": run_id, "task": task}))

    def resume(self, run_id: int, task: str | None = None) -> list[str]:
        """Let go on what a person has suspended in a run, or one suspended task; the paths. Nothing is started."""
        return list(self._change({"verb": "resume", "run": run_id, "task": task}))

    def ignore(self, run_id: int, task: str) -> list[str]:
        """Let a task count as done without its work; the paths that were changed."""
        return list(self._change({"verb": "ignore", "run": run_id, "task": task}))

    def answer(self, run_id: int, task: str, fields: Mapping[str, Any]) -> str:
        """Complete a task that asked, with JSON values of its form; its path."""
        return str(self._change({"verb": "answer", "run": run_id, "task": task, "fields": dict(fields)}))

    def refuse(self, run_id: int, task: str, why: str = "") -> str:
        """Fail a task that asked; its path."""
        return str(self._change({"verb": "refuse", "run": run_id, "task": task, "why": why}))

    def prune(
        self, older_than: timedelta, flow: str | None = None, keep: int = 1, *, dry_run: bool = False
    ) -> list[int]:
        """Forget runs that ended longer ago, with their folders; their ids. The newest `keep` of each flow stay."""
        before = time.time_ns() // 1000 - round(older_than / timedelta(microseconds=1))
        if dry_run:
            return self.reader.to_prune(flow, before, keep)
        forgotten: list[int] = []
        request = {"verb": "prune", "flow": flow, "before": before, "keep": keep}
        while batch := self._change(request):
            forgotten += batch
            for run_id in batch:
                shutil.rmtree(self.files.run(run_id), ignore_errors=True)
        return forgotten

    def backup(self, folder: Path, *, force: bool = False, logs: bool = True) -> BackupReport:
        """Copy the store as it is at this moment into a new folder; see `runtime.store.sqlite.backup`."""
        from runtime.store.sqlite.backup import back_up

        _ = self.reader
        return back_up(self.files, folder, force=force, logs=logs)

    def restore(self, folder: Path, *, force: bool = False) -> Path | None:
        """Put a backup where the store is or was; the name that a store there was moved to."""
        from runtime.store.sqlite.backup import restore
        from runtime.store.sqlite.store import SqliteStore

        self.close()
        aside = restore(folder, self.files, force=force)
        SqliteStore(self.files, self.settings.synchronous).close()
        return aside

    def doctor(self) -> Doctor:
        """Examines the store, and mends what is certain."""
        from runtime.service.doctor import Doctor

        return Doctor(self)

    def recount(self, run_id: int) -> None:
        """Derive afresh what the tasks of a run wait for."""
        self._change({"verb": "recount", "run": run_id})

    def sign_off(self, workers: Sequence[int]) -> None:
        """Note that these processes have ended."""
        self._change({"verb": "sign_off", "workers": list(workers)})

    def cancel(self, run_id: int) -> None:
        """Start nothing more of a run and end what runs of it; returns when that has ended."""
        self._change({"verb": "cancel", "run": run_id})
        self.work(run_id).wait()

    def trigger(self, name: str, event: Any = None, key: str | None = None) -> dict[str, Any]:
        """Do what a call of the webhook `name` would do; `flow`, `outcome`, `message` and `run` of what came of it.

        `event`: a JSON value. The same `key` is the same call.
        """
        key = key or uuid.uuid4().hex
        request = {"verb": "webhook", "name": name, "event": event, "key": key, "zone": self.settings.zone}
        return dict(self._change(request))

    def pause(self, flow: str) -> bool:
        """Make no runs by the flow's schedules and triggers until it is unpaused; whether it was not paused before."""
        return bool(self._change({"verb": "pause", "flow": flow}))

    def unpause(self, flow: str) -> bool:
        """Let the flow's schedules and triggers count again, from now on; whether it was paused."""
        return bool(self._change({"verb": "unpause", "flow": flow}))

    def check_settings(self) -> None:
        """FlowerError if a setting of the runner has no meaning; asked before anything is written for it."""
        find_wakeup(self.settings.project)
        find_gate(self.settings.project)

    def work(self, run_id: int, jobs: int | None = None) -> Work:
        """Work on a run, in the background of this process, until it comes to rest."""
        from runtime.service.work import Work

        return Work(
            self.files,
            run_id,
            jobs or self.settings.jobs,
            self.settings.synchronous,
            self._executor,
            find_wakeup(self.settings.project),
        )

    def trouble(self) -> Trouble | None:
        """Why the engine that is alive cannot write at the moment; None if it can, or if there is no engine."""
        from runtime.engine.trouble import Trouble
        from runtime.service.endpoint import EngineAway, ask

        try:
            told = ask(self.files.socket, {"verb": "health"})
        except EngineAway:
            return None
        return None if told is None else Trouble(**told)

    def wake(self) -> bool:
        """Ask whoever works on the store to look at once; whether anybody hears it."""
        from runtime.bell import ring_at

        return ring_at(self.files.bell)

    def serve(self, jobs: int | None = None, http: tuple[str, int] | None = None, poll: str | None = None) -> Serving:
        """Work on every run of the store, in the background of this process, until told to stop. `http`: host and port
        of this machine where webhooks are listened for. `poll`: a duration; be woken by nobody and look that often."""
        from runtime.service.serve import Serving

        settings, wakeup = self.settings, find_wakeup(self.settings.project, poll)
        jobs = jobs or settings.jobs
        return Serving(self.files, jobs, settings.synchronous, settings.zone, self._executor, http, wakeup)

    def worker(self, tell: Callable[[str], None], jobs: int | None = None) -> ComponentWorker:
        """A worker that executes components for whichever engine works on the store; `tell` hears what it does."""
        from runtime.service.component_worker import ComponentWorker

        worker = ComponentWorker(self.files, jobs or self.settings.jobs, self._executor(), tell)
        worker.start()
        return worker

    def _executor(self) -> Any:
        from runtime.executor.local import LocalExecutor
        from runtime.registry import find

        return LocalExecutor(find, gated=find_gate(self.settings.project))

    def _change(self, request: dict[str, Any], *, create: bool = False) -> Any:
        """Apply a request through the engine that is alive, else under the lock."""
        from runtime.service.endpoint import EngineAway, ask

        if not create:
            _ = self.reader
        self.files.create()
        request = {"id": uuid.uuid4().hex, **request}
        lock = EngineLock(self.files)
        deadline = time.monotonic() + _LOCKED_SECONDS
        while time.monotonic() < deadline:
            try:
                return ask(self.files.socket, request)
            except EngineAway:
                pass
            if lock.acquire():
                try:
                    return self._apply(request)
                finally:
                    lock.release()
            time.sleep(_RETRY_SECONDS)
        raise StoreProblem(
            f"another process holds {self.files.lock}, but does not answer",
            "look for a flower that hangs",
        )

    def _apply(self, request: dict[str, Any]) -> Any:
        from runtime.service.requests import apply_alone
        from runtime.store.sqlite.store import SqliteStore

        store = SqliteStore(self.files, self.settings.synchronous)
        try:
            return apply_alone(store, request, time.time_ns() // 1000)
        except StoreProblem as problem:
            if not (problem.full and store.ballast.give_up()):
                raise
            return apply_alone(store, request, time.time_ns() // 1000)
        finally:
            store.close()
