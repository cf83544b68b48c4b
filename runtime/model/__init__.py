"""The contract between compiler and runner: types and values, definition rows, states.

Depends on nothing of ours. Import the module that is needed (`runtime.model.types`); this package
itself loads nothing, so that a verb pays only for what it uses.
"""
