"""Spawning while other threads go on: Python's own `os.posix_spawn` holds the interpreter's lock until the child has
begun its program, some hundred microseconds in which the engine could do other work.

The C library is called directly where it is the one of Linux; elsewhere `os.posix_spawn` does the same.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import ctypes

_SETSID: Final = 0x80
_SETSIGDEF: Final = 0x04
_SETSIGMASK: Final = 0x08
_ROOM_BYTES: Final = 1024
"""More than any C library needs for the structures that are filled in here."""


def spawn(
    program: str,
    words: Sequence[str],
    env: Mapping[str, str],
    fds: Sequence[tuple[int, int]],
    closed: Sequence[int],
    default_signals: Sequence[int],
) -> int:
    """Start a program in a session of its own; its pid.

    `fds`: which descriptor becomes which; `closed`: what it must not inherit; no signal is masked, and
    `default_signals` have their default effect. OSError if it cannot be started, ValueError if a text has a zero in it.
    """
    library = _library()
    if library is not None:
        return library.spawn(program, words, env, fds, closed, default_signals)
    actions: list[tuple[Any, ...]] = [(os.POSIX_SPAWN_DUP2, old, new) for old, new in fds]
    actions += [(os.POSIX_SPAWN_CLOSE, fd) for fd in closed]
    return os.posix_spawn(
        program, list(words), env, file_actions=actions, setsid=True, setsigmask=(), setsigdef=default_signals
    )


_FUNCTIONS: Final = (
    "posix_spawn",
    "posix_spawnattr_init",
    "posix_spawnattr_setflags",
    "posix_spawnattr_setsigdefault",
    "posix_spawnattr_setsigmask",
    "posix_spawnattr_destroy",
    "posix_spawn_file_actions_init",
    "posix_spawn_file_actions_adddup2",
    "posix_spawn_file_actions_addclose",
    "posix_spawn_file_actions_destroy",
)


class _Library:
    """`posix_spawn` of the C library. AttributeError if it has none."""

    def __init__(self, c: Any) -> None:
        self._c = c
        self._library: ctypes.CDLL = c.CDLL(None)
        for name in _FUNCTIONS:
            getattr(self._library, name)

    def spawn(
        self,
        program: str,
        words: Sequence[str],
        env: Mapping[str, str],
        fds: Sequence[tuple[int, int]],
        closed: Sequence[int],
        default_signals: Sequence[int],
    ) -> int:
        c, library = self._c, self._library
        pid = c.c_int(0)
        actions, attributes = c.create_string_buffer(_ROOM_BYTES), c.create_string_buffer(_ROOM_BYTES)
        _check(library.posix_spawn_file_actions_init(actions))
        _check(library.posix_spawnattr_init(attributes))
        try:
            for old, new in fds:
                _check(library.posix_spawn_file_actions_adddup2(actions, old, new))
            for fd in closed:
                _check(library.posix_spawn_file_actions_addclose(actions, fd))
            self._set_signals(attributes, default_signals)
            arguments, variables = self._texts(words), self._texts(_variables(env))
            name = os.fsencode(program)
            _check(library.posix_spawn(c.byref(pid), name, actions, attributes, arguments, variables), program)
        finally:
            library.posix_spawnattr_destroy(attributes)
            library.posix_spawn_file_actions_destroy(actions)
        return int(pid.value)

    def _set_signals(self, attributes: Any, default_signals: Sequence[int]) -> None:
        c, library = self._c, self._library
        none, default = c.create_string_buffer(_ROOM_BYTES), c.create_string_buffer(_ROOM_BYTES)
        library.sigemptyset(none)
        library.sigemptyset(default)
        for signal in default_signals:
            library.sigaddset(default, int(signal))
        _check(library.posix_spawnattr_setsigmask(attributes, none))
        _check(library.posix_spawnattr_setsigdefault(attributes, default))
        _check(library.posix_spawnattr_setflags(attributes, c.c_short(_SETSID | _SETSIGDEF | _SETSIGMASK)))

    def _texts(self, texts: Sequence[str]) -> Any:
        """As C wants them: pointers to bytes that end with a zero, and a null pointer at the end."""
        encoded = os.fsencode("\0".join(texts)).split(b"\0") if texts else []
        if len(encoded) != len(texts):
            raise ValueError("embedded null byte")
        return (self._c.c_char_p * (len(encoded) + 1))(*encoded, None)


@cache
def _library() -> _Library | None:
    """The library, where its structures and flags are known to be as they are used here."""
    if not sys.platform.startswith("linux"):
        return None
    try:
        import ctypes

        return _Library(ctypes)
    except (ImportError, OSError, AttributeError):
        return None


def _variables(env: Mapping[str, str]) -> list[str]:
    if "=" in "".join(env):
        raise ValueError("illegal environment variable name")
    return [f"{name}={value}" for name, value in env.items()]


def _check(code: int, what: str | None = None) -> None:
    if code:
        raise OSError(code, os.strerror(code), what)
