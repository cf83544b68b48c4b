"""The engine's private unix socket: other processes post requests, ask for work on a run, and hear the bell.

One JSON object a line. A request gets `{"result": …}` or `{"error": …}`. The request `work` gets, after its result,
`{"bell": true}` whenever something was committed (many commits may be one bell) and `{"rest": STATUS}` at the end.
If the engine goes away the connection ends; the client then takes over.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from runtime.engine import Engine
from runtime.model.encode import dumps
from runtime.model.errors import FlowerError, StoreProblem
from runtime.service.requests import apply, error_from_json, error_to_json

if TYPE_CHECKING:
    from runtime.executor.workers import Workers

_BELL_SECONDS: Final = 0.02
"""Commits closer together than this ring once."""
_ANSWER_SECONDS: Final = 60.0
_TROUBLE_SECONDS: Final = 10.0
"""How long a request waits for a store that another program has locked."""


class Endpoint:
    """Serves one engine on its socket until closed. The caller holds the engine lock, so an old file is stale.

    `workers`: of the engine's executor, if other processes may execute calls for it.
    """

    def __init__(self, engine: Engine, path: Path, workers: Workers | None = None) -> None:
        self._engine = engine
        self._workers = workers
        self._path = path
        self._bells: set[threading.Event] = set()
        self._connections: set[socket.socket] = set()
        self._closed = False
        path.unlink(missing_ok=True)
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        before = os.umask(0o177)
        try:
            self._socket.bind(str(path))
            self._socket.listen(64)
        except OSError as problem:
            self._socket.close()
            raise StoreProblem(
                f"the engine's socket {path} cannot be made: {problem.strerror or problem}",
                "set XDG_RUNTIME_DIR to a folder with a short path that you may write to",
            ) from None
        finally:
            os.umask(before)
        engine.listen(self._ring)
        threading.Thread(target=self._accept, name="flower-endpoint", daemon=True).start()

    def close(self) -> None:
        """Stop listening and hang up on everyone."""
        self._closed = True
        self._path.unlink(missing_ok=True)
        for open_socket in [self._socket, *self._connections]:
            with contextlib.suppress(OSError):
                open_socket.shutdown(socket.SHUT_RDWR)
            open_socket.close()
        self._ring()

    def _ring(self) -> None:
        for bell in list(self._bells):
            bell.set()

    def _accept(self) -> None:
        while not self._closed:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self._connections.add(connection)
            threading.Thread(
                target=self._serve,
                args=(connection,),
                name="flower-client",
                daemon=True,
            ).start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            with (
                connection,
                connection.makefile("rw", encoding="utf-8", newline="\n") as stream,
            ):
                for line in stream:
                    request = json.loads(line)
                    if request.get("verb") == "worker" and self._workers is not None:
                        self._let_in(self._workers, connection, stream, request)
                    else:
                        self._answer(stream, request)
        except (OSError, ValueError):
            pass
        finally:
            self._connections.discard(connection)

    def _let_in(self, workers: Workers, connection: socket.socket, stream: Any, greeting: dict[str, Any]) -> None:
        """A worker: from now on both sides speak when they have something to say."""
        from runtime.service.worker_door import WorkerDoor

        try:
            WorkerDoor(self._engine, workers, connection, stream, greeting).serve()
        except FlowerError as problem:
            _send(stream, {"error": error_to_json(problem)})

    def _answer(self, stream: Any, request: dict[str, Any]) -> None:
        try:
            if request.get("verb") == "work":
                self._work(stream, int(request["run"]))
                return
            if request.get("verb") == "health":
                trouble = self._engine.trouble
                reply = {"result": None if trouble is None else asdict(trouble)}
            else:
                reply = {"result": self._wait_for(self._engine.submit(lambda step: apply(step, request)))}
        except FlowerError as problem:
            reply = {"error": error_to_json(problem)}
        _send(stream, reply)

    def _wait_for(self, answer: Future[Any]) -> Any:
        """What came of a request; one that could not be begun for long because the store cannot be written is taken
        back."""
        while True:
            try:
                return answer.result(_TROUBLE_SECONDS)
            except FutureTimeout:
                trouble = self._engine.trouble
                if trouble is not None and time.time() - trouble.since > _TROUBLE_SECONDS and answer.cancel():
                    raise StoreProblem(f"{trouble.message}: nothing was changed", trouble.help) from None

    def _work(self, stream: Any, run_id: int) -> None:
        bell = threading.Event()
        self._bells.add(bell)
        rest = self._engine.work_on(run_id)
        rest.add_done_callback(lambda _: bell.set())
        try:
            _send(stream, {"result": True})
            while not rest.done() and not self._closed:
                bell.wait()
                bell.clear()
                _send(stream, {"bell": True})
                time.sleep(_BELL_SECONDS)
            if rest.done():
                _send(stream, {"rest": rest.result()})
        finally:
            self._bells.discard(bell)


class EngineAway(Exception):
    """Nobody answers on the socket, or the engine went away."""


def ask(path: Path, request: dict[str, Any]) -> Any:
    """Post a request to the engine that is alive; EngineAway if there is none, FlowerError if it is refused."""
    with (
        connect(path) as connection,
        connection.makefile("rw", encoding="utf-8", newline="\n") as stream,
    ):
        return _exchange(stream, request)


def work(
    path: Path,
    run_id: int,
    on_change: Callable[[], None],
    connected: Callable[[socket.socket], None],
) -> str:
    """Let the engine that is alive work on a run; returns the status at which it came to rest."""
    with (
        connect(path) as connection,
        connection.makefile("rw", encoding="utf-8", newline="\n") as stream,
    ):
        _exchange(stream, {"verb": "work", "run": run_id})
        connection.settimeout(None)
        connected(connection)
        for message in _messages(stream):
            on_change()
            if "error" in message:
                raise error_from_json(message["error"])
            if "rest" in message:
                return str(message["rest"])
    raise EngineAway


def connect(path: Path) -> socket.socket:
    """A connection to the engine that is alive; EngineAway if there is none."""
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.settimeout(_ANSWER_SECONDS)
    try:
        connection.connect(str(path))
    except OSError:
        connection.close()
        raise EngineAway from None
    return connection


def _exchange(stream: Any, request: dict[str, Any]) -> Any:
    try:
        _send(stream, request)
        line = stream.readline()
    except OSError:
        raise EngineAway from None
    if not line:
        raise EngineAway
    reply = json.loads(line)
    if "error" in reply:
        raise error_from_json(reply["error"])
    return reply["result"]


def _messages(stream: Any) -> Iterator[dict[str, Any]]:
    with contextlib.suppress(OSError, ValueError):
        for line in stream:
            yield json.loads(line)


def _send(stream: Any, message: dict[str, Any]) -> None:
    stream.write(dumps(message) + "\n")
    stream.flush()
