"""From a script action to what the gate runs: the files in the attempt's folder, a command line, an environment.

`sh` stops at the first command that fails (`set -e`); `bash` also where a part of a pipe fails (`-o pipefail`).
`python` and `sql` run under a launcher. The text of a script is written to a file, never to a command line.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from runtime.executor.folder import AttemptFolder
from runtime.executor.launch_values import encode
from runtime.executor.plain import is_plain
from runtime.executor.protocol import Attempt
from runtime.executor.script_text import VALUES_FOLDER, ShellText, render_python, render_shell, render_sql, to_sql
from runtime.model.definition import Script

OUT_VARIABLE: Final = "FLOW_OUT"
"""Names the file of outputs; its path is of one attempt alone, so it also tells whose a process is."""

_PYTHON_LAUNCHER: Final = str(Path(__file__).with_name("launch_python.py"))
_SQL_LAUNCHER: Final = str(Path(__file__).with_name("launch_sql.py"))
_OWN_PID: Final = re.compile(r"\$\$|\$\{\$|PPID")


Way = Literal["command", "fork", "itself"]


class CannotStart(Exception):
    """The script cannot be started; the message is a sentence."""


@dataclass(frozen=True, slots=True)
class Command:
    """`env`: all of its environment. `way`: what runs it, the command line `words`, or the gate shell the file
    `script`: in a fork, or itself."""

    env: dict[str, str]
    words: tuple[str, ...] = ()
    way: Way = "command"


def prepare(attempt: Attempt, script: Script, environ: Mapping[str, str]) -> Command:
    """Write the attempt's files and say what to run. `environ`: the engine's environment.

    CannotStart or OSError if that is not possible.
    """
    if not attempt.project.is_dir():
        raise CannotStart(f"the project folder {attempt.project} does not exist any more")
    if attempt.cwd is not None and not attempt.cwd.is_dir():
        raise CannotStart(f"the folder {attempt.cwd}, where it is to run (`cwd`), does not exist")
    folder = AttemptFolder(attempt.folder)
    folder.make(attempt.run_folder)
    env = environment(attempt, environ)
    match script.language:
        case "sh" | "bash":
            return _shell(attempt, script, folder, env)
        case "python":
            env["PYTHONUNBUFFERED"] = "1"
            values = {name: encode(value) for name, value in attempt.values.items()}
            return _launch(
                _PYTHON_LAUNCHER, attempt, script, render_python(script, attempt.values), {"values": values}, env
            )
        case "sql":
            parameters = {name: to_sql(value) for name, value in attempt.values.items()}
            job = {"parameters": parameters, "wants_rows": bool(attempt.outs)}
            env["FLOW_CONNECTION"] = attempt.connection or ""  # It may be secret, and files are kept.
            return _launch(_SQL_LAUNCHER, attempt, script, render_sql(script, attempt.values), job, env)


def environment(attempt: Attempt, environ: Mapping[str, str]) -> dict[str, str]:
    """The engine's environment, then the task's `env`, then what we promise to every script."""
    env = {**environ, **attempt.env}
    python_path = env.get("PYTHONPATH")
    return env | {
        "PYTHONPATH": f"{attempt.project}{os.pathsep}{python_path}" if python_path else str(attempt.project),
        OUT_VARIABLE: f"{attempt.folder}/out",
        "FLOW_KEY": attempt.key,
        "FLOW_FENCE": str(attempt.fence),
        "FLOW_RUN": attempt.run_ref,
        "FLOW_TASK": attempt.path,
        "FLOW_ATTEMPT": str(attempt.number),
        "FLOW_TMP": f"{attempt.folder}/tmp",
        "FLOW_RUN_DIR": str(attempt.run_folder),
    }


def runs_in_subshell(script: Script) -> bool:
    """Whether the gate shell may run an `sh` script in a fork of itself: in a fork `$$` and PPID are the gate's."""
    return script.language == "sh" and not any(isinstance(part, str) and _OWN_PID.search(part) for part in script.parts)


def _shell(attempt: Attempt, script: Script, folder: AttemptFolder, env: dict[str, str]) -> Command:
    try:
        shell = render_shell(script, attempt.values)
    except TypeError as problem:
        raise CannotStart(f"a value cannot be given to a script: {problem}") from None
    forked = runs_in_subshell(script)
    folder.write("script", at_line(shell.text, script.line, "set --" if forked else ""))
    env |= _variables(shell, folder)
    if forked:
        return Command(env, way="itself" if is_plain(shell.text) else "fork")
    if script.language == "sh":
        return Command(env, ("/bin/sh", "-e", folder.at("script")))
    bash = shutil.which("bash", path=env.get("PATH"))
    if bash is None:
        raise CannotStart(
            "`bash` is not installed on this machine, or not on PATH; install it, or write an `sh` script"
        )
    return Command(env, (bash, "-e", "-o", "pipefail", folder.at("script")))


def at_line(text: str, line: int, prologue: str) -> str:
    """The script so that its first line is the given line of the file: shells then name lines of the .flow file."""
    if not prologue:
        return "\n" * (line - 1) + text
    return f"{prologue}; {text}" if line <= 1 else prologue + "\n" * (line - 1) + text


def _variables(shell: ShellText, folder: AttemptFolder) -> dict[str, str]:
    if not shell.files:
        return shell.variables
    os.makedirs(folder.at("values"), mode=0o700, exist_ok=True)
    for name, content in shell.files.items():
        folder.write(f"values/{name}", content)
    return shell.variables | {VALUES_FOLDER: folder.at("values")}


def _launch(
    launcher: str, attempt: Attempt, script: Script, text: str, job: dict[str, Any], env: dict[str, str]
) -> Command:
    folder = AttemptFolder(attempt.folder)
    folder.write("script", text)
    folder.write(
        "job",
        json.dumps(
            job | {"task": attempt.path, "source": attempt.source_file or "script", "line": max(script.line, 1)}
        ),
    )
    if not os.path.exists(sys.executable):
        raise CannotStart(f"the Python of this program, {sys.executable}, does not exist any more")
    # -P: the launcher's folder is not put on the path, where our modules would hide the user's.
    return Command(env, (sys.executable, "-P", launcher, folder.text))
