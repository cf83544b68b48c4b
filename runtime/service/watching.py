"""Watching for what triggers are about while a store is served: runs that have ended, files that are there.

It only notices; what follows is decided within the engine's transaction, so that noticing twice does no harm. A file is
complete when two looks find it the same.
"""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from runtime.model.errors import FlowerError
from runtime.model.rows import TriggeredFlow
from runtime.service.file_patterns import matching
from runtime.store.sqlite.files import StoreFiles
from runtime.store.sqlite.reader import Reader

LOOK_SECONDS: Final = 1.0
_PAUSE_SECONDS: Final = 0.05
"""Commits closer together than this are looked at once."""

Ask = Callable[[dict[str, Any]], Any]
"""Posts a request to the engine and waits for the answer."""

_File = tuple[str, str, str]
"""(flow, pattern, path)."""


class FileLooks:
    """What earlier looks have found, so that files that still grow are told from those that are complete."""

    def __init__(self) -> None:
        self._seen: dict[_File, str] = {}
        self._told: dict[_File, str] = {}

    def complete(self, flow: TriggeredFlow) -> list[tuple[str, dict[str, Any], str]]:
        """(pattern, event, version) of files that are as the last look found them, and not told of yet."""
        found = []
        seen: dict[_File, str] = {}
        for pattern in [trigger.source for trigger in flow.triggers if trigger.kind == "file"]:
            for path, known in matching(Path(flow.project), pattern):
                file = (flow.flow, pattern, path)
                version = f"{known.st_mtime_ns} {known.st_size}"
                if max(known.st_mtime_ns, known.st_ctime_ns) // 1000 <= flow.since:
                    continue
                seen[file] = version
                if self._seen.get(file) == version != self._told.get(file):
                    found.append((pattern, _event(path, known.st_size, known.st_mtime), version))
        self._seen = {file: version for file, version in self._seen.items() if file[0] != flow.flow} | seen
        self._told = {file: version for file, version in self._told.items() if file[0] != flow.flow or file in seen}
        return found

    def told(self, flow: str, pattern: str, path: str, version: str) -> None:
        """The engine knows of it."""
        self._told[flow, pattern, path] = version


def _event(path: str, size: int, modified: float) -> dict[str, Any]:
    moment = dt.datetime.fromtimestamp(modified, dt.UTC).replace(microsecond=0, tzinfo=None)
    return {"path": path, "size": size, "modified": moment.isoformat() + "Z"}


class Watching:
    """A thread that looks after each commit, and each second. `zone`: of the runs that are made."""

    def __init__(self, files: StoreFiles, ask: Ask, zone: str) -> None:
        self._files = files
        self._ask = ask
        self._zone = zone
        self._looks = FileLooks()
        self._bell = threading.Event()
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._main, name="flower-triggers", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def ring(self) -> None:
        """Something was committed."""
        self._bell.set()

    def close(self) -> None:
        self._closed.set()
        self._bell.set()
        self._thread.join()

    def _main(self) -> None:
        reader, next_look = Reader(self._files), 0.0
        try:
            while not self._closed.is_set():
                self._bell.wait(LOOK_SECONDS)
                self._bell.clear()
                files = time.monotonic() >= next_look
                if files:
                    next_look = time.monotonic() + LOOK_SECONDS
                with suppress(FlowerError):
                    self._look(reader, files=files)
                self._closed.wait(_PAUSE_SECONDS)
        finally:
            reader.close()

    def _look(self, reader: Reader, *, files: bool) -> None:
        flows = reader.triggers()
        after = [flow for flow in flows if any(trigger.kind == "after" for trigger in flow.triggers)]
        if after and reader.ended_runs(min(flow.seen_event for flow in after)):
            self._ask({"verb": "look_at_ends", "zone": self._zone})
        for flow in flows if files else ():
            with suppress(FlowerError):
                self._look_for_files(flow)

    def _look_for_files(self, flow: TriggeredFlow) -> None:
        """FlowerError if the flow can take no more now; others can."""
        for pattern, event, version in self._looks.complete(flow):
            self._tell(flow.flow, pattern, event, version)

    def _tell(self, flow: str, pattern: str, event: dict[str, Any], version: str) -> None:
        request = {"verb": "file", "flow": flow, "pattern": pattern, "event": event, "version": version}
        self._ask({**request, "zone": self._zone})
        self._looks.told(flow, pattern, event["path"], version)
