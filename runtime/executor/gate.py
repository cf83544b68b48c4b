"""The gate: a script's process exists, and is known to the store, before anything of the script runs.

A small shell is spawned in a session of its own. It waits for one byte on a pipe whose other end the engine alone
holds. If the engine dies first it reads the end of the file and exits: nothing ran. Else it leaves the mark
`started`, runs the script and leaves its exit code. So a later engine can tell all cases apart.

Exit code 125 without the mark says that the script could not start. The code is written with its newline by one
`write` of a few bytes, which is never seen in part; a temporary file and a rename would cost another process.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Mapping
from typing import Final

from runtime.executor.command import Command, Way
from runtime.executor.folder import AttemptFolder
from runtime.executor.process import Process
from runtime.executor.spawn import spawn

SHELL: Final = "/bin/sh"

_WAIT: Final = "read -r _ || exit 0; exec </dev/null; "
_PASS: Final = _WAIT + 'cd -- "$2" || exit 125; true >"$1/mark" || exit 125; '
# A signal to the group ends the script, not the shell that writes down how it ended. Traps are not inherited.
_HEAD: Final = _PASS + "trap : TERM HUP INT; "
IN_SUBSHELL: Final = _HEAD + '( set -e -- "$1/script"; . "$1" ); c=$?; echo "$c" >"$1/mark"; exit "$c"'
"""Runs the script in a fork of the gate shell, which saves starting a second shell."""

AS_COMMAND: Final = _HEAD + '_flower=$1; shift 2; "$@"; c=$?; echo "$c" >"$_flower/mark"; exit "$c"'
"""Runs any command line."""

ITSELF: Final = (
    _PASS + '_flower=$1; trap \'echo "$?" >"$_flower/mark" || :\' EXIT; '
    'trap "exit 129" HUP; trap "exit 130" INT; trap "exit 143" TERM; set -e; . "$1/script"'
)
"""Runs a plain script (`executor.plain`) in the gate shell itself, which saves the fork as well. A signal that comes
while a command is being forked may pass that command by; what ends scripts kills what is left after a grace."""


_TEXTS: Final[Mapping[Way, str]] = {"command": AS_COMMAND, "fork": IN_SUBSHELL, "itself": ITSELF}


class Gate:
    """A gate, with its process behind it. It stands shut if it has a descriptor."""

    def __init__(self, process: Process, fd: int | None) -> None:
        self.process = process
        self._fd: int | None = fd

    def open(self) -> None:
        """Let the script run."""
        if self._fd is not None:
            try:
                os.write(self._fd, b"\n")
            except BrokenPipeError:
                pass  # The shell is gone; waiting for it will tell.
        self.shut()

    def shut(self) -> None:
        """Without `open` before: the script never runs."""
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None


class Spawner:
    """Spawns gates. What this process inherited beyond standard input, output and error is not passed on.

    `gated`: without it a gate is open from the start, and a script runs before anything of its process is known.
    """

    def __init__(self, *, gated: bool = True) -> None:
        self.gated = gated
        self._inherited = inheritable_fds()

    def spawn(
        self,
        name: str,
        command: Command,
        folder: AttemptFolder,
        project: str,
        log_fd: int,
    ) -> Gate:
        """A shut gate before `command`, or an open one.

        `name` is what the shell calls itself in its messages. OSError or ValueError if it cannot be spawned.
        """
        read_fd, write_fd = os.pipe() if self.gated else (os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC), None)
        text = _TEXTS[command.way] if self.gated else _TEXTS[command.way].removeprefix(_WAIT)
        try:
            pid = spawn(
                SHELL,
                [
                    "sh",
                    "-c",
                    text if self.gated else text.removeprefix(_WAIT),
                    name,
                    folder.text,
                    project,
                    *command.words,
                ],
                command.env,
                [(read_fd, 0), (log_fd, 1), (log_fd, 2)],
                self._inherited,
                DEFAULT_SIGNALS,
            )
        except BaseException:
            if write_fd is not None:
                os.close(write_fd)
            raise
        finally:
            os.close(read_fd)
        return Gate(Process.spawned(pid, marked=self.gated), write_fd)


DEFAULT_SIGNALS: Final = tuple(
    getattr(signal, name)
    for name in ("SIGPIPE", "SIGXFSZ", "SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGCHLD", "SIGUSR1", "SIGUSR2")
    if hasattr(signal, name)
)
"""Python ignores the first two, and a parent (nohup, a shell that put it in the background) may ignore others; what is
ignored would stay so in scripts."""


def inheritable_fds() -> list[int]:
    """Descriptors above 2 that a child would get; all that Python opens itself are not among them."""
    try:
        fds = [int(name) for name in os.listdir("/dev/fd")]
    except OSError:
        return []
    return [fd for fd in fds if fd > 2 and _is_inheritable(fd)]


def _is_inheritable(fd: int) -> bool:
    try:
        return os.get_inheritable(fd)
    except OSError:
        return False
