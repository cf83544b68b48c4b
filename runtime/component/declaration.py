"""The decorator `@component`: notes that a function may be called from flows, and leaves it as it is."""

from __future__ import annotations

import typing
from collections.abc import Callable
from typing import Any, TypeVar, overload

from runtime.component.errors import ComponentProblem
from runtime.model.signature import Runs
from runtime.model.slotted import dataclass

_MARK = "__flower_component__"
_Function = TypeVar("_Function", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Declaration:
    """What the author said beside the annotations. `name`: the full name, or None for `module.function`; `runs`: None
    for what suits the function."""

    name: str | None = None
    idempotent: bool = False
    runs: Runs | None = None
    transactional: bool = False


@overload
def component(function: _Function, /) -> _Function: ...


@overload
def component(
    *, name: str | None = None, idempotent: bool = False, runs: Runs | None = None, transactional: bool = False
) -> Callable[[_Function], _Function]: ...


def component(
    function: _Function | None = None,
    /,
    *,
    name: str | None = None,
    idempotent: bool = False,
    runs: Runs | None = None,
    transactional: bool = False,
) -> _Function | Callable[[_Function], _Function]:
    """Let flows call this function: `@component`, or `@component(name="sales.clean", idempotent=True)`.

    `idempotent`: running it again does no harm, so a call whose end a crash has made unknowable is repeated.
    `runs`: `"thread"` of the engine (the default), a warm `"process"` of its own, which can be ended by force and takes
    nothing with it, or the `"coroutine"` loop that all share (the default for `async def`). `"inline"` saves the way
    to another thread for what ends within microseconds: while it runs, the engine does nothing else.
    `transactional`: its effects are SQL statements added to its parameter of type `Statements`, and become durable
    together with its completion.
    The function stays an ordinary one, to be called and tested as ever.
    """
    if runs is not None and runs not in typing.get_args(Runs):
        raise ComponentProblem(
            f"@component(runs={runs!r}): there is no such way to run",
            'write runs="thread", runs="process", runs="coroutine" or runs="inline"',
        )

    def mark(marked: _Function) -> _Function:
        setattr(marked, _MARK, Declaration(name, idempotent, runs, transactional))
        return marked

    return mark if function is None else mark(function)


def declaration_of(value: Any) -> Declaration | None:
    """What `@component` noted on a function; None for anything else."""
    found = getattr(value, "__dict__", {}).get(_MARK) if callable(value) else None
    return found if isinstance(found, Declaration) else None
