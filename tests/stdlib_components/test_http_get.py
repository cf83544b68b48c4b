"""`http.get` against a server on this machine: answers, files, and every way it can go wrong."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from runtime.component import Cancelled, Failed
from tests.stdlib_components.conftest import Caller, Server


def failure(call: Caller, url: str, **arguments: object) -> str:
    with pytest.raises(Failed) as raised:
        call("http.get", url=url, **arguments)
    return str(raised.value)


def test_body_status_and_headers_are_the_outputs(call: Caller, server: Server) -> None:
    got = call("http.get", url=f"{server.url}/data?q=ä b", headers={"X-Token": "t"})
    assert (got["status"], got["body"], got["file"]) == (200, "größer", None)
    assert got["headers"]["x-twice"] == "a"
    assert server.seen[0]["x-token"] == "t"
    assert call.lines == [f"GET {server.url}/data?q=ä b: 200 OK"]


def test_text_is_read_in_the_charset_of_the_answer(call: Caller, server: Server) -> None:
    assert call("http.get", url=f"{server.url}/latin")["body"] == "größer"


def test_save_to_writes_a_whole_file_and_nothing_else(call: Caller, server: Server, tmp_path: Path) -> None:
    target = tmp_path / "new" / "big.bin"
    got = call("http.get", url=f"{server.url}/big", save_to=target)
    assert (got["file"], got["body"]) == (str(target), "")
    assert target.stat().st_size == 1024 * 1024
    assert list(target.parent.iterdir()) == [target]


def test_failed_download_keeps_the_old_file_and_leaves_no_other(call: Caller, server: Server, tmp_path: Path) -> None:
    target = tmp_path / "data.txt"
    target.write_text("old")
    assert "ended after 3 of 100 bytes" in failure(call, f"{server.url}/short", save_to=target)
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_answer_that_is_an_error_is_told_with_its_beginning(call: Caller, server: Server) -> None:
    message = failure(call, f"{server.url}/fail")
    assert message.startswith(f"{server.url}/fail answered 503 Service Unavailable: the database is away zzz")
    assert message.endswith("…")
    assert len(message) < 500
    assert failure(call, f"{server.url}/nothing").endswith("answered 404 Not Found")


def test_body_beyond_the_bound_is_refused(call: Caller, server: Server, tmp_path: Path) -> None:
    assert "larger than 1,000 bytes; write it to a file with `save_to`" in failure(
        call, f"{server.url}/big", max_size=1000
    )
    assert "larger than 1,000 bytes; raise `max_size`" in failure(
        call, f"{server.url}/big", max_size=1000, save_to=tmp_path / "x"
    )


def test_body_that_is_no_text_belongs_into_a_file(call: Caller, server: Server) -> None:
    assert "is no text in utf-8; write it to a file with `save_to`" in failure(call, f"{server.url}/binary")


def test_credentials_do_not_follow_a_redirect_to_another_host(call: Caller, server: Server) -> None:
    headers = {"Authorization": "Bearer x", "Cookie": "c", "X-Kept": "k"}
    assert call("http.get", url=f"{server.url}/away", headers=headers)["body"] == "größer"
    assert server.seen[0]["authorization"] == "Bearer x"
    assert "authorization" not in server.elsewhere[0]
    assert "cookie" not in server.elsewhere[0]
    assert server.elsewhere[0]["x-kept"] == "k"


def test_redirect_off_the_web_is_refused(call: Caller, server: Server) -> None:
    assert "redirects to ftp://127.0.0.1/data, which is not of the web" in failure(call, f"{server.url}/ftp")


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://example.com/x", "example.com", "http://", ""])
def test_address_that_is_not_of_the_web_is_refused(call: Caller, url: str) -> None:
    assert "is not an http or https address" in failure(call, url)


def test_server_that_is_not_there_is_told(call: Caller, server: Server) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/"
        assert failure(call, url) == f"{url} cannot be reached: Connection refused"


def test_server_that_does_not_answer_is_given_up(call: Caller, server: Server) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        assert failure(call, url, timeout="50ms") == f"{url} did not answer within 0.05 s"


def test_header_with_a_newline_is_refused(call: Caller, server: Server) -> None:
    assert "cannot be fetched: Invalid header value" in failure(call, f"{server.url}/data", headers={"X": "a\r\nY: b"})
    assert server.seen == []


def test_cancelled_download_stops(call: Caller, server: Server, tmp_path: Path) -> None:
    call.context.cancel.set()
    with pytest.raises(Cancelled):
        call("http.get", url=f"{server.url}/big", save_to=tmp_path / "x")
    assert list(tmp_path.iterdir()) == []


def test_secrets_are_sent_and_do_not_follow_a_redirect_to_another_host(call: Caller, server: Server) -> None:
    call("http.get", url=f"{server.url}/away", token="tok-123", secret_headers={"X-API-key": "key-456"})
    assert (server.seen[0]["authorization"], server.seen[0]["x-api-key"]) == ("Bearer tok-123", "key-456")
    assert not {"authorization", "x-api-key"} & server.elsewhere[0].keys()


def test_secret_that_no_header_can_carry_is_not_shown(call: Caller, server: Server) -> None:
    message = failure(call, f"{server.url}/data", token="tok\n123")
    assert message == "the secret for the header Authorization has characters that a header cannot have"
