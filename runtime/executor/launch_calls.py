"""Calls components in a process of its own: the program behind `runtime.executor.component_process`.

Started with a socket on which each side sends one JSON object a line. It says `{"ready": true}`, and answers each
`{"call": ATTEMPT}` with `{"began": ID}` and at its end `{"ended": ID, "outcome": …}`. `{"cancel": ID}` asks it to stop.
When the other side goes away the process ends, with everything in its group.
"""

from __future__ import annotations

import contextlib
import faulthandler
import io
import json
import os
import queue
import signal
import socket
import sys
import threading
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from runtime.executor.invocation import Find, Invocation, not_found
from runtime.executor.log import open_log
from runtime.executor.protocol import Attempt, Outcome
from runtime.executor.wire import CHANNEL_LOST, attempt_from_json, outcome_to_json
from runtime.model.definition import Call
from runtime.model.errors import FlowerError
from runtime.model.state import Reason

_SUBREAPER: Final = 36
_OUTPUT, _ERROR = 1, 2


def main() -> None:
    """Arguments: the program's own folder, the descriptor of the socket, `module:function` that finds components."""
    _, _, fd, finder = sys.argv
    os.set_inheritable(int(fd), False)
    sys.argv = ["flower-component"]
    _prepare()
    module, _, name = finder.partition(":")
    find: Find = getattr(import_module(module), name)
    Caller(socket.socket(fileno=int(fd)), find).serve()


def _prepare() -> None:
    """What it prints goes to the log at once, also a crash; what its components leave behind becomes its own child."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(line_buffering=True, errors="backslashreplace")
    faulthandler.enable(_ERROR, all_threads=False)
    with contextlib.suppress(Exception):
        import ctypes

        ctypes.CDLL(None).prctl(_SUBREAPER, 1, 0, 0, 0)
    with contextlib.suppress(OSError):
        # Where memory runs out, this process is to go before its engine does.
        Path("/proc/self/oom_score_adj").write_text("500")


class _Log:
    """The log of the attempt, to which standard error leads."""

    def write(self, text: str) -> int:
        return sys.stderr.write(text)


class Caller:
    """Makes calls in the main thread, while another one listens."""

    def __init__(self, channel: socket.socket, find: Find) -> None:
        self._channel = channel
        self._find = find
        self._calls: queue.SimpleQueue[tuple[Attempt, Invocation]] = queue.SimpleQueue()
        self._current: tuple[int, Invocation] | None = None
        self._pid = os.getpid()

    def serve(self) -> None:
        """Until the other side goes away."""
        threading.Thread(target=self._listen, name="flower-channel", daemon=True).start()
        self._send({"ready": True})
        while True:
            attempt, invocation = self._calls.get()
            self._send({"began": attempt.id})
            outcome = self._call(attempt, invocation)
            report = {"ended": attempt.id, "outcome": outcome_to_json(outcome)}
            self._send(report | {"memory": _memory_bytes(), "left": _leaves_children()})

    def _listen(self) -> None:
        try:
            for line in self._channel.makefile("r", encoding="utf-8", newline="\n"):
                self._hear(json.loads(line))
        finally:
            os.killpg(0, signal.SIGKILL)

    def _hear(self, message: dict[str, Any]) -> None:
        if "call" in message:
            attempt = attempt_from_json(message["call"])
            invocation = Invocation(attempt, _Log())
            self._current = (attempt.id, invocation)
            self._calls.put((attempt, invocation))
        elif self._current is not None and message.get("cancel") == self._current[0]:
            self._current[1].cancel(Reason(message["reason"]))

    def _call(self, attempt: Attempt, invocation: Invocation) -> Outcome:
        log = os.path.join(attempt.folder, "log")
        try:
            os.makedirs(attempt.folder, mode=0o700, exist_ok=True)
            fd = open_log(log)
        except OSError as error:
            return Outcome(False, reason=Reason.COULD_NOT_START, message=f"its log cannot be made: {error.strerror}")
        _print_to(fd)
        try:
            return self._invoke(attempt, invocation)
        finally:
            _print_to(os.open(os.devnull, os.O_RDWR | os.O_CLOEXEC))
            _drop_if_empty(log)

    def _invoke(self, attempt: Attempt, invocation: Invocation) -> Outcome:
        assert isinstance(attempt.action, Call)
        try:
            component = self._find(attempt.action.component, attempt.project)
        except FlowerError as problem:
            return not_found(problem)
        return invocation.make(component)

    def _send(self, message: dict[str, Any]) -> None:
        """A component that has forked may return twice; only the first process speaks."""
        if os.getpid() != self._pid:
            os._exit(1)
        try:
            self._channel.sendall(json.dumps(message, ensure_ascii=True, separators=(",", ":")).encode() + b"\n")
        except OSError:
            os._exit(CHANNEL_LOST)


def _print_to(fd: int) -> None:
    """Let standard output and error lead to a file, which is closed otherwise."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    os.dup2(fd, _OUTPUT)
    os.dup2(fd, _ERROR)
    os.close(fd)


def _drop_if_empty(log: str) -> None:
    """Most calls print nothing, and then leave nothing."""
    with contextlib.suppress(OSError):
        if os.stat(log).st_size == 0:
            os.unlink(log)
            os.rmdir(os.path.dirname(log))


def _memory_bytes() -> int:
    try:
        with open("/proc/self/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0


def _leaves_children() -> bool:
    """Whether the call has left processes behind."""
    for thread in _threads():
        with contextlib.suppress(OSError), open(f"/proc/self/task/{thread}/children", encoding="ascii") as file:
            if file.read().strip():
                return True
    return False


def _threads() -> list[str]:
    try:
        return os.listdir("/proc/self/task")
    except OSError:
        return []
