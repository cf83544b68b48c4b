"""What can be wrong with a component: how it is declared, what it is given, what it returns, what it cannot do."""

from __future__ import annotations

from runtime.model.errors import FlowerError


class ComponentProblem(FlowerError):
    """A component cannot be found, loaded or understood; the message names it and its file."""


class BadArguments(FlowerError):
    """A component was called with arguments that do not fit its signature. It has not run."""

    exit_code = 1


class BadResult(FlowerError):
    """A component ran, but what it returned does not fit its signature."""

    exit_code = 1


class Failed(Exception):
    """Raised by a component that cannot do its work and knows why: the message is the task's error, without a
    traceback, which is for what the component's author did not foresee."""
