"""Webhooks while a store is served: an HTTP listener on this machine that turns `POST /webhooks/NAME` into an event.

Whoever calls needs the token. What is sent is bounded in size and time before anything of it is looked at; whether it
fits is decided within the engine's transaction. Listening beyond this machine is the business of a proxy.
"""

from __future__ import annotations

import hmac
import json
import os
import secrets
import socket
import threading
import uuid
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Final

from runtime.admission import NoRoom
from runtime.model.encode import dumps
from runtime.model.errors import BadParameter, FlowerError, NotFound, StoreProblem

MOST_BYTES: Final = 1 << 20
"""Of a body."""
REQUEST_SECONDS: Final = 15.0
"""From a connection to its end, however slowly it is used."""
_AT_ONCE: Final = 16
_KEY_HEADERS: Final = ("Idempotency-Key", "X-GitHub-Delivery", "Webhook-Id")
_LONGEST_KEY: Final = 200
_PREFIX: Final = "/webhooks/"
TOKEN_VARIABLE: Final = "FLOWER_HTTP_TOKEN"

Ask = Callable[[dict[str, Any]], Any]
"""Posts a request to the engine and waits for the answer."""


def read_address(text: str) -> tuple[str, int]:
    """(host, port) of `127.0.0.1:8080` or `8080`; FlowerError if it is none of this machine."""
    host, _, port = text.rpartition(":")
    host = host.strip("[]") or "127.0.0.1"
    host = "127.0.0.1" if host == "localhost" else host
    try:
        known = ip_address(host).is_loopback and 0 <= int(port) < 65536
    except ValueError:
        known = False
    if not known:
        raise FlowerError(
            f"webhooks are not listened for at {text}",
            "give a port of this machine, for example --http 127.0.0.1:8080; for others put a proxy before it",
        )
    return host, int(port)


def find_token(file: Path) -> str:
    """The token that callers must give: that of the environment, else of the file, which is made if it is missing."""
    named = os.environ.get(TOKEN_VARIABLE, "")
    if named:
        return named
    try:
        token = file.read_text(encoding="ascii").strip()
        if token:
            return token
    except FileNotFoundError:
        pass
    except (OSError, ValueError):
        raise StoreProblem(f"the token in {file} cannot be read", f"remove the file, or set {TOKEN_VARIABLE}") from None
    token = secrets.token_urlsafe(32)
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as stream:
        stream.write(token + "\n")
    return token


class Webhooks:
    """Listens until it is closed. `address`: where it does, `http://127.0.0.1:8080`."""

    def __init__(self, host: str, port: int, token: str, ask: Ask, zone: str) -> None:
        self._server = _server(host, port, token, ask, zone)
        bound = self._server.server_address
        self.address = f"http://{f'[{host}]' if ':' in host else host}:{bound[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, name="flower-webhooks", daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def _server(host: str, port: int, token: str, ask: Ask, zone: str) -> ThreadingHTTPServer:
    handler = type("Handler", (_Handler,), {"token": token, "ask": staticmethod(ask), "zone": zone})
    kind = type("Server", (_Server,), {"address_family": socket.AF_INET6 if ":" in host else socket.AF_INET})
    try:
        return kind((host, port), handler)  # type: ignore[no-any-return]
    except OSError as problem:
        raise StoreProblem(
            f"webhooks cannot be listened for at {host}:{port}: {problem.strerror or problem}",
            "choose another port: flower serve --http 127.0.0.1:PORT",
        ) from None


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def __init__(self, *arguments: Any) -> None:
        self._places = threading.BoundedSemaphore(_AT_ONCE)
        super().__init__(*arguments)

    def process_request(self, request: Any, client_address: Any) -> None:
        if self._places.acquire(timeout=REQUEST_SECONDS):
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        hang_up = threading.Timer(REQUEST_SECONDS, _hang_up, (request,))
        hang_up.daemon = True
        hang_up.start()
        try:
            super().process_request_thread(request, client_address)
        finally:
            hang_up.cancel()
            self._places.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller that goes away is nobody's mistake."""


def _hang_up(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return


class _Refusal(Exception):
    def __init__(self, status: HTTPStatus, message: str, help: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.help = help


class _Handler(BaseHTTPRequestHandler):
    """One request a connection."""

    token = ""
    zone = ""
    timeout = REQUEST_SECONDS
    server_version = "flower"
    sys_version = ""

    @staticmethod
    def ask(request: dict[str, Any]) -> Any:
        raise NotImplementedError

    def log_message(self, format: str, *arguments: Any) -> None:
        """What comes of a call is told as an event."""

    def do_POST(self) -> None:
        try:
            status, answer = self._answer()
        except _Refusal as refusal:
            status, answer = refusal.status, _error(str(refusal), refusal.help)
        except FlowerError as problem:
            status, answer = _status_of(problem), _error(str(problem), problem.help)
        self._send(status, answer)

    def do_GET(self) -> None:
        self._send(HTTPStatus.METHOD_NOT_ALLOWED, _error("a webhook is called by POST"))

    do_PUT = do_DELETE = do_PATCH = do_GET

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        self._send(HTTPStatus(code), _error(message or HTTPStatus(code).phrase))

    def _answer(self) -> tuple[HTTPStatus, dict[str, Any]]:
        self._check_token()
        path = self.path.partition("?")[0]
        name = path.removeprefix(_PREFIX)
        if not path.startswith(_PREFIX) or not name or "/" in name:
            raise _Refusal(HTTPStatus.NOT_FOUND, f"there is nothing at {path[:200]}", f"call {_PREFIX}NAME")
        key = self._key()
        request = {"verb": "webhook", "name": name, "event": self._body(), "key": key, "zone": self.zone}
        fired = self.ask(request)
        return HTTPStatus.ACCEPTED if fired["run"] else HTTPStatus.OK, fired

    def _check_token(self) -> None:
        kind, _, given = self.headers.get("Authorization", "").partition(" ")
        good = hmac.compare_digest(given.strip().encode(), self.token.encode())
        if kind.lower() != "bearer" or not good:
            raise _Refusal(
                HTTPStatus.UNAUTHORIZED, "the token is missing or wrong", "send `Authorization: Bearer TOKEN`"
            )

    def _key(self) -> str:
        given = next((key for header in _KEY_HEADERS if (key := self.headers.get(header))), None)
        if given is None:
            return uuid.uuid4().hex
        if len(given) > _LONGEST_KEY or not given.isascii() or not given.isprintable():
            raise _Refusal(HTTPStatus.BAD_REQUEST, f"a key has at most {_LONGEST_KEY} printable characters of ASCII")
        return str(given)

    def _body(self) -> Any:
        length = self.headers.get("Content-Length", "")
        if "Transfer-Encoding" in self.headers or not (length.isascii() and length.isdigit()):
            raise _Refusal(HTTPStatus.LENGTH_REQUIRED, "the length of the body must be given: Content-Length")
        if len(length) > 9 or int(length) > MOST_BYTES:
            raise _Refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"a body has at most {MOST_BYTES:,} bytes")
        body = self.rfile.read(int(length))
        if len(body) < int(length):
            raise _Refusal(HTTPStatus.BAD_REQUEST, "the body ended too early")
        return read_event(body)

    def _send(self, status: HTTPStatus, answer: dict[str, Any]) -> None:
        text = (dumps(answer) + "\n").encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("Connection", "close")
        if status is HTTPStatus.UNAUTHORIZED:
            self.send_header("WWW-Authenticate", "Bearer")
        if status is HTTPStatus.SERVICE_UNAVAILABLE:
            self.send_header("Retry-After", "30")
        self.end_headers()
        self.wfile.write(text)
        self.close_connection = True


def read_event(body: bytes | str) -> Any:
    """JSON from outside; FlowerError says what is wrong with it."""
    try:
        event = json.loads(body, parse_constant=_no_number)
        json.dumps(event, ensure_ascii=False, allow_nan=False).encode()  # Half a character, or 1e999, is no value.
        return event
    except (ValueError, RecursionError) as problem:
        place = f", line {problem.lineno}" if isinstance(problem, json.JSONDecodeError) else ""
        raise BadParameter(f"the event is no JSON{place}", 'send for example {"ref": "main"}') from None


def _no_number(name: str) -> Any:
    raise ValueError(f"{name} is no number of JSON")


def _status_of(problem: FlowerError) -> HTTPStatus:
    if isinstance(problem, NotFound):
        return HTTPStatus.NOT_FOUND
    if isinstance(problem, BadParameter):
        return HTTPStatus.BAD_REQUEST
    if isinstance(problem, NoRoom | StoreProblem):
        return HTTPStatus.SERVICE_UNAVAILABLE
    return HTTPStatus.CONFLICT


def _error(message: str, help: str | None = None) -> dict[str, Any]:
    return {"error": message, **({"help": help} if help else {})}
