"""Makes a project folder from the template."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path
from typing import Final

from runtime.model.errors import FlowerError

_TEMPLATE: Final = Path(__file__).with_name("template")
_PLACEHOLDER: Final = "new_project"
_FILES: Final = {
    "flow.toml": "flow.toml",
    "new_project.flow": "{name}.flow",
    "steps.py": "steps.py",
    "README.md": "README.md",
    "gitignore": ".gitignore",
}
_NAME: Final = re.compile(r"[a-z_][a-z0-9_]*")
_RESERVED: Final = frozenset({"and", "or", "not", "in", "if", "then", "else", "true", "false", "null", "steps"})


def make_project(folder: Path) -> str:
    """Writes the files of a new project into a folder, which need not exist; the name of its flow.

    Nothing that is there is touched: a file in the way is a FlowerError, before anything is written.
    """
    name = flow_name(folder)
    files = {folder / target.format(name=name): _TEMPLATE / source for source, target in _FILES.items()}
    _check_free(folder, list(files))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for target, source in files.items():
            text = source.read_text(encoding="utf-8").replace(_PLACEHOLDER, name)
            with target.open("x", encoding="utf-8", newline="\n") as file:
                file.write(text)
    except OSError as problem:
        reason = (problem.strerror or str(problem)).lower()
        raise FlowerError(f"the project cannot be written to {folder}: {reason}", "choose another folder") from None
    return name


def flow_name(folder: Path) -> str:
    """The name of the flow in a project folder: `my_shop` for `My-Shop`."""
    last = folder.resolve().name
    name = re.sub(r"[-. ]+", "_", last.lower())
    if _NAME.fullmatch(name) and name not in _RESERVED:
        return name
    plain = re.sub(r"[\u0300-\u036f]", "", unicodedata.normalize("NFKD", name))
    proposed = re.sub(r"[^a-z0-9_]+", "_", plain).strip("_")
    proposed = proposed if _NAME.fullmatch(proposed) and proposed not in _RESERVED else f"my_{proposed or 'flow'}"
    raise FlowerError(
        f"the flow is called like its folder, and `{last}` is no name of a flow",
        f"use small letters, digits and underscores: flowc new {proposed}",
    )


def _check_free(folder: Path, files: list[Path]) -> None:
    if folder.exists() and not folder.is_dir():
        raise FlowerError(f"{folder} is a file", "choose another name")
    there = [file.name for file in files if file.exists() or file.is_symlink()]
    if there:
        raise FlowerError(
            f"{folder} has {', '.join(there)} already; nothing was written", "choose another folder, or move these away"
        )
