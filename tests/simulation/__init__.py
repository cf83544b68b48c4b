"""Deterministic simulation: the real engine over a real store, in a world that is made of one random seed.

`world` plays everything outside the engine: bodies of tasks, the clock, people, the death of processes. `history` holds
against the rules what the store and the world have recorded. `python -m tests.simulation --seed N` does one again.
"""
