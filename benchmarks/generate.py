"""Large flows in the shapes that work takes; `python -m benchmarks.generate layered 10000` prints one.

A task is a call of a component that does nothing, so what is measured is the engine, or a script that runs `true`.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from pathlib import Path

NOTHING = "nothing()"

COMPONENT = '''"""A component that does nothing, so that a run of it costs what the engine costs."""

from runtime.component import component


@component(idempotent=True, runs="{runs}")
def nothing() -> None:
    """Do nothing."""
'''


def chain(tasks: int) -> str:
    """Each task after the one before."""
    return _flow("chain", (_task(number, [number - 1] if number else []) for number in range(tasks)))


def fan(tasks: int) -> str:
    """One task, then all others but the last at once, then the last."""
    middle = [_task(number, [0]) for number in range(1, tasks - 1)]
    return _flow("fan", [_task(0, []), *middle, _task(tasks - 1, list(range(1, tasks - 1)))])


def layered(tasks: int, width: int = 100, needs: int = 3, seed: int = 0) -> str:
    """Layers of `width` tasks; each task after `needs` of the layer before, chosen by a fixed seed."""
    chance = random.Random(seed)

    def lines() -> Iterator[str]:
        for number in range(tasks):
            start = number // width * width - width
            before = sorted(chance.sample(range(start, start + width), needs)) if start >= 0 else []
            yield _task(number, before)

    return _flow("layered", lines())


def scripts(tasks: int) -> str:
    """Tasks that do not depend on one another, each `true` in a shell."""
    return _flow("scripts", (f'    task t{number} {{ sh "true" }}' for number in range(tasks)))


def line(tasks: int) -> str:
    """Scripts, each `true` in a shell after the one before."""
    before = (f" after t{number - 1}" if number else "" for number in range(tasks))
    return _flow("line", (f'    task t{number} {{{after}; sh "true" }}' for number, after in enumerate(before)))


SHAPES = {"chain": chain, "fan": fan, "layered": layered, "scripts": scripts, "line": line}


def write_project(folder: Path, runs: str = "thread") -> None:
    """A project folder for the flows: its settings and the component. `runs`: where the component declares to run."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "flow.toml").write_text('[project]\ncomponents = ["bench.py"]\n')
    (folder / "bench.py").write_text(COMPONENT.replace("{runs}", runs))


def write_flow(folder: Path, shape: str, tasks: int) -> Path:
    file = folder / f"{shape}.flow"
    file.write_text(SHAPES[shape](tasks))
    return file


def _task(number: int, before: list[int]) -> str:
    after = f" {{ after {', '.join(f't{other}' for other in before)} }}" if before else ""
    return f"    task t{number} = bench.{NOTHING}{after}"


def _flow(name: str, lines: Iterator[str] | list[str]) -> str:
    return "\n".join([f"flow {name} {{", *lines, "}", ""])


if __name__ == "__main__":
    print(SHAPES[sys.argv[1]](int(sys.argv[2])), end="")
