"""The engine: one thread that owns the store's writing side and turns everything that happens into transactions."""

from runtime.engine.engine import Engine

__all__ = ["Engine"]
