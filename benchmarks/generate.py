"""Large flows in the shapes that work takes; `python -m benchmarks.generate layered 10000` prints one.

A task is a call of a component that does nothing, so what is measured is the engine, or a script that runs `true`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.shapes import GRAPHS

COMPONENT = '''"""A component that does nothing, so that a run of it costs what the engine costs."""

from runtime.component import component


@component(idempotent=True, runs="{runs}")
def nothing() -> None:
    """Do nothing."""
'''
SCRIPTS = ("scripts", "line")
SHAPES = tuple(GRAPHS)


def flow(shape: str, tasks: int) -> str:
    """The source of a flow: calls of the component, or scripts where the shape is one of `SCRIPTS`."""
    task = _script if shape in SCRIPTS else _call
    lines = (task(number, before) for number, before in enumerate(GRAPHS[shape](tasks)))
    return _flow(shape, lines)


def write_project(folder: Path, runs: str = "thread", gate: str = "on") -> None:
    """A project folder for the flows: its settings and the component. `runs`: where the component declares to run;
    `gate`: whether scripts wait at it."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "flow.toml").write_text(f'[project]\ncomponents = ["bench.py"]\n[runner]\ngate = "{gate}"\n')
    (folder / "bench.py").write_text(COMPONENT.replace("{runs}", runs))


def write_flow(folder: Path, shape: str, tasks: int) -> Path:
    file = folder / f"{shape}.flow"
    file.write_text(flow(shape, tasks))
    return file


def _call(number: int, before: list[int]) -> str:
    after = f" {{ after {_names(before)} }}" if before else ""
    return f"    task t{number} = bench.nothing(){after}"


def _script(number: int, before: list[int]) -> str:
    after = f" after {_names(before)};" if before else ""
    return f'    task t{number} {{{after} sh "true" }}'


def _names(tasks: list[int]) -> str:
    return ", ".join(f"t{number}" for number in tasks)


def scripts_with_values(tasks: int) -> str:
    """Tasks with shell scripts that take three values each, one of them from the task before; for the compiler."""
    before = ("1", *(f"t{number}.rows" for number in range(tasks - 1)))
    parameters = ['    param day: date = "2026-01-01"', '    param who: str = "x"']
    return _flow("scripts", iter([*parameters, *map(_script_with_values, range(tasks), before)]))


def _script_with_values(number: int, rows: str) -> str:
    return f"""    task t{number} {{
        out rows: int
        sh \"\"\"
            load table_{number} --day {{{{ day }}}} --who {{{{ who }}}} --rows {{{{ {rows} }}}}
            echo "rows=1" >> "$FLOW_OUT"
        \"\"\"
    }}"""


def _flow(name: str, lines: Iterator[str]) -> str:
    return "\n".join([f"flow {name} {{", *lines, "}", ""])


if __name__ == "__main__":
    print(flow(sys.argv[1], int(sys.argv[2])), end="")
