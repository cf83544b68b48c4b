"""Emission: from the resolved model and its plan to definition rows."""
