"""Where the files of a store lie: `X.db` and the private folder `X.db.d/` beside it."""

from __future__ import annotations

import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from runtime.model.errors import StoreProblem

_LONGEST_FOLDER: Final = 70
"""Bytes; with the name of the socket the path stays below the 108 that the system allows."""


@dataclass(frozen=True, slots=True)
class StoreFiles:
    """Paths of one store; `db` is absolute."""

    db: Path

    @property
    def folder(self) -> Path:
        return self.db.with_name(self.db.name + ".d")

    @property
    def lock(self) -> Path:
        return self.folder / "engine.lock"

    @property
    def token(self) -> Path:
        """What callers of webhooks must know, private to the user."""
        return self.folder / "http.token"

    @property
    def ballast(self) -> Path:
        """What is given up first when the disk is full."""
        return self.folder / "ballast"

    def run(self, run_id: int) -> Path:
        """The folder of a run; in it the private folder of each attempt (script, marks, outputs, log) by its id."""
        return self.folder / "runs" / str(run_id)

    def shared(self, run_id: int) -> Path:
        """The folder that the tasks of a run share (`FLOW_RUN_DIR`)."""
        return self.run(run_id) / "shared"

    def log(self, run_id: int, attempt_id: int) -> Path:
        return self.run(run_id) / str(attempt_id) / "log"

    @property
    def socket(self) -> Path:
        """Of the engine, under the user's runtime folder: names of sockets end at 108 bytes."""
        name = hashlib.sha256(os.fsencode(os.path.realpath(self.db))).hexdigest()[:24]
        return _runtime_folder() / f"{name}.sock"

    @property
    def bell(self) -> Path:
        """Of the engine: a datagram to it says that there may be something to do."""
        return self.socket.with_suffix(".bell")

    def create(self) -> None:
        """Make the folders, private to the user; StoreProblem if that is not possible."""
        try:
            self.db.parent.mkdir(parents=True, exist_ok=True)
            self.folder.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise StoreProblem(
                f"the store's folder {self.folder} cannot be made: {error.strerror}",
                "choose a place you may write to with --db FILE or FLOWER_DB",
            ) from None


def _runtime_folder() -> Path:
    """The first of the places for sockets that can be used and is short enough for one."""
    base = os.environ.get("XDG_RUNTIME_DIR")
    places = [Path(base) / "flower"] if base and os.access(base, os.W_OK) else []
    places += [Path(parent) / f"flower-{os.getuid()}" for parent in (tempfile.gettempdir(), "/tmp")]
    folder = next((place for place in places if len(os.fsencode(place)) <= _LONGEST_FOLDER), places[-1])
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if folder.stat().st_uid != os.getuid():
        raise StoreProblem(
            f"{folder} belongs to somebody else",
            "set XDG_RUNTIME_DIR to a private folder",
        )
    return folder
