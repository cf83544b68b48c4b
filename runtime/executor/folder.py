"""The private folder of an attempt: what the engine, the gate and the script leave each other.

Everything that an engine needs to know of an attempt whose engine died lies here; see `recovery`.
"""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from runtime.model.state import Reason


@dataclass(frozen=True)
class AttemptFolder:
    """Paths within the folder, and what stands in them.

    `mark`: there if the gate was passed; holds the exit code, complete if it ends with a newline. `out`: `$FLOW_OUT`.
    `result` and `error`: what a launcher has to say. `ending`: why the engine is ending the script.
    """

    path: Path

    @cached_property
    def text(self) -> str:
        return str(self.path)

    def make(self, run_folder: Path) -> None:
        """The folder, its `tmp` and the run's shared folder, private to the user; OSError if that is not possible."""
        if not os.path.isdir(run_folder):
            os.makedirs(run_folder, mode=0o700, exist_ok=True)
        try:
            os.mkdir(self.text, 0o700)
        except FileNotFoundError:
            os.makedirs(self.text, mode=0o700)
        except FileExistsError:
            os.chmod(self.text, 0o700)
        with contextlib.suppress(FileExistsError):
            os.mkdir(self.tmp, 0o700)

    def at(self, name: str) -> str:
        return f"{self.text}/{name}"

    @property
    def log(self) -> str:
        return self.at("log")

    @property
    def withheld(self) -> str:
        """The log as the script wrote it, if it may show a secret that nobody could mask."""
        return self.at("log.withheld")

    @property
    def out(self) -> str:
        return self.at("out")

    @property
    def tmp(self) -> str:
        return self.at("tmp")

    def write(self, name: str, text: str) -> None:
        """A new file of mode 0600."""
        fd = os.open(self.at(name), os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        try:
            left = memoryview(text.encode("utf-8", "surrogateescape"))
            while left:
                left = left[os.write(fd, left) :]
        finally:
            os.close(fd)

    def has_started(self) -> bool:
        return os.path.exists(self.at("mark"))

    def code(self) -> int | None:
        """The exit code, or None while there is none. The gate writes it with its newline in one piece."""
        try:
            fd = os.open(self.at("mark"), os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            return None
        try:
            text = os.read(fd, 8)
        except OSError:
            return None
        finally:
            os.close(fd)
        return int(text) if text.endswith(b"\n") and text.strip().isdigit() else None

    def seconds_run(self) -> float:
        """How long a script ran that has left its code, as its files tell; 0 if they do not."""
        try:
            return max(0.0, os.stat(self.at("mark")).st_mtime - os.stat(self.at("script")).st_mtime)
        except OSError:
            return 0.0

    def error(self) -> str:
        """The one sentence a launcher left about a failure; empty if it left none."""
        try:
            with open(self.at("error"), encoding="utf-8", errors="replace") as file:
                return file.read(2000).strip()
        except OSError:
            return ""

    def note_ending(self, reason: Reason) -> None:
        """Say why the script is being ended, for an engine that finds only its exit code. A full disk is no reason
        not to end it."""
        try:
            self.write("ending", reason.value)
        except OSError:
            pass

    def ending(self) -> Reason:
        """The reason noted, or NONE."""
        try:
            with open(self.at("ending"), encoding="utf-8") as file:
                return Reason(file.read(40))
        except (OSError, ValueError):
            return Reason.NONE
