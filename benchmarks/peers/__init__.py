"""Drivers of other tools for the same shapes of work; `python -m benchmarks peers` runs them beside Flower."""
