"""Snakemake: one rule a task, two cores; a rule without output files has nothing to keep."""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks.peers.driver import AT_ONCE, command_seconds, main, version_of
from benchmarks.shapes import Needs


def drive_scripts(needs: Needs, folder: Path) -> float:
    outputs = ", ".join(f'"done-{number}"' for number, _ in enumerate(needs))
    rules = [f"rule all:\n    input: {outputs}\n"]
    for number, _ in enumerate(needs):
        rules.append(f'rule t{number}:\n    output: touch("done-{number}")\n    shell: "true"\n')
    (folder / "Snakefile").write_text("\n".join(rules))
    total = len(needs) + 1
    words = [sys.executable, "-m", "snakemake", "--cores", str(AT_ONCE)]
    seconds = command_seconds(words, folder, f"{total} of {total} steps (100%) done", 1)
    assert len(list(folder.glob("done-*"))) == len(needs)
    return seconds


if __name__ == "__main__":
    main(version_of("snakemake"), {"scripts": drive_scripts})
