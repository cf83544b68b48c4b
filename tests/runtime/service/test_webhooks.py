"""The listener for webhooks, by real connections: who may call it, what it takes, and how it says no."""

from __future__ import annotations

import http.client
import json
import socket
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from runtime.admission import NoRoom
from runtime.model.errors import BadParameter, FlowerError, NotFound, StoreProblem
from runtime.service import webhooks
from runtime.service.webhooks import Webhooks, find_token, read_address

TOKEN = "a-token"
FIRED = {"flow": "build", "outcome": "run", "message": "", "run": "build-1"}


class Desk:
    """What the engine was asked, and what it answers."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.answer: Any = FIRED
        self.listener = Webhooks("127.0.0.1", 0, TOKEN, self.ask, "UTC")
        self.port = int(self.listener.address.rpartition(":")[2])

    def ask(self, request: dict[str, Any]) -> Any:
        self.asked.append(request)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def call(
        self, path: str = "/webhooks/push", body: str | bytes = "{}", method: str = "POST", **headers: str
    ) -> tuple[int, Any]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        given = {"Authorization": f"Bearer {TOKEN}"} | {name.replace("_", "-"): text for name, text in headers.items()}
        connection.request(method, path, body, given)
        answer = connection.getresponse()
        found = answer.status, json.loads(answer.read())
        connection.close()
        return found


@pytest.fixture(scope="module")
def listening() -> Iterator[Desk]:
    found = Desk()
    yield found
    found.listener.close()


@pytest.fixture
def desk(listening: Desk) -> Desk:
    listening.asked, listening.answer = [], FIRED
    return listening


def test_a_call_is_an_event_with_its_key(desk: Desk) -> None:
    assert desk.call(body='{"ref": "main"}', Idempotency_Key="d1") == (202, FIRED)
    assert desk.asked == [{"verb": "webhook", "name": "push", "event": {"ref": "main"}, "key": "d1", "zone": "UTC"}]


def test_the_delivery_of_a_known_sender_is_its_key(desk: Desk) -> None:
    desk.call(X_GitHub_Delivery="72d3162e")
    assert desk.asked[0]["key"] == "72d3162e"


def test_calls_without_a_key_are_different_ones(desk: Desk) -> None:
    desk.call()
    desk.call()
    assert desk.asked[0]["key"] != desk.asked[1]["key"]


@pytest.mark.parametrize("given", ["", "Bearer", "Bearer wrong", f"Basic {TOKEN}", f"Bearer {TOKEN}x", "Bearer ä"])
def test_whoever_has_not_the_token_is_turned_away_unheard(desk: Desk, given: str) -> None:
    status, answer = desk.call(body="no JSON", Authorization=given)
    assert (status, desk.asked) == (401, [])
    assert "token" in answer["error"]


@pytest.mark.parametrize("body", ["", "{", '{"a": NaN}', b"\xff", "[" * 100_000, '"\\ud800"', "[1e999]"])
def test_what_is_no_json_is_said_to_be_none(desk: Desk, body: str | bytes) -> None:
    status, answer = desk.call(body=body)
    assert (status, desk.asked) == (400, [])
    assert "no JSON" in answer["error"]


@pytest.mark.parametrize(("path", "status"), [("/", 404), ("/webhooks/", 404), ("/webhooks/a/b", 404), ("/x", 404)])
def test_there_is_nothing_at_other_places(desk: Desk, path: str, status: int) -> None:
    assert desk.call(path)[0] == status
    assert desk.asked == []


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
def test_a_webhook_is_called_by_post(desk: Desk, method: str) -> None:
    assert desk.call(method=method)[0] == 405


@pytest.mark.parametrize("length", [str(webhooks.MOST_BYTES + 1), "9" * 30])
def test_a_body_that_is_too_large_is_not_read(desk: Desk, length: str) -> None:
    assert desk.call(Content_Length=length)[0] == 413


@pytest.mark.parametrize("length", ["-1", "1e3", "²"])
def test_a_length_that_is_none_is_refused(desk: Desk, length: str) -> None:
    assert desk.call(Content_Length=length.encode("latin-1", "replace").decode("latin-1"))[0] == 411


def test_a_key_that_cannot_be_kept_is_refused(desk: Desk) -> None:
    assert desk.call(Idempotency_Key="k" * 300)[0] == 400


@pytest.mark.parametrize(
    ("problem", "status"),
    [
        (NotFound("no", None), 404),
        (BadParameter("no", None), 400),
        (NoRoom("no", None), 503),
        (StoreProblem("no", None), 503),
        (FlowerError("no", None), 409),
    ],
)
def test_what_the_engine_refuses_has_its_number(desk: Desk, problem: Exception, status: int) -> None:
    desk.answer = problem
    assert desk.call() == (status, {"error": "no"})


def test_an_event_that_makes_no_run_is_no_mistake(desk: Desk) -> None:
    desk.answer = FIRED | {"run": None, "outcome": "skipped"}
    assert desk.call()[0] == 200


def test_who_is_slow_is_hung_up_on(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhooks, "REQUEST_SECONDS", 0.2)
    with socket.create_connection(("127.0.0.1", desk.port), timeout=10) as slow:
        slow.sendall(b"POST /webhooks/push HTTP/1.0\r\nContent-Length: 5\r\n")
        assert slow.recv(100) == b""


def test_the_token_is_made_once_and_private(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(webhooks.TOKEN_VARIABLE, raising=False)
    token = find_token(tmp_path / "token")
    assert len(token) >= 32
    assert find_token(tmp_path / "token") == token
    assert stat.S_IMODE((tmp_path / "token").stat().st_mode) == 0o600
    monkeypatch.setenv(webhooks.TOKEN_VARIABLE, "mine")
    assert find_token(tmp_path / "token") == "mine"


@pytest.mark.parametrize(
    ("text", "address"),
    [("8080", ("127.0.0.1", 8080)), ("localhost:1", ("127.0.0.1", 1)), ("[::1]:80", ("::1", 80))],
)
def test_an_address_is_of_this_machine(text: str, address: tuple[str, int]) -> None:
    assert read_address(text) == address


@pytest.mark.parametrize("text", ["0.0.0.0:80", "example.com:80", "127.0.0.1:x", "127.0.0.1:70000", ""])
def test_other_addresses_are_refused(text: str) -> None:
    with pytest.raises(FlowerError, match="not listened"):
        read_address(text)


def test_a_port_that_is_taken_is_a_sentence(desk: Desk) -> None:
    with pytest.raises(StoreProblem, match="cannot be listened"):
        Webhooks("127.0.0.1", desk.port, TOKEN, desk.ask, "UTC")
