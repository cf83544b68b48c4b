"""ninja: every target is phony in effect, since no command makes its file; it keeps a log of commands as text."""

from __future__ import annotations

from pathlib import Path

from benchmarks.peers.driver import AT_ONCE, command_seconds, main, output_line
from benchmarks.shapes import Needs


def write(needs: Needs, folder: Path) -> None:
    lines = ["rule nothing", "  command = true"]
    for number, before in enumerate(needs):
        after = " ".join(f"t{other}" for other in before)
        lines.append(f"build t{number}: nothing{' | ' + after if after else ''}")
    (folder / "build.ninja").write_text("\n".join([*lines, ""]))


def drive_scripts(needs: Needs, folder: Path) -> float:
    write(needs, folder)
    return command_seconds(["ninja", "-v", f"-j{AT_ONCE}"], folder, "] true", len(needs))


def drive_check(needs: Needs, folder: Path) -> float:
    write(needs, folder)
    return command_seconds(["ninja", "-v", "-n"], folder, "] true", len(needs))


if __name__ == "__main__":
    main(output_line("ninja", "--version"), {"scripts": drive_scripts, "check": drive_check})
