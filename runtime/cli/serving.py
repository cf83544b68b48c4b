"""What a service tells of itself: one line for each event of the store, on stdout, for a terminal or a journal."""

from __future__ import annotations

import json
import time
from contextlib import suppress
from typing import Any

from runtime.cli.display.clock import iso
from runtime.model.errors import StoreProblem
from runtime.model.run import EventView
from runtime.service import Service


class Chronicle:
    """Prints events as they become durable. Starts with those that come after it was made."""

    def __init__(self, service: Service, *, as_json: bool) -> None:
        self._service = service
        self._as_json = as_json
        self._working = False
        self._last = 0
        with suppress(StoreProblem):
            self._last = service.reader.last_event()

    def say(self, sentence: str) -> None:
        if self._as_json:
            self._print({"at": iso(time.time_ns() // 1000), "kind": sentence})
        else:
            self._print(f"{_clock(time.time())} {sentence}")

    def tell(self, is_engine: bool, address: str | None = None) -> None:
        """What has happened since the last call. `address`: where webhooks are listened for."""
        if is_engine and not self._working:
            self._working = True
            self.say("working" if address is None else f"working; webhooks: POST {address}/webhooks/NAME")
        with suppress(StoreProblem):
            for event in self._service.reader.events_since(self._last):
                self._last = event.id
                self._print(event_json(event) if self._as_json else event_line(event))

    def _print(self, what: Any) -> None:
        print(json.dumps(what, ensure_ascii=False) if self._as_json else what, flush=True)


def event_line(event: EventView) -> str:
    """An event as a line: time, run, task, what happened, the rest of what is known."""
    names = [name for name in (event.run, event.path) if name]
    detail = " ".join(
        f"{key}={value}" for key, value in event.detail.items() if key != "task" and value not in ("", None)
    )
    return " ".join([_clock(event.at / 1e6), *names, event.kind, *([f"({detail})"] if detail else [])])


def event_json(event: EventView) -> dict[str, Any]:
    return {"at": iso(event.at), "run": event.run, "task": event.path, "kind": event.kind, **event.detail}


def _clock(seconds: float) -> str:
    return time.strftime("%H:%M:%S", time.localtime(seconds))
