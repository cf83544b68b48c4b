"""One command line from its words to its exit code: whatever goes wrong ends here as a sentence."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from runtime.model.errors import FlowerError


def run(arguments: Sequence[str]) -> int:
    """Does what the words ask for; the exit code."""
    from runtime.cli import errors

    try:
        code = _dispatch(arguments)
        sys.stdout.flush()
        return code
    except BrokenPipeError:
        return _reader_went_away()
    except FlowerError as error:
        return errors.report(error, "--json" in arguments)
    except KeyboardInterrupt:
        return errors.INTERRUPTED
    except Exception as error:
        if hasattr(error, "format_message"):  # the family of usage errors of typer, wherever it lives in its versions
            return errors.report_usage(error.format_message(), _command(arguments))
        return errors.report_bug(error)


def _dispatch(arguments: Sequence[str]) -> int:
    from runtime.cli.app import app

    result = app(args=list(arguments), prog_name="flower", standalone_mode=False)
    return result if isinstance(result, int) else 0


def _command(arguments: Sequence[str]) -> str:
    from runtime.cli.app import VERBS

    return f"flower {arguments[0]}" if arguments and arguments[0] in VERBS else "flower"


def _reader_went_away() -> int:
    """`flower runs | head`: what is left in the buffer has nowhere to go."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0
