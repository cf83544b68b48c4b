"""How a command ends when it cannot do what was asked: a sentence, what to do, an exit code."""

from __future__ import annotations

import json
import os
import sys
import traceback
from typing import Final

from runtime.cli.display.paint import paint
from runtime.cli.display.styled import Line, Span, line
from runtime.cli.refusal import ParametersRefused
from runtime.cli.source_file import FileRefused
from runtime.model.errors import FlowerError

FAILED: Final = 1
USAGE: Final = 2
_QUOTE: Final = "'"
BUG: Final = 70


def report(error: FlowerError, as_json: bool) -> int:
    """Tells a refused request on stderr, or on stdout as JSON; gives the exit code."""
    if as_json:
        problems = error.data() if isinstance(error, ParametersRefused | FileRefused) else None
        data = {"error": str(error), "help": error.help} | ({"problems": problems} if problems else {})
        print(json.dumps(data, ensure_ascii=False, indent=2))
    elif isinstance(error, FileRefused):
        error.tell()
    else:
        paint(error.lines() if isinstance(error, ParametersRefused) else message(str(error), error.help), sys.stderr)
    return error.exit_code


def message(text: str, help: str | None = None) -> list[Line]:
    """`error: …` and `help: …`."""
    lines = [line(Span("error", "bad"), Span(f": {text}", "bold"))]
    return [*lines, line(Span("help", "good"), f": {help}")] if help else lines


def report_usage(text: str, command: str, help: str = "") -> int:
    """Tells a command line that could not be read. `help`: what to do about it, if that is known."""
    text = text.strip().rstrip(".").partition(", unable to parse ")[0].replace(": Input should be ", ": it must be ")
    text = text.replace(": Value error, ", ": ").replace("valid integer", "whole number")
    text = " ".join(text.replace(". Choose from:", ": one of").split())
    text, _, near = text.partition(". Did you mean ")
    if help:
        text = text.partition(" (Possible")[0]
    help = help or (f"did you mean `{near.split(_QUOTE)[1]}`?" if near else f"see {command} --help")
    paint(message(text[:1].lower() + text[1:], help), sys.stderr)
    return USAGE


def report_disk(error: OSError) -> int:
    """Tells that what was written has no place to go."""
    where = f" to {error.filename}" if error.filename else ""
    paint(message(f"cannot write{where}: {error.strerror}", "make room there, and try again"), sys.stderr)
    return FAILED


def report_bug(error: BaseException) -> int:
    """Tells a defect of this program; the traceback is shown only to those who ask for it."""
    if os.environ.get("FLOWER_TRACEBACK"):
        traceback.print_exception(error)
    text = f"internal error: {type(error).__name__}: {error}"
    help = "this is a defect of flower, please report it; FLOWER_TRACEBACK=1 shows where it happened"
    paint(message(text, help), sys.stderr)
    return BUG
