"""Connects bells to an engine: what rings wakes it, and its commits ring them."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from runtime.bell import Bell, DatagramBell, offered
from runtime.engine import Engine
from runtime.model.errors import StoreProblem
from runtime.settings import Wakeup
from runtime.store.sqlite.files import StoreFiles

_WAIT_SECONDS: Final = 5.0
_REST_SECONDS: Final = 0.02
"""Commits closer together than this ring once."""
_PENALTY_SECONDS: Final = 30.0
"""How long a bell that fails is left alone."""


class Bells:
    """The bells of one engine, each with a thread that listens, and one thread that rings those of packages."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._all: list[Bell] = []
        self._closed = threading.Event()
        self._committed = threading.Event()

    def hear(self, name: str, bell: Bell) -> None:
        """Let the bell wake the engine."""
        self._all.append(bell)
        threading.Thread(target=self._listen, args=(name, bell), name="flower-bell", daemon=True).start()

    def ring(self, bells: Sequence[tuple[str, Bell]]) -> None:
        """Ring these whenever something was committed."""
        self._engine.listen(self._committed.set)
        threading.Thread(target=self._ring, args=(bells,), name="flower-ringer", daemon=True).start()

    def add_offered(self, db: Path) -> None:
        """Hear and ring the bells of installed packages. One that cannot be made is told of, and the others count."""
        found: list[tuple[str, Bell]] = []
        for name, make in offered():
            try:
                bell = make(db)
            except Exception as problem:  # noqa: BLE001 (somebody else's code)
                self._complain(name, problem)
                continue
            if bell is not None:
                found.append((name, bell))
                self.hear(name, bell)
        if found:
            self.ring(found)

    def close(self) -> None:
        self._closed.set()
        self._committed.set()
        for bell in self._all:
            bell.close()

    def _listen(self, name: str, bell: Bell) -> None:
        while not self._closed.is_set():
            try:
                if bell.wait(_WAIT_SECONDS):
                    self._engine.wake()
            except Exception as problem:  # noqa: BLE001 (a bell is somebody else's code; the poll is behind it)
                self._complain(name, problem)
                self._closed.wait(_PENALTY_SECONDS)

    def _ring(self, bells: Sequence[tuple[str, Bell]]) -> None:
        silent: dict[str, float] = {}
        while self._committed.wait() and not self._closed.is_set():
            self._committed.clear()
            for name, bell in bells:
                if time.monotonic() < silent.get(name, 0.0):
                    continue
                try:
                    bell.ring()
                except Exception as problem:  # noqa: BLE001 (as above)
                    silent[name] = time.monotonic() + _PENALTY_SECONDS
                    self._complain(name, problem)
            self._closed.wait(_REST_SECONDS)

    def _complain(self, name: str, problem: Exception) -> None:
        """An event: it stands in `flower serve`'s journal and in the store."""
        message = f"{type(problem).__name__}: {problem}"
        if not self._closed.is_set():
            self._engine.submit(
                lambda step: step.store.events.add(step.now, "bell failed", None, bell=name, message=message)
            )


def bells_for(engine: Engine, files: StoreFiles, wakeup: Wakeup, *, packages: bool = False) -> Bells:
    """The bells that the settings want: none if the engine is to poll only. `packages`: those that installed packages
    offer as well."""
    bells = Bells(engine)
    if wakeup.mode == "poll":
        return bells
    try:
        bells.hear("datagram", DatagramBell(files.bell))
    except OSError as problem:
        raise StoreProblem(
            f"the bell {files.bell} cannot be made: {problem.strerror or problem}",
            "set XDG_RUNTIME_DIR to a folder with a short path, or say wakeup = poll",
        ) from None
    if packages:
        bells.add_offered(files.db)
    return bells
