"""Secrets: references are stored, values are fetched when a task starts, and masked wherever a log is read.

A reference is `env:NAME`, `file:PATH` (relative to the project) or `keyring:SERVICE/USER` (with the package keyring).
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from typing import Final

from runtime.model.values import Secret

MASK: Final = "***"
_SHORTEST: Final = 4
"""Shorter values are not masked: they would blot out half of every log."""
_CHUNK_BYTES: Final = 1 << 20


class NoSecret(Exception):
    """A reference leads to no value; the message says what is missing."""


def fetch(reference: Secret, project: Path) -> str:
    """The value of a reference; NoSecret if there is none."""
    kind, _, rest = str(reference).partition(":")
    if kind == "env":
        value = os.environ.get(rest)
        if value is None:
            raise NoSecret(f"the variable {rest} of `{reference}` is not set where the engine runs")
        return value
    if kind == "file":
        try:
            return (project / Path(rest).expanduser()).read_text().removesuffix("\n")
        except (OSError, UnicodeDecodeError) as problem:
            raise NoSecret(f"the file of `{reference}` cannot be read: {_why(problem)}") from None
    if kind == "keyring":
        return _from_keyring(reference, rest)
    raise NoSecret(f"`{kind}:…` is no reference to a secret; write env:NAME, file:PATH or keyring:SERVICE/USER")


def _from_keyring(reference: Secret, rest: str) -> str:
    service, _, user = rest.rpartition("/")
    if not service or not user:
        raise NoSecret(f"`{reference}` does not say whose password it is; write keyring:SERVICE/USER")
    try:
        keyring = import_module("keyring")
    except ImportError:
        raise NoSecret(f"`{reference}` needs the package keyring: pip install keyring") from None
    try:
        value = keyring.get_password(service, user)
    except Exception as problem:  # noqa: BLE001 - backends raise whatever their system does
        raise NoSecret(f"the keyring cannot be asked for `{reference}`: {_first_line(problem)}") from None
    if value is None:
        raise NoSecret(f"the keyring has no password of {user} for {service} (`{reference}`)")
    return str(value)


def _first_line(problem: Exception) -> str:
    return next(iter(str(problem).splitlines()), "") or type(problem).__name__


def _why(problem: Exception) -> str:
    return problem.strerror or "error" if isinstance(problem, OSError) else "it is not UTF-8 text"


def mask_text(text: str, secrets: Iterable[str]) -> str:
    """The text with every secret value replaced."""
    for value in _long_enough(secrets):
        text = text.replace(value, MASK)
    return text


def mask_bytes(data: bytes, secrets: Iterable[str]) -> bytes:
    """As `mask_text`, for bytes that hold UTF-8 among others."""
    for value in _long_enough(secrets):
        data = data.replace(value.encode(), MASK.encode())
    return data


def mask_file(path: str, secrets: Iterable[str]) -> None:
    """Replace a file by its masked copy, also where a value stands across two chunks."""
    values = _long_enough(secrets)
    if not values or not os.path.exists(path):
        return
    carry = max(len(value.encode()) for value in values) - 1
    fd = os.open(f"{path}.masked", os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with open(path, "rb") as source, open(fd, "wb") as copy:
        held = b""
        while chunk := source.read(_CHUNK_BYTES):
            data = mask_bytes(held + chunk, values)
            held = data[len(data) - carry :] if carry else b""
            copy.write(data[: len(data) - len(held)])
        copy.write(held)
    os.replace(f"{path}.masked", path)


def withhold(path: str, aside: str, references: Iterable[str]) -> None:
    """Put a file that may show secrets aside, and say so in its place. `flower logs` masks it when the references lead
    to values again."""
    if not os.path.exists(path) or os.path.getsize(path) == 0:
        return
    names = ", ".join(references)
    os.replace(path, aside)
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with open(fd, "w", encoding="utf-8") as note:
        note.write(f"[this log is withheld: it may show the secret {names}, which could not be fetched to mask it]\n")


def _long_enough(secrets: Iterable[str]) -> list[str]:
    """Values worth masking, the longest first, and their lines: a script may print one of them."""
    parts = {part for value in secrets for part in (value, *value.splitlines()) if len(part) >= _SHORTEST}
    return sorted(parts, key=len, reverse=True)
