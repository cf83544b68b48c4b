"""Paths in expressions under their new names, so that a renamed task is told once and not at every reference to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

Value = TypeVar("Value")


def renamed(value: Value, paths: Mapping[str, str]) -> Value:
    """A definition, or a part of one, in which every tree that names an old path names the new one."""
    return _renamed(value, paths) if paths else value


def _renamed(value: Any, paths: Mapping[str, str]) -> Any:
    if isinstance(value, list):
        return _renamed_tree(value, paths)
    if isinstance(value, tuple):
        return tuple(_renamed(part, paths) for part in value)
    if isinstance(value, dict):
        return {key: _renamed(part, paths) for key, part in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{each.name: _renamed(getattr(value, each.name), paths) for each in fields(value)})
    return value


def _renamed_tree(tree: list[Any], paths: Mapping[str, str]) -> list[Any]:
    match tree:
        case ["out" | "state" | "any" | "event" as operation, str(path), name]:
            return [operation, paths.get(path, path), name]
        case ["late", str(path), after]:
            return ["late", paths.get(path, path), after]
        case ["lit", *_]:
            return tree
    return [_renamed(part, paths) for part in tree]
