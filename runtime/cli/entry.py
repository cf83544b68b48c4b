"""One command line from its words to its exit code: whatever goes wrong ends here as a sentence."""

from __future__ import annotations

import errno
import os
import shlex
import sys
from collections.abc import Sequence
from typing import Final

from runtime.model.errors import FlowerError

INTERRUPTED: Final = 130


def run(arguments: Sequence[str]) -> int:
    """Does what the words ask for; the exit code."""
    try:
        code = _dispatch(arguments)
        sys.stdout.flush()
        return code
    except (BrokenPipeError, SystemExit):  # typer makes a SystemExit of a broken pipe, and of nothing else here
        return _reader_went_away()
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as error:  # noqa: BLE001 (a defect ends as a sentence and exit code 70)
        return _explain(error, arguments)


def _dispatch(arguments: Sequence[str]) -> int:
    from runtime.cli import names

    if len(arguments) == 2 and arguments[0] == "completion" and arguments[1] in names.KINDS:
        return names.tell_names(arguments[1])  # asked while a person types: before anything is imported that is slow
    from runtime.cli.app import make_app

    result = make_app(arguments)(args=list(arguments), prog_name="flower", standalone_mode=False)
    return result if isinstance(result, int) else 0


def _explain(error: Exception, arguments: Sequence[str]) -> int:
    from runtime.cli import errors
    from runtime.cli.app import VERBS

    if isinstance(error, FlowerError):
        return errors.report(error, "--json" in arguments)
    if hasattr(error, "format_message"):  # the family of usage errors of typer, wherever it lives in its versions
        verb = arguments[0] if arguments and arguments[0] in VERBS else ""
        return errors.report_usage(error.format_message(), f"flower {verb}".rstrip(), _options_after(arguments))
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EIO):
        return errors.report_disk(error)
    return errors.report_bug(error)


def _options_after(arguments: Sequence[str]) -> str:
    """What to do about options that stand before the command; nothing if none do."""
    from runtime.cli.app import VERBS

    place = next((index for index, word in enumerate(arguments) if word in VERBS), 0)
    if not place or not arguments[0].startswith("-"):
        return ""
    words = [arguments[place], *arguments[place + 1 :], *arguments[:place]]
    return f"options come after the command: flower {shlex.join(words)}"


def _reader_went_away() -> int:
    """`flower runs | head`: what is left in the buffer has nowhere to go."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0
