"""xargs: a shell for each line, two at once; it keeps nothing and knows no order."""

from __future__ import annotations

from pathlib import Path

from benchmarks.peers.driver import AT_ONCE, command_seconds, main, output_line
from benchmarks.shapes import Needs


def drive_scripts(needs: Needs, folder: Path) -> float:
    (folder / "lines").write_text("".join(f"{number}\n" for number, _ in enumerate(needs)))
    words = ["xargs", "--arg-file=lines", "-t", "-n1", f"-P{AT_ONCE}", "sh", "-c", "true"]
    return command_seconds(words, folder, "true", len(needs))


if __name__ == "__main__":
    main(output_line("xargs", "--version").split()[-1], {"scripts": drive_scripts})
