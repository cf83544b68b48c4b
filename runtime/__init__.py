"""The durable runner: registers runs of deployed flows, watches what is ready, works on it.

As a library: `from runtime import open_store`. Each name is loaded when it is first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from runtime.api.compiling import CompileError
    from runtime.api.results import RunFailed, RunResult, TaskResult
    from runtime.api.store import FlowerStore, open_store
    from runtime.bell import Bell
    from runtime.model.errors import BadParameter, FlowerError, NotFound, Refused
    from runtime.model.state import RunStatus

_HOMES: Final = {
    "Bell": "runtime.bell",
    "open_store": "runtime.api.store",
    "FlowerStore": "runtime.api.store",
    "RunResult": "runtime.api.results",
    "TaskResult": "runtime.api.results",
    "RunFailed": "runtime.api.results",
    "CompileError": "runtime.api.compiling",
    "RunStatus": "runtime.model.state",
    "FlowerError": "runtime.model.errors",
    "BadParameter": "runtime.model.errors",
    "NotFound": "runtime.model.errors",
    "Refused": "runtime.model.errors",
}

__all__ = [
    "BadParameter",
    "Bell",
    "CompileError",
    "FlowerError",
    "FlowerStore",
    "NotFound",
    "Refused",
    "RunFailed",
    "RunResult",
    "RunStatus",
    "TaskResult",
    "open_store",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module `runtime` has no attribute `{name}`")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)
