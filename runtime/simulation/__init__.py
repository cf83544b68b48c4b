"""Simulation: what would become of a run, were its tasks to end as it is given. Nothing is executed.

The watcher and the worker decide as in a real run, over a store of its own; time is jumped over.
"""
