"""`http.get`: fetches a URL, into an output or into a file."""

from __future__ import annotations

import datetime as dt
import functools
from email.message import Message
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, TypedDict

from runtime.component import Cancelled, Context, Failed, Secret, Size, component

if TYPE_CHECKING:
    from http.client import HTTPResponse

_MAX_BODY: Final = 4 * 1024 * 1024
_CHUNK: Final = 256 * 1024
_SHOWN: Final = 300
_CREDENTIALS: Final = ("Authorization", "Cookie", "Proxy-authorization")
"""As urllib spells the names of headers."""


class Answer(TypedDict):
    status: int
    body: str
    headers: dict[str, str]
    file: Path | None


@component(name="http.get", idempotent=True)
def get(
    url: Annotated[str, "An http or https address."],
    context: Context,
    headers: Annotated[dict[str, str] | None, "Headers to send."] = None,
    token: Annotated[Secret | None, "A secret that is sent as `Authorization: Bearer …`."] = None,
    secret_headers: Annotated[dict[str, Secret] | None, "Headers whose values are secrets."] = None,
    save_to: Annotated[Path | None, "A file to write the body to, instead of giving it as `body`."] = None,
    timeout: Annotated[dt.timedelta, "How long to wait for the server at each step."] = dt.timedelta(seconds=30),
    max_size: Annotated[Size | None, "A larger body fails; by default 4 MiB, without a bound for a file."] = None,
) -> Answer:
    """Fetch the address and give status, body and headers (names in small letters).

    Any answer but 2xx fails the task, with the beginning of what the server said. With `save_to` the body is
    streamed to that file, which appears only when it is complete, and is the output `file`. Redirects are followed;
    headers that carry credentials or secrets go to the first host only.
    """
    with _open(url, headers or {}, _hidden(token, secret_headers), timeout) as response:
        context.log(f"GET {url}: {response.status} {response.reason}")
        answer: Answer = {"status": response.status, "body": "", "headers": _headers(response.headers), "file": None}
        if save_to is None:
            answer["body"] = _body(url, response, max_size or _MAX_BODY, context)
        else:
            answer["file"] = _save(url, response, save_to, max_size, context)
        return answer


def _hidden(token: Secret | None, headers: dict[str, Secret] | None) -> dict[str, str]:
    """Headers that nobody else may see; Failed if one cannot be sent."""
    hidden = {name.capitalize(): str(value) for name, value in (headers or {}).items()}
    if token is not None:
        hidden["Authorization"] = f"Bearer {token}"
    for name, value in hidden.items():
        if not value.isprintable() or not value.isascii():
            raise Failed(f"the secret for the header {name} has characters that a header cannot have")
    return hidden


def _open(url: str, headers: dict[str, str], hidden: dict[str, str], timeout: dt.timedelta) -> HTTPResponse:
    import http.client
    import urllib.error
    import urllib.request

    request = urllib.request.Request(_address(url), headers={"Accept-Encoding": "identity", **headers, **hidden})
    request.hidden = tuple(hidden)  # type: ignore[attr-defined]
    try:
        return _opener().open(request, timeout=max(0.001, timeout.total_seconds()))  # type: ignore[no-any-return]
    except urllib.error.HTTPError as problem:
        with problem:
            raise Failed(f"{url} answered {problem.code} {problem.reason}{_said(problem)}") from None
    except urllib.error.URLError as problem:
        raise Failed(f"{url} cannot be reached: {_reason(problem.reason)}") from None
    except TimeoutError:
        raise Failed(f"{url} did not answer within {timeout.total_seconds():g} s") from None
    except (http.client.HTTPException, ValueError, OSError) as problem:
        raise Failed(f"{url} cannot be fetched: {_reason(problem)}") from None


@functools.cache
def _opener() -> Any:
    """Opens addresses of the web, and follows redirects to such addresses only."""
    import urllib.error
    import urllib.request
    from urllib.parse import urlsplit

    class Redirects(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, req: Any, fp: Any, code: Any, msg: Any, headers: Any, newurl: str) -> Any:
            if urlsplit(newurl).scheme.lower() not in ("http", "https"):
                fp.close()
                raise urllib.error.URLError(f"it redirects to {newurl}, which is not of the web")
            following: Any = super().redirect_request(req, fp, code, msg, headers, newurl)
            if following is not None and urlsplit(newurl).netloc != urlsplit(req.full_url).netloc:
                for name in (*_CREDENTIALS, *req.hidden):
                    following.remove_header(name)
            if following is not None:
                following.hidden = req.hidden
            return following

    return urllib.request.build_opener(Redirects)


def _address(url: str) -> str:
    """The URL with what is not allowed in one escaped. Other schemes than the web's are refused."""
    from urllib.parse import quote, urlsplit

    parts = urlsplit(url)
    if parts.scheme.lower() not in ("http", "https") or not parts.hostname:
        raise Failed(f"`{url}` is not an http or https address, such as https://example.com/data.csv")
    return quote(url, safe="%/:=&?~#+!$,;'@()*[]")


def _said(problem: Any) -> str:
    """The beginning of an error's body, on one line."""
    try:
        text = problem.read(_SHOWN * 4).decode("utf-8", "replace")
    except OSError:
        return ""
    line = " ".join(text.split())
    shown = line if len(line) <= _SHOWN else line[:_SHOWN] + "…"
    return f": {shown}" if shown else ""


def _reason(problem: object) -> str:
    return getattr(problem, "strerror", None) or str(problem) or type(problem).__name__


def _headers(given: Message) -> dict[str, str]:
    return {name.lower(): ", ".join(map(str, given.get_all(name, []))) for name in given}


def _body(url: str, response: HTTPResponse, most: int, context: Context) -> str:
    data = b"".join(_chunks(url, response, most, context, "write it to a file with `save_to`"))
    charset = response.headers.get_content_charset() or "utf-8"
    try:
        return data.decode(charset)
    except (UnicodeDecodeError, LookupError):
        raise Failed(f"the body of {url} is no text in {charset}; write it to a file with `save_to`") from None


def _save(url: str, response: HTTPResponse, path: Path, most: int | None, context: Context) -> Path:
    from stdlib_components.written_file import written_file

    with written_file(path) as file:
        for chunk in _chunks(url, response, most, context, "raise `max_size`"):
            file.write(chunk)
        context.log(f"{file.tell():,} bytes to {path}")
    return path


def _chunks(url: str, response: HTTPResponse, most: int | None, context: Context, advice: str) -> Any:
    """The body piece by piece; Failed if it is too large or ends too early."""
    declared = response.headers.get("Content-Length", "")
    wanted = int(declared) if declared.isdecimal() else None
    received = 0
    while chunk := _read(url, response):
        received += len(chunk)
        if most is not None and received > most:
            raise Failed(f"the body of {url} is larger than {most:,} bytes; {advice}")
        if context.cancelled:
            raise Cancelled("the attempt was cancelled")
        yield chunk
    if wanted is not None and received < wanted:
        raise Failed(f"the body of {url} ended after {received:,} of {wanted:,} bytes")


def _read(url: str, response: HTTPResponse) -> bytes:
    import http.client

    try:
        return response.read(_CHUNK)
    except (OSError, http.client.HTTPException) as problem:
        raise Failed(f"the body of {url} broke off: {_reason(problem)}") from None
