"""The editors that `flowc editor` knows."""

from __future__ import annotations

from enum import StrEnum


class Editor(StrEnum):
    """What there are files for. `textmate`: the grammar alone, for the many editors that read it."""

    vscode = "vscode"
    vim = "vim"
    neovim = "neovim"
    textmate = "textmate"
