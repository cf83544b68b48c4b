"""The pages of `flowc explain`: one Markdown file a code, beside this module."""

from __future__ import annotations

from importlib.resources import files

from flowc.diagnostics.codes import all_codes
from flowc.diagnostics.suggestion import nearest
from runtime.model.errors import FlowerError


def page_of(code: str) -> str:
    """The page of a code, in any case and with or without the `F`; FlowerError if there is no such code."""
    known = all_codes()
    wanted = code.strip().upper()
    wanted = wanted if wanted.startswith("F") else f"F{wanted.zfill(4)}"
    if wanted not in known:
        near = nearest(wanted, known)
        help = f"did you mean {near}?" if near else "`flowc explain` lists all codes"
        raise FlowerError(f"there is no code `{code}`", help)
    return files(__name__).joinpath(f"{wanted}.md").read_text(encoding="utf-8").rstrip()
