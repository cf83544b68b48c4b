"""One command line from its words to its exit code: whatever goes wrong ends here as a sentence."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from runtime.model.errors import FlowerError

FAILED: Final = 1
USAGE: Final = 2
_QUOTE: Final = "'"
BUG: Final = 70
INTERRUPTED: Final = 130


def run(arguments: Sequence[str]) -> int:
    """Does what the words ask for; the exit code."""
    try:
        code = _dispatch(arguments)
        sys.stdout.flush()
        return code
    except (BrokenPipeError, SystemExit):  # typer turns the first into the second
        return _reader_went_away()
    except FlowerError as error:
        _say(str(error), error.help)
        return error.exit_code
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as error:  # noqa: BLE001 - the last resort of the command
        if hasattr(error, "format_message"):  # the family of usage errors of typer, wherever it lives in its versions
            text = error.format_message().strip().rstrip(".").partition(", unable to parse ")[0]
            text = text.replace(": Input should be ", ": it must be ").replace(": Value error, ", ": ")
            text = " ".join(text.replace(". Choose from:", ": one of").replace("valid integer", "whole number").split())
            text, _, near = text.partition(". Did you mean ")
            help = f"did you mean `{near.split(_QUOTE)[1]}`?" if near else f"see {_command(arguments)} --help"
            _say(text[:1].lower() + text[1:], help)
            return USAGE
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EIO):
            where = f" to {error.filename}" if error.filename else ""
            _say(f"cannot write{where}: {error.strerror}", "make room there, and try again")
            return FAILED
        return _bug(error)


def _dispatch(arguments: Sequence[str]) -> int:
    if files := _plain_check(arguments):
        from flowc.cli.checking import check_files

        return check_files([Path(file) for file in files])
    from flowc.cli.app import app

    result = app(args=list(arguments), prog_name="flowc", standalone_mode=False)
    return result if isinstance(result, int) else 0


def _plain_check(arguments: Sequence[str]) -> Sequence[str]:
    """The files of `flowc check FILE…` without options: what is typed most is read without what options would need."""
    verb, *files = arguments or [""]
    return files if verb == "check" and not any(word.startswith("-") or not word for word in files) else ()


def _command(arguments: Sequence[str]) -> str:
    from flowc.cli.app import VERBS

    return f"flowc {arguments[0]}" if arguments and arguments[0] in VERBS else "flowc"


def _say(text: str, help: str | None) -> None:
    from flowc.cli.paint import message

    print(message(text, help), file=sys.stderr)


def _bug(error: Exception) -> int:
    if os.environ.get("FLOWER_TRACEBACK"):
        import traceback

        traceback.print_exception(error)
    _say(
        f"internal error: {type(error).__name__}: {error}",
        "this is a defect of flowc, please report it with the file; FLOWER_TRACEBACK=1 shows where it happened",
    )
    return BUG


def _reader_went_away() -> int:
    """`flowc rows FILE | head`: what is left in the buffer has nowhere to go."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0
