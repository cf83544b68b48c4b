"""Handles on processes: waiting by pidfd, and finding what belongs to a script.

On systems without pidfd a child is waited for by looking at it twenty times a second, and nothing is adopted.
"""

from __future__ import annotations

import os
import select
import signal
import time
from collections.abc import Iterator, Sequence
from typing import Final

from runtime.executor.protocol import ProcessMark
from runtime.model.process import boot_id, start_ticks

_LOOK_SECONDS: Final = 0.05


class Wake:
    """Ends the waiting of one thread from another."""

    def __init__(self) -> None:
        if hasattr(os, "eventfd"):
            self.fd = self._ring = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)
        else:
            self.fd, self._ring = os.pipe()

    def ring(self) -> None:
        os.write(self._ring, (1).to_bytes(8, "little"))

    def clear(self) -> None:
        os.read(self.fd, 8)

    def close(self) -> None:
        for fd in {self.fd, self._ring}:
            os.close(fd)


class Process:
    """A script's gate shell, or a process that calls components: it leads its own session and group. Close it when it
    is not needed any more. `fd`: its pidfd, if there are such."""

    def __init__(self, mark: ProcessMark, fd: int | None, *, child: bool) -> None:
        self.mark = mark
        self.pid = mark.pid
        self.fd = fd
        self._child = child
        self._status: int | None = None

    @classmethod
    def spawned(cls, pid: int, *, marked: bool = True) -> Process:
        """Our child, just spawned. `marked`: its mark is wanted, for which its start time has to be looked up."""
        mark = ProcessMark(pid, (start_ticks(pid) if marked else None) or 0, boot_id())
        try:
            return cls(mark, _open_pidfd(pid), child=True)
        except OSError:
            return cls(mark, None, child=True)

    @classmethod
    def find(cls, mark: ProcessMark) -> Process | None:
        """The living process that the mark names; None if it has ended or is a zombie, or of another boot.

        OSError if that cannot be found out.
        """
        if not mark.boot_id or mark.boot_id != boot_id():
            return None
        fd = _open_pidfd(mark.pid)
        if fd is None:
            return None
        found = _look(mark.pid)
        if found is None or found.zombie or found.start_ticks != mark.start_ticks:
            os.close(fd)
            return None
        return cls(mark, fd, child=False)

    def wait(self, seconds: float, wake: Wake | None = None) -> bool:
        """Whether it has ended; waits up to `seconds` for that, less if `wake` is rung."""
        if self.fd is None:
            return self._wait_without_pidfd(seconds, wake)
        poll = select.poll()
        poll.register(self.fd, select.POLLIN)
        if wake is not None:
            poll.register(wake.fd, select.POLLIN)
        ready = [fd for fd, _ in poll.poll(max(0, round(seconds * 1000)))]
        if wake is not None and wake.fd in ready:
            wake.clear()
        return self.fd in ready

    def _wait_without_pidfd(self, seconds: float, wake: Wake | None) -> bool:
        until = time.monotonic() + seconds
        while self._status is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self._status = status
                break
            left = until - time.monotonic()
            if left <= 0:
                return False
            if select.select([wake.fd] if wake else [], [], [], min(left, _LOOK_SECONDS))[0] and wake:
                wake.clear()
                return False
        return True

    def reap(self) -> int | None:
        """After its end: its exit code (negative: the signal that ended it); None if it was not our child."""
        if not self._child:
            return None
        if self._status is None:
            _, self._status = os.waitpid(self.pid, 0)
        return os.waitstatus_to_exitcode(self._status)

    def signal_group(self, number: signal.Signals) -> bool:
        """Signal all of its group; False if there is nothing left to signal."""
        try:
            os.killpg(self.pid, number)
        except ProcessLookupError:
            return False
        except PermissionError:
            # Something in the group runs as another user (sudo): the rest has got the signal.
            return True
        return True

    def group_left(self) -> bool:
        """Whether anything of its group is alive, after its own end."""
        try:
            os.killpg(self.pid, 0)
        except ProcessLookupError:
            return False
        except PermissionError:
            pass
        return any(found.group == self.pid and not found.zombie for found in _all())

    def elapsed(self) -> float:
        """Seconds since it started, by the clock of the boot."""
        with open("/proc/uptime", encoding="ascii") as file:
            uptime = float(file.read().split()[0])
        return max(0.0, uptime - self.mark.start_ticks / os.sysconf("SC_CLK_TCK"))

    def close(self) -> None:
        if self.fd is not None:
            os.close(self.fd)
            self.fd = None


def with_variable(name: str, value: str) -> list[int]:
    """Pids of our user's living processes that have this environment variable: what a script left, wherever it went."""
    entry = b"\0" + f"{name}={value}".encode() + b"\0"
    found = []
    for pid in pids():
        try:
            with open(f"/proc/{pid}/environ", "rb") as file:
                if entry in b"\0" + file.read():
                    found.append(pid)
        except OSError:
            continue
    return found


def leader_with(name: str, value: str) -> ProcessMark | None:
    """The oldest living process of a session of its own that has this environment variable; None if there is none. It
    may have started others, which outlive it."""
    looks = ((pid, _look(pid)) for pid in with_variable(name, value))
    leaders = [(found.start_ticks, pid) for pid, found in looks if found and found.group == pid and not found.zombie]
    return ProcessMark(min(leaders)[1], min(leaders)[0], boot_id()) if leaders else None


def variables_of(pid: int, names: Sequence[str]) -> dict[str, str]:
    """What a living process of ours got in these environment variables; without those that cannot be read."""
    try:
        with open(f"/proc/{pid}/environ", "rb") as file:
            entries = file.read().split(b"\0")
    except OSError:
        return {}
    pairs = (entry.decode("utf-8", "surrogateescape").partition("=") for entry in entries)
    return {name: value for name, _, value in pairs if name in names}


class _Found:
    __slots__ = ("group", "start_ticks", "zombie")

    def __init__(self, stat: str) -> None:
        fields = stat.rpartition(")")[2].split()
        self.zombie = fields[0] in "ZX"
        self.group = int(fields[2])
        self.start_ticks = int(fields[19])


def _look(pid: int) -> _Found | None:
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
            return _Found(file.read())
    except OSError:
        return None


def pids() -> Iterator[int]:
    """All processes; none where the system does not tell."""
    try:
        yield from (int(name) for name in os.listdir("/proc") if name.isdigit())
    except FileNotFoundError:
        return


def _all() -> Iterator[_Found]:
    return (found for pid in pids() if (found := _look(pid)) is not None)


def _open_pidfd(pid: int) -> int | None:
    """A pidfd; None if there is no such process, or no pidfds on this system. OSError if it cannot be opened."""
    if not hasattr(os, "pidfd_open"):
        return None
    try:
        return os.pidfd_open(pid)
    except ProcessLookupError:
        return None
