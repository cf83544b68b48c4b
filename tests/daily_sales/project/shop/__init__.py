"""The shop whose sales are loaded."""
