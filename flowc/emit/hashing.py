"""Content hashes of definition rows: sha-256 of canonical JSON, the same on any machine."""

from __future__ import annotations

import hashlib
import json
from dataclasses import fields, is_dataclass
from typing import Any


def as_json(row: Any) -> Any:
    """A definition row as JSON data: dataclasses become objects with all their fields, tuples arrays."""
    if is_dataclass(row):
        return {field.name: as_json(getattr(row, field.name)) for field in fields(row)}
    if isinstance(row, list | tuple):
        return [as_json(entry) for entry in row]
    if isinstance(row, dict):
        return {key: as_json(entry) for key, entry in row.items()}
    return row


def canonical(data: Any) -> bytes:
    """JSON without spaces, keys sorted, UTF-8."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"), sort_keys=True, default=as_json).encode()


def content_hash(data: Any) -> str:
    """The sha-256 of the canonical JSON, in hexadecimal."""
    return hashlib.sha256(canonical(data)).hexdigest()
