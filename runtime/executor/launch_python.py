"""Runs the text of a `python` action as the body of a function, in a process of its own.

Started by path as `python -P launch_python.py FOLDER`; imports the standard library alone, and little of it. Reads
`job` and `script` in the folder; leaves `result`, the returned outputs as JSON, or `error`, one sentence.
"""

from __future__ import annotations

import ast
import json
import sys
from types import ModuleType, TracebackType
from typing import Any


def main(folder: str) -> int:
    """The exit code: 0, or 1 after an exception, which has been printed from the script's own lines on."""
    with open(f"{folder}/job", encoding="utf-8") as file:
        job = json.load(file)
    with open(f"{folder}/script", encoding="utf-8", newline="") as file:
        text = file.read()
    module = ModuleType("__main__")
    sys.modules["__main__"] = module
    sys.argv = [job["source"]]
    names = vars(module)
    names.update((name, decode(value)) for name, value in job["values"].items())
    try:
        exec(body(text, job["source"], job["line"]), names)
        function = names["__flow__"]
        function.__code__ = function.__code__.replace(co_name=job["task"])
        returned = function()
    except Exception as error:  # noqa: BLE001 - whatever the script raises
        complain(error, text, job, folder)
        return 1
    leave(f"{folder}/result", json.dumps(outcome(returned)))
    return 0


def body(text: str, source: str, line: int) -> Any:
    """Code that defines `__flow__`, a function whose body is the text, at its lines of the source file."""
    tree = ast.parse(text, source)
    function = ast.parse("def __flow__(): pass")
    definition = function.body[0]
    assert isinstance(definition, ast.FunctionDef)
    definition.body = tree.body or definition.body
    ast.increment_lineno(tree, line - 1)
    return compile(function, source, "exec")


def decode(value: Any) -> Any:
    """The object that `launch_values.encode` made JSON of."""
    if isinstance(value, dict):
        return {key: decode(item) for key, item in value.items()}
    if not isinstance(value, list):
        return value
    kind, content = value
    if kind == "list":
        return [decode(item) for item in content]
    if kind == "path":
        from pathlib import Path

        return Path(content)
    import datetime

    if kind == "duration":
        return datetime.timedelta(microseconds=content)
    return getattr(datetime, kind).fromisoformat(content)


def outcome(returned: Any) -> dict[str, Any]:
    """`{"outputs": …}`, or `{"problem": sentence}` if what was returned cannot be outputs."""
    outputs = fields(returned)
    if outputs is None:
        kind = type(returned).__name__
        return {"problem": f'a script returns its outputs as a dict, such as {{"rows": 3}}; this one returned {kind}'}
    try:
        return {"outputs": {str(name): plain(value) for name, value in outputs.items()}}
    except TypeError as problem:
        return {"problem": str(problem)}
    except RecursionError:
        return {"problem": "what the script returned contains itself"}


def fields(value: Any) -> dict[Any, Any] | None:
    """The named parts of a dict, model, dataclass or named tuple; None of another object."""
    if value is None:
        return {}
    if isinstance(value, dict):
        return value
    if isinstance(value, type):
        return None
    if hasattr(value, "model_dump"):
        return dict(value.model_dump())
    if hasattr(value, "__dataclass_fields__"):
        return {name: getattr(value, name) for name in value.__dataclass_fields__}
    if hasattr(value, "_asdict"):
        return dict(value._asdict())
    return None


def plain(value: Any) -> Any:
    """JSON for a returned value; TypeError, with a sentence, for an object that is none."""
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, int | float):
        return int(value) if isinstance(value, int) else float(value)
    if isinstance(value, list | tuple | set | frozenset) and not hasattr(value, "_asdict"):
        return [plain(item) for item in value]
    parts = fields(value)
    if parts is not None:
        return {str(key): plain(item) for key, item in parts.items()}
    if hasattr(value, "__fspath__"):
        return str(value)
    if hasattr(value, "isoformat"):
        return value.isoformat()
    if hasattr(value, "total_seconds"):
        return f"{round(value.total_seconds() * 1000)}ms"
    if hasattr(value, "dtype") and hasattr(value, "tolist"):
        return plain(value.tolist())
    raise TypeError(
        f"the script returned a {type(value).__name__}, which cannot be stored; return numbers, texts, lists"
    )


def complain(error: Exception, text: str, job: dict[str, Any], folder: str) -> None:
    """Print the traceback without our frames, and leave one sentence with the line."""
    import linecache
    import traceback

    source = job["source"]
    lines = ("\n" * (job["line"] - 1) + text).splitlines(keepends=True)
    linecache.cache[source] = (len(text), None, lines, source)
    if isinstance(error, SyntaxError) and error.filename == source:
        place = (error.lineno or 1) + (job["line"] - 1 if error.__traceback__ and parsing(error.__traceback__) else 0)
        error.lineno, error.end_lineno = place, None
        trace = None
    else:
        trace = own_frames(error.__traceback__, source)
        place = trace.tb_lineno if trace else 0
    traceback.print_exception(type(error), error, trace)
    sentence = f"{type(error).__name__}: {error.msg if isinstance(error, SyntaxError) else error}".splitlines()[0]
    leave(f"{folder}/error", f"{sentence[:500]} ({source}:{place})" if place else sentence[:500])


def parsing(trace: TracebackType) -> bool:
    """Whether the error comes from `ast.parse`, before its lines were moved to those of the file."""
    while trace.tb_next is not None:
        trace = trace.tb_next
    return trace.tb_frame.f_code.co_filename == ast.__file__


def own_frames(trace: TracebackType | None, source: str) -> TracebackType | None:
    """The traceback from the first line of the script on."""
    while trace is not None and trace.tb_frame.f_code.co_filename != source:
        trace = trace.tb_next
    return trace


def leave(path: str, text: str) -> None:
    with open(path, "w", encoding="utf-8", errors="backslashreplace") as file:
        file.write(text)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
