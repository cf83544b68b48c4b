"""The peers by name: what each needs to run, which shapes it is driven through, and what it keeps meanwhile."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

Keeps = Literal["a database", "a database at the end", "files", "nothing"]


@dataclass(frozen=True, slots=True)
class Peer:
    """A tool. `keeps`: what is known of a run, should the tool be killed in the middle of it.

    `command`: the program that is to be on the path, if the tool is not a package for Python.
    """

    title: str
    keeps: Keeps
    shapes: tuple[str, ...]
    command: str | None = None

    def is_here(self, name: str, python: Path) -> bool:
        """Whether the interpreter of the peers can import it, or its program is found."""
        if self.command:
            return shutil.which(self.command) is not None
        found = f"import importlib.util as u; raise SystemExit(u.find_spec({name!r}) is None)"
        return subprocess.run([python, "-c", found], check=False).returncode == 0


_GRAPHS: Final = ("chain", "fan", "layered")
PEERS: Final[dict[str, Peer]] = {
    "dbos": Peer("DBOS", "a database", (*_GRAPHS, "scripts", "trigger")),
    "huey": Peer("huey", "a database", ("chain", "fan", "scripts", "trigger")),
    "luigi": Peer("Luigi", "files", (*_GRAPHS, "scripts")),
    "doit": Peer("doit", "a database at the end", (*_GRAPHS, "scripts")),
    "dask": Peer("Dask, threads", "nothing", (*_GRAPHS, "scripts")),
    "distributed": Peer("Dask distributed", "nothing", (*_GRAPHS, "trigger")),
    "ray": Peer("Ray", "nothing", _GRAPHS),
    "make": Peer("make", "files", ("scripts", "check"), "make"),
    "ninja": Peer("ninja", "files", ("scripts", "check"), "ninja"),
    "xargs": Peer("xargs", "nothing", ("scripts",), "xargs"),
    "snakemake": Peer("Snakemake", "files", ("scripts",)),
}
