"""Names and dotted names in expressions: parameters, items, outputs of tasks, fields of records, values of the run."""

from flowc.analysis.references.resolver import resolve

__all__ = ["resolve"]
