"""Calls of standard components as the executor makes them, in a folder of their own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from runtime.component import Context
from runtime.registry import find


@dataclass
class Caller:
    """Calls a component in a project folder; `lines` is its log."""

    folder: Path
    lines: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.context = Context(project=self.folder, write=self.lines.append)

    def __call__(self, name: str, **arguments: Any) -> dict[str, Any]:
        return find(name).invoke(arguments, self.context)


@pytest.fixture
def call(tmp_path: Path) -> Caller:
    return Caller(tmp_path)


class Handler(BaseHTTPRequestHandler):
    """Answers by path; `/short` gives less than it promises, `/away` leads to `other`. `seen`: headers of requests."""

    other: str = ""
    seen: list[dict[str, str]] = []

    def do_GET(self) -> None:
        self.seen.append({name.lower(): value for name, value in self.headers.items()})
        match self.path.partition("?")[0]:
            case "/data":
                self.answer(200, "größer".encode(), {"Content-Type": "text/plain; charset=utf-8", "X-Twice": "a"})
            case "/latin":
                self.answer(200, "größer".encode("latin-1"), {"Content-Type": "text/plain; charset=latin-1"})
            case "/binary":
                self.answer(200, b"\xff\xfe\x00")
            case "/big":
                self.answer(200, b"x" * 1024 * 1024)
            case "/fail":
                self.answer(503, b"the  database\nis away " + b"z" * 1000)
            case "/short":
                self.answer(200, b"abc", {"Content-Length": "100"})
            case "/away":
                self.answer(302, b"", {"Location": f"{self.other}/data"})
            case "/ftp":
                self.answer(302, b"", {"Location": "ftp://127.0.0.1/data"})
            case _:
                self.answer(404, b"")

    def answer(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in ({"Content-Length": str(len(body))} | (headers or {})).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        pass


def serve(handler: type[Handler]) -> ThreadingHTTPServer:
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    return server


@dataclass
class Server:
    url: str
    seen: list[dict[str, str]]
    elsewhere: list[dict[str, str]]


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A server, and another one that `/away` leads to."""
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    other = type("Other", (Handler,), {"seen": []})
    second = serve(other)
    first_handler = type("First", (Handler,), {"seen": [], "other": f"http://127.0.0.1:{second.server_port}"})
    first = serve(first_handler)
    yield Server(f"http://127.0.0.1:{first.server_port}", first_handler.seen, other.seen)
    for each in (first, second):
        each.shutdown()
        each.server_close()
