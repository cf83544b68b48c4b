"""A step: what one transaction of the engine changes, and everything that follows from it.

Whoever decides about a row says here what happened to it; `flush` writes the consequences before the commit, so that a
completion, the successors it meets and the places it frees are one durable step.
"""

from runtime.step.ending import allowance
from runtime.step.ledger import mentions
from runtime.step.run import ActiveRun
from runtime.step.step import Step

__all__ = ["ActiveRun", "Step", "allowance", "mentions"]
