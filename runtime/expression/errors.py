"""What an expression says when it has no value."""

from __future__ import annotations


class ExpressionError(Exception):
    """The expression has no value for these inputs; the message is a sentence for the flow's author."""
