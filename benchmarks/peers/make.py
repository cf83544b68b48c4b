"""GNU make: every task is phony, and a `;` in its recipe makes it use a shell, as the others do."""

from __future__ import annotations

from pathlib import Path

from benchmarks.peers.driver import AT_ONCE, command_seconds, main, output_line
from benchmarks.shapes import Needs


def write(needs: Needs, folder: Path) -> None:
    names = " ".join(f"t{number}" for number, _ in enumerate(needs))
    lines = [f".PHONY: all {names}", f"all: {names}"]
    for number, before in enumerate(needs):
        lines.append(f"t{number}: {' '.join(f't{other}' for other in before)}\n\ttrue;")
    (folder / "Makefile").write_text("\n".join([*lines, ""]))


def drive_scripts(needs: Needs, folder: Path) -> float:
    write(needs, folder)
    return command_seconds(["make", f"-j{AT_ONCE}"], folder, "true;", len(needs))


def drive_check(needs: Needs, folder: Path) -> float:
    write(needs, folder)
    return command_seconds(["make", "-n"], folder, "true;", len(needs))


if __name__ == "__main__":
    main(output_line("make", "--version").split()[-1], {"scripts": drive_scripts, "check": drive_check})
