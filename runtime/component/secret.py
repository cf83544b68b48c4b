"""The value of a secret, as a component gets it."""

from __future__ import annotations


class Secret(str):
    """A text like any other that does not show itself in a `repr`, and so in no error message that is made of one."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "Secret('***')"
