"""The service: what commands and programs call. It wires store, engine and executor, or asks the engine that is alive.

`runtime.service.Service` is loaded on first use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from runtime.service.requests import Deployed
    from runtime.service.service import Service
    from runtime.service.work import Work

__all__ = ["Deployed", "Service", "Work"]


def __getattr__(name: str) -> Any:
    modules = {"Service": "service", "Deployed": "requests", "Work": "work"}
    if name not in modules:
        raise AttributeError(name)
    from importlib import import_module

    return getattr(import_module(f"runtime.service.{modules[name]}"), name)
