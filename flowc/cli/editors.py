"""Where editors keep their plug-ins on this machine, and what is put there."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from flowc.cli.editor_choice import Editor
from runtime.model.errors import FlowerError, NotFound
from runtime.model.slotted import dataclass

_CODE_COMMANDS: Final = ("code", "code-insiders", "codium", "cursor", "windsurf")
_PLUGIN: Final = Path("pack", "flower", "start", "flow")
_INSTALL_SECONDS: Final = 120


class EditorFailed(FlowerError):
    """An editor did not take the extension."""

    exit_code = 1


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that installing does: a file that is written, or a command of an editor that is given one."""

    content: bytes
    file: Path | None = None
    command: tuple[str, ...] = ()

    def told(self, done: bool) -> str:
        """In words, done or still to do."""
        if self.file:
            return f"{'wrote' if done else 'would write'} {self.file}"
        return f"{'ran' if done else 'would run'} {' --install-extension '.join(self.command)}"


def files_of(editor: Editor) -> dict[str, bytes]:
    """What an editor needs, by the names of files below a folder."""
    if editor is Editor.vscode:
        from grammar.vscode import NAME, PUBLISHER, vsix

        release = version("flower-workflow")
        return {f"{PUBLISHER}.{NAME}-{release}.vsix": vsix(release)}
    if editor is Editor.textmate:
        from grammar.textmate import textmate_grammar

        return {"flow.tmLanguage.json": (json.dumps(textmate_grammar(), indent=2) + "\n").encode()}
    from grammar.vim import vim_files

    return {path: text.encode() for path, text in vim_files().items()}


def steps_of(editor: Editor, environment: Mapping[str, str]) -> list[Step]:
    """What installing does on this machine. Raises NotFound if the editor is not on it."""
    if editor is Editor.textmate:
        raise NotFound(
            "a TextMate grammar has no one place to go to", "write it with `flowc editor package textmate -o FOLDER`"
        )
    if editor is Editor.vscode:
        return _steps_of_vscode(environment)
    folder = _plugin_folder(editor, environment)
    return [Step(content, file=folder / name) for name, content in files_of(editor).items()]


def do(step: Step) -> None:
    """Does one step. Raises EditorFailed, with the editor's own words."""
    if step.file:
        _write(step.file, step.content)
    if step.command:
        _hand_over(step)


def _write(file: Path, content: bytes) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    except OSError as problem:
        raise EditorFailed(f"{file} cannot be written: {problem.strerror}", "is the folder yours?") from None


def _plugin_folder(editor: Editor, environment: Mapping[str, str]) -> Path:
    home = Path(environment.get("HOME") or os.path.expanduser("~"))
    if editor is Editor.vim:
        command, settings, packages = "vim", home / ".vim", home / ".vim"
    else:
        command = "nvim"
        settings = Path(environment.get("XDG_CONFIG_HOME") or home / ".config") / "nvim"
        packages = Path(environment.get("XDG_DATA_HOME") or home / ".local" / "share") / "nvim" / "site"
    if not shutil.which(command, path=environment.get("PATH")) and not settings.is_dir():
        raise NotFound(
            f"there is no {editor.value} here: no command `{command}`, and no folder {settings}",
            f"write the files with `flowc editor package {editor.value} -o FOLDER` and put them where yours looks",
        )
    return packages / _PLUGIN


def _steps_of_vscode(environment: Mapping[str, str]) -> list[Step]:
    found = [shutil.which(command, path=environment.get("PATH")) for command in _CODE_COMMANDS]
    commands = [command for command in found if command]
    if not commands:
        raise NotFound(
            f"there is no VS Code here: none of the commands {', '.join(_CODE_COMMANDS)}",
            "write the extension with `flowc editor package vscode -o FOLDER`, "
            "then choose `Install from VSIX…` in the menu of the editor's Extensions",
        )
    ((name, content),) = files_of(Editor.vscode).items()
    return [Step(content, command=(command, name)) for command in commands]


def _hand_over(step: Step) -> None:
    command, name = step.command
    with TemporaryDirectory(prefix="flowc-") as folder:
        package = Path(folder, name)
        package.write_bytes(step.content)
        words = [command, "--install-extension", str(package), "--force"]
        try:
            done = subprocess.run(
                words, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=_INSTALL_SECONDS
            )
        except (OSError, subprocess.TimeoutExpired) as problem:
            raise EditorFailed(f"{command} did not answer: {problem}") from None
    if done.returncode:
        told = (done.stderr.strip() or done.stdout.strip() or f"exit code {done.returncode}").splitlines()
        raise EditorFailed(f"{command} did not take the extension: {told[-1]}", "start the editor once, and try again")
