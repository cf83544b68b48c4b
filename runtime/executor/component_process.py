"""A warm process that calls components one after another, and can be ended by force without taking anything with it."""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from runtime.executor.calls import CallRun
from runtime.executor.gate import DEFAULT_SIGNALS, inheritable_fds
from runtime.executor.log import relieve
from runtime.executor.orphans import OWNER_VARIABLE, kill_owned, owner_name
from runtime.executor.process import Process, Wake
from runtime.executor.protocol import Outcome
from runtime.executor.verdicts import ended_text, process_ended_text
from runtime.executor.wire import CHANNEL_LOST, attempt_to_json, outcome_from_json
from runtime.model.errors import FlowerError
from runtime.model.state import Reason

_START_SECONDS: Final = 60.0
_LOOK_SECONDS: Final = 0.5
_KILL_SECONDS: Final = 5.0
_LONGEST_MESSAGE: Final = 8_000_000
_CHANNEL: Final = 3
_PROGRAM: Final = "import sys; sys.path.append(sys.argv[1]); from runtime.executor.launch_calls import main; main()"
_ROOT: Final = str(Path(__file__).parents[2])


class Broken(Exception):
    """The process has ended, or cannot be talked to any more; the message says how."""


class ComponentProcess:
    """One process and the socket to it. One thread at a time calls; `cancel` of a run reaches it from others.

    `calls`: how many it has made. `memory_bytes`: what it held after the last one. `usable`: it may make another.
    """

    def __init__(self, finder: str, environ: Mapping[str, str]) -> None:
        self._token = owner_name()
        self._wake = Wake()
        ours, theirs = socket.socketpair()
        try:
            self._process = _spawn(theirs, finder, {**environ, OWNER_VARIABLE: self._token})
        except BaseException:
            ours.close()
            self._wake.close()
            raise
        finally:
            theirs.close()
        self._socket = ours
        self._socket.setblocking(False)
        self._received = b""
        self.calls = 0
        self.memory_bytes = 0
        self.usable = False

    def begin(self) -> None:
        """Wait until it is ready; Broken if it does not become so."""
        until = time.monotonic() + _START_SECONDS
        while (message := self._next(until - time.monotonic())) is None:
            if time.monotonic() >= until:
                raise Broken("it does not start")
        self.usable = "ready" in message

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def alive(self) -> bool:
        return not self._process.wait(0)

    def call(self, run: CallRun, grace_seconds: float, cap_bytes: int) -> Outcome:
        """Make the call and see it through, by force if it must be."""
        run.ends_by_itself = True
        self.calls += 1
        self.usable = False
        run.when_cancelled(self._wake.ring)
        try:
            return self._see_through(run, grace_seconds, cap_bytes)
        finally:
            run.when_cancelled(_nothing)

    def end(self) -> int | None:
        """End it and all that came of it; its exit code, negative for a signal."""
        self._process.signal_group(signal.SIGKILL)
        self._process.wait(_KILL_SECONDS)
        code = self._process.reap()
        kill_owned(self._token)
        self._process.close()
        self._socket.close()
        self._wake.close()
        return code

    def _see_through(self, run: CallRun, grace_seconds: float, cap_bytes: int) -> Outcome:
        began, until = False, None
        log = run.log.path
        try:
            self._send({"call": attempt_to_json(run.attempt)})
            while True:
                if run.reason and until is None:
                    until = time.monotonic() + grace_seconds
                    self._send({"cancel": run.attempt.id, "reason": run.reason.value})
                message = self._next(_LOOK_SECONDS if until is None else until - time.monotonic())
                if message is not None and "ended" in message:
                    return self._told(message)
                began |= message is not None
                if until is not None and time.monotonic() >= until:
                    return _forced(run)
                relieve(log, cap_bytes)
        except Broken as problem:
            return _broken(run, str(problem), began)

    def _told(self, message: dict[str, Any]) -> Outcome:
        try:
            outcome = outcome_from_json(message["outcome"])
        except (KeyError, TypeError, ValueError, FlowerError) as problem:
            raise Broken(f"it gave what is no outcome: {problem}") from None
        self.memory_bytes = int(message.get("memory") or 0)
        self.usable = not message.get("left") and not outcome.given_up
        return outcome

    def _send(self, message: dict[str, Any]) -> None:
        data = json.dumps(message, ensure_ascii=True, separators=(",", ":")).encode() + b"\n"
        self._socket.settimeout(_START_SECONDS)
        try:
            self._socket.sendall(data)
        except OSError:
            raise Broken(self._how_it_ended()) from None
        finally:
            self._socket.setblocking(False)

    def _next(self, seconds: float) -> dict[str, Any] | None:
        """The next message; None if there is none so soon, or the wake was rung. Broken if there will be none."""
        if b"\n" not in self._received and not self._receive(max(seconds, 0.0)):
            return None
        line, _, self._received = self._received.partition(b"\n")
        try:
            message = json.loads(line)
        except ValueError:
            message = None
        if not isinstance(message, dict):
            raise Broken("it wrote what is no message to the socket that belongs to its engine")
        return message

    def _receive(self, seconds: float) -> bool:
        """Whether a whole message is there. The end of the process is looked at after what it has sent."""
        ready = self._poll(seconds)
        if self._wake.fd in ready:
            self._wake.clear()
        if self._socket.fileno() in ready:
            try:
                data = self._socket.recv(1 << 20)
            except BlockingIOError:
                return False
            except OSError:
                data = b""
            if not data:
                raise Broken(self._how_it_ended())
            self._received += data
            if len(self._received) > _LONGEST_MESSAGE:
                raise Broken("it sent a message without end")
        elif self._process.wait(0):
            raise Broken(self._how_it_ended())
        return b"\n" in self._received

    def _poll(self, seconds: float) -> list[int]:
        poll = select.poll()
        poll.register(self._socket, select.POLLIN)
        poll.register(self._wake.fd, select.POLLIN)
        if self._process.fd is not None:
            poll.register(self._process.fd, select.POLLIN)
        return [fd for fd, _ in poll.poll(round(seconds * 1000))]

    def _how_it_ended(self) -> str:
        """After the other end of the socket was closed: usually because the process has ended."""
        if not self._process.wait(_LOOK_SECONDS):
            return "it lost the socket that belongs to its engine"
        code = self._process.reap()
        if code == CHANNEL_LOST:
            return "it closed the socket that belongs to its engine"
        return process_ended_text(code)


def _spawn(channel: socket.socket, finder: str, environ: Mapping[str, str]) -> Process:
    """Executed, never forked: a fork would keep the engine's lock and every gate open."""
    pid = os.posix_spawn(
        sys.executable,
        [sys.executable, "-P", "-c", _PROGRAM, _ROOT, str(_CHANNEL), finder],
        environ,
        file_actions=[
            *((os.POSIX_SPAWN_CLOSE, fd) for fd in inheritable_fds() if fd != channel.fileno()),
            (os.POSIX_SPAWN_DUP2, channel.fileno(), _CHANNEL),
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDWR, 0),
            (os.POSIX_SPAWN_DUP2, 0, 1),
            (os.POSIX_SPAWN_DUP2, 0, 2),
        ],
        setsid=True,
        setsigmask=(),
        setsigdef=DEFAULT_SIGNALS,
    )
    return Process.spawned(pid)


def _forced(run: CallRun) -> Outcome:
    text = f"{ended_text(run.reason, run.attempt)}; it did not stop when asked, and its process was killed"
    return Outcome(False, reason=run.reason, message=text, took_seconds=run.invocation.took())


def _broken(run: CallRun, how: str, began: bool) -> Outcome:
    """The process is lost, and with it nothing but this call."""
    if run.reason:
        return Outcome(False, reason=run.reason, message=f"{ended_text(run.reason, run.attempt)}; {how}")
    if not began:
        return Outcome(False, never_ran=True, message=f"its process was lost before it began: {how}")
    return Outcome(False, reason=Reason.ERROR, message=how)


def _nothing() -> None:
    """No call is under way that a cancel could end."""
