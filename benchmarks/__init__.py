"""Measures of Flower beside floors taken in the same minute; `python -m benchmarks` prints them."""
