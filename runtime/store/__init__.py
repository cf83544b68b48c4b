"""Stores: where definitions and state live. `runtime.store.sqlite` is the embedded default."""
