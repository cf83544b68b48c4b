"""The runner's family of exceptions: a request that cannot be done, told in a sentence."""

from __future__ import annotations


class FlowerError(Exception):
    """Something the person asked for cannot be done; the message says why and what to do.

    `help`: one concrete thing to do, or None.
    """

    exit_code = 2

    def __init__(self, message: str, help: str | None = None) -> None:
        super().__init__(message)
        self.help = help


class NotFound(FlowerError):
    """A flow, run or task of that name does not exist."""


class BadParameter(FlowerError):
    """A parameter is unknown, missing or does not fit its type. `parameter`: its name, if it is about one."""

    def __init__(self, message: str, help: str | None = None, *, parameter: str | None = None) -> None:
        super().__init__(message, help)
        self.parameter = parameter


class StoreProblem(FlowerError):
    """The store cannot be opened, read or written.

    `temporary`: somebody else holds its lock; trying again helps. `full`: its disk has no room left.
    """

    def __init__(self, message: str, help: str | None = None, *, temporary: bool = False, full: bool = False) -> None:
        super().__init__(message, help)
        self.temporary = temporary
        self.full = full


class Refused(FlowerError):
    """The request does not fit the state of what it is about."""
